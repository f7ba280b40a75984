-- Trust: who has dealt with whom and how it went, what follows from it, bonds, and attestations.
--
-- An agent is named by its UUID and its home; the empty home is this registry.

create table trust_row (
  rater          uuid   not null,
  rater_home     text   not null default '',
  rated          uuid   not null,
  rated_home     text   not null default '',
  satisfactory   bigint not null default 0 check (satisfactory >= 0),
  unsatisfactory bigint not null default 0 check (unsatisfactory >= 0),
  dealings       bigint not null default 0 check (dealings >= 0),
  changed_at     timestamptz not null,
  primary key (rater, rater_home, rated, rated_home)
) with (fillfactor = 80);

comment on table trust_row is 'What one agent''s dealings say of another. The counts only ever grow.';
comment on column trust_row.rater is 'Who has dealt with the other and paid it, or complained of it.';
comment on column trust_row.rater_home is 'Its registry; empty: this one.';
comment on column trust_row.rated is 'Whom the row speaks of.';
comment on column trust_row.rated_home is 'Its registry; empty: this one.';
comment on column trust_row.satisfactory is 'Weight of rulings in favour of the rated.';
comment on column trust_row.unsatisfactory is 'Weight of rulings against the rated.';
comment on column trust_row.dealings is 'Dealings that the rater has paid the rated for. Counted in the background, a little later than they are settled.';
comment on column trust_row.changed_at is 'When it changed last.';

create index trust_row_rated on trust_row (rated, rated_home, rater, rater_home);
comment on index trust_row_rated is 'What is said of one agent.';

create table trust_progress (
  lane     integer not null primary key,
  position bigint  not null default 0 check (position >= 0)
) with (fillfactor = 10);

comment on table trust_progress is 'How far the journal''s lanes have been read for settled dealings. The row is changed in the transaction that counts them, so each is counted once.';
comment on column trust_progress.lane is 'The lane.';
comment on column trust_progress.position is 'Number of the last entry that was read.';

-- A received payment''s journal entry does not name its payer; few rows wait here to be counted.
alter table foreign_payment add column counted boolean not null default false;
comment on column foreign_payment.counted is 'Whether it has been counted as a dealing in trust_row, after it was CREDITED.';
create index foreign_payment_uncounted on foreign_payment (id) where state = 4 and not counted;
comment on index foreign_payment_uncounted is 'Paid ones that have not been counted as dealings.';

create table trust_run (
  number         bigint      not null primary key check (number >= 1),
  started_at     timestamptz not null,
  ended_at       timestamptz not null,
  row_count      bigint      not null,
  agents         integer     not null,
  satisfactory   bigint      not null,
  unsatisfactory bigint      not null,
  dealings       bigint      not null,
  seeds          text        not null,
  damping        double precision not null,
  rounds         integer     not null,
  residual       double precision not null,
  converged      boolean     not null
);

comment on table trust_run is 'One computation of EigenTrust over all rows, and what it was computed from.';
comment on column trust_run.number is 'Counts computations from 1.';
comment on column trust_run.started_at is 'When the rows were read.';
comment on column trust_run.ended_at is 'When the scores were written.';
comment on column trust_run.row_count is 'Rows there were.';
comment on column trust_run.agents is 'Agents there were in them, seeds included.';
comment on column trust_run.satisfactory is 'Sum over all rows; with the next two it tells whether any row has changed since.';
comment on column trust_run.unsatisfactory is 'Sum over all rows.';
comment on column trust_run.dealings is 'Sum over all rows.';
comment on column trust_run.seeds is 'DIDs of the pre-trusted agents, separated by spaces; empty: all agents alike.';
comment on column trust_run.damping is 'Share of trust that is given to the seeds in each round.';
comment on column trust_run.rounds is 'Rounds that were needed.';
comment on column trust_run.residual is 'How much the last round still moved (L1).';
comment on column trust_run.converged is 'Whether that is within the bound; false: the rounds ran out.';

create table trust_score (
  run            bigint  not null,
  agent          uuid    not null,
  home           text    not null,
  eigentrust     double precision not null check (eigentrust between 0 and 1),
  satisfactory   bigint  not null,
  unsatisfactory bigint  not null,
  dealings       bigint  not null,
  weighted       double precision not null,
  raters         integer not null,
  primary key (run, agent, home)
);

comment on table trust_score is 'Scores of the newest computation, with what they were made of. Older ones are deleted with its commit.';
comment on column trust_score.run is 'The computation.';
comment on column trust_score.agent is 'Whose score.';
comment on column trust_score.home is 'Its registry; empty: this one.';
comment on column trust_score.eigentrust is 'Global trust divided by the greatest there is.';
comment on column trust_score.satisfactory is 'Sum over the rows that speak of it.';
comment on column trust_score.unsatisfactory is 'Sum over the rows that speak of it.';
comment on column trust_score.dealings is 'Sum over the rows that speak of it.';
comment on column trust_score.weighted is 'The same dealings, each weighted by its rater''s eigentrust.';
comment on column trust_score.raters is 'Rows that speak of it.';

create table peer_trust (
  peer                text   not null primary key,
  interactions        bigint not null default 0 check (interactions >= 0),
  disputes_lost       bigint not null default 0 check (disputes_lost >= 0),
  last_interaction_at timestamptz
) with (fillfactor = 50);

comment on table peer_trust is 'How dealing with each peer has gone.';
comment on column peer_trust.peer is 'The peer.';
comment on column peer_trust.interactions is 'Transfers and payments, either way, that ended with the payee''s credit. Counted in the background.';
comment on column peer_trust.disputes_lost is 'Disputes that its agents have lost against ours.';
comment on column peer_trust.last_interaction_at is 'When anything between the two registries ended last, refusals included; null: never.';

create table bond (
  agent      uuid        not null primary key,
  state      smallint    not null check (state between 1 and 4),
  posted_at  timestamptz not null,
  release_at timestamptz,
  ended_at   timestamptz,
  reason     text        not null default ''
) with (fillfactor = 70);

comment on table bond is 'Reputation bonds, one an agent at most. How much is in it says the agent''s bond account.';
comment on column bond.agent is 'Whose.';
comment on column bond.state is '1 POSTED, 2 RELEASING (asked back, and waiting), 3 RELEASED, 4 FORFEITED. The bond account holds money in the first two only.';
comment on column bond.posted_at is 'When it was posted, or posted again.';
comment on column bond.release_at is 'From when on it may be given back, once no dispute is open; only when RELEASING or RELEASED.';
comment on column bond.ended_at is 'When it was given back or forfeited.';
comment on column bond.reason is 'Why the operator took it; empty unless FORFEITED.';

create index bond_release on bond (agent asc, release_at) where state = 2;
comment on index bond_release is 'Those that wait to be given back.';

create table attestation (
  id              uuid        not null primary key,
  agent           uuid        not null,
  predicate       smallint    not null check (predicate >= 1),
  statement       bytea       not null,
  signature       bytea       not null check (length(signature) = 64),
  issued_at       timestamptz not null,
  expires_at      timestamptz not null,
  revoked_at      timestamptz,
  reason          text        not null default '',
  proven_at       timestamptz,
  proven_at_least bigint check (proven_at_least >= 0),
  proof           bytea
);

comment on table attestation is 'What this registry attests about its agents: a commitment to a count, which only the holder can open.';
comment on column attestation.id is 'Random.';
comment on column attestation.agent is 'Whose.';
comment on column attestation.predicate is 'What is counted: 1 dealings that it was paid for.';
comment on column attestation.statement is 'The signed text (UTF-8), which contains the commitment.';
comment on column attestation.signature is 'Ed25519 by the registry''s signing key over statement.';
comment on column attestation.issued_at is 'When.';
comment on column attestation.expires_at is 'Until when it counts.';
comment on column attestation.revoked_at is 'Since when it counts no more.';
comment on column attestation.reason is 'Why it was revoked.';
comment on column attestation.proven_at is 'When the holder proved a bound to this registry; it may be cited in disputes filed later.';
comment on column attestation.proven_at_least is 'That bound.';
comment on column attestation.proof is 'The proof, for whoever wants to verify it again.';

create index attestation_agent on attestation (agent, issued_at);
comment on index attestation_agent is 'The attestations of one agent.';
