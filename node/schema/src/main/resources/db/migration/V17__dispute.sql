-- Disputes, and what they freeze.

create table disputed (
  kind         smallint not null check (kind between 1 and 5),
  subject      uuid     not null,
  part         text     not null default '',
  open_dispute uuid,
  recovered    bigint   not null default 0 check (recovered >= 0),
  primary key (subject, kind, part)
) with (fillfactor = 70);

comment on table disputed is 'A dealing that was ever disputed. Its row is locked by everything that files, rules or closes: so there is one open dispute of a dealing, and never more is recovered than was paid.';
comment on column disputed.kind is '1 PAYMENT, 2 CONTRACT, 3 MILESTONE, 4 JOB, 5 RENTAL.';
comment on column disputed.subject is 'The dealing''s id.';
comment on column disputed.part is 'Of a milestone, its name within the contract; empty for what is disputed as a whole.';
comment on column disputed.open_dispute is 'The dispute that freezes it, or a part of it; null when there is none. A part has none of its own.';
comment on column disputed.recovered is 'Micro-AVT compensated by slash and mint, over all disputes of it and of its parts.';

create table dispute (
  id                   uuid        not null primary key,
  state                smallint    not null check (state between 1 and 3),
  kind                 smallint    not null,
  subject              uuid        not null,
  part                 text        not null,
  complainant          text        not null,
  defendant            text        not null,
  grounds              smallint    not null,
  reason               text        not null,
  claimed              bigint      not null check (claimed > 0),
  subject_state        text        not null,
  captured             bigint      not null check (captured >= 0),
  held                 bigint      not null check (held >= 0),
  in_flight            bigint      not null check (in_flight >= 0),
  performance          smallint    not null,
  filed_at             timestamptz not null,
  rule_by              timestamptz not null,
  voting_at            timestamptz,
  complainant_evidence integer     not null default 0,
  defendant_evidence   integer     not null default 0,
  conceded             boolean     not null default false,
  cited                uuid[]      not null default '{}',
  closed_at            timestamptz,
  closing              smallint    not null default 0,
  ruling               smallint    not null default 0,
  closed_by            text,
  note                 text,
  awarded              bigint      not null default 0 check (awarded between 0 and claimed),
  carried_out_at       timestamptz,
  returned             bigint      not null default 0 check (returned >= 0),
  compensated          bigint      not null default 0 check (compensated >= 0),
  mitigated            bigint      not null default 0 check (mitigated >= 0),
  failure              smallint    not null default 0,
  check ((state = 3) = (closed_at is not null)),
  check (returned + compensated + mitigated <= awarded)
) with (fillfactor = 70);

comment on table dispute is 'A complaint of one agent against another about a dealing: OPEN, VOTING, CLOSED.';
comment on column dispute.id is 'UUID of version 7.';
comment on column dispute.state is '1 OPEN, 2 VOTING, 3 CLOSED.';
comment on column dispute.kind is 'The dealing''s kind, as in disputed.kind.';
comment on column dispute.subject is 'The dealing''s id.';
comment on column dispute.part is 'As disputed.part.';
comment on column dispute.complainant is 'DID of who filed it.';
comment on column dispute.defendant is 'DID of the other party.';
comment on column dispute.grounds is '0 OTHER, 1 NOT_DELIVERED, 2 BAD_SERVICE, 3 FRAUD.';
comment on column dispute.reason is 'What has gone wrong, in the complainant''s words.';
comment on column dispute.claimed is 'Micro-AVT that the complainant wants back.';
comment on column dispute.subject_state is 'The dealing''s own state when it was frozen; with the next four columns the snapshot.';
comment on column dispute.captured is 'Micro-AVT that the complainant had paid to the defendant.';
comment on column dispute.held is 'Micro-AVT held for the dealing.';
comment on column dispute.in_flight is 'Micro-AVT on its way to a peer.';
comment on column dispute.performance is 'What the records say of the defendant''s performance: 0 UNKNOWN, 1 MISSING, 2 DELIVERED, 3 ACCEPTED.';
comment on column dispute.filed_at is 'When it was filed.';
comment on column dispute.rule_by is 'When it lapses if nobody rules.';
comment on column dispute.voting_at is 'When evidence was closed; null while OPEN.';
comment on column dispute.complainant_evidence is 'Pieces of evidence filed by the complainant.';
comment on column dispute.defendant_evidence is 'Pieces of evidence filed by the defendant.';
comment on column dispute.conceded is 'Whether the defendant has admitted the complaint.';
comment on column dispute.cited is 'Attestations that the defendant cites to soften a slash.';
comment on column dispute.closed_at is 'When it ended.';
comment on column dispute.closing is '0 not ended, 1 RULED, 2 WITHDRAWN, 3 LAPSED.';
comment on column dispute.ruling is '0 none, 1 IN_FAVOR_OF_COMPLAINANT, 2 IN_FAVOR_OF_DEFENDANT, 3 DISMISSED.';
comment on column dispute.closed_by is 'Who ended it, as callers are named.';
comment on column dispute.note is 'What the operator said to it.';
comment on column dispute.awarded is 'Micro-AVT awarded to the complainant.';
comment on column dispute.carried_out_at is 'When a ruling for the complainant moved what the next columns say; null before, which is later than the ruling where the dealing''s money was on its way.';
comment on column dispute.returned is 'Micro-AVT given back of what was held.';
comment on column dispute.compensated is 'Micro-AVT slashed from the defendant and minted to the complainant.';
comment on column dispute.mitigated is 'Micro-AVT taken off the slash for cited attestations.';
comment on column dispute.failure is 'Number of the reason for which nothing was compensated; 0 if nothing failed.';

-- Both sides' lists, newest first, and an operator's.
create index dispute_complainant on dispute (complainant, filed_at, id);
create index dispute_defendant on dispute (defendant, filed_at, id);
create index dispute_filed_at on dispute (filed_at asc, id);
-- What can lapse, and rulings that wait for money on its way.
create index dispute_rule_by on dispute (rule_by asc) where state < 3;
create index dispute_to_carry_out on dispute (closed_at asc) where ruling = 1 and carried_out_at is null;

create table evidence (
  id             uuid        not null primary key,
  dispute        uuid        not null,
  author         text        not null,
  statement      text        not null,
  reference      text        not null,
  reference_hash bytea       check (length(reference_hash) = 32),
  stance         smallint    not null,
  attestations   uuid[]      not null,
  submitted_at   timestamptz not null,
  hash           bytea       not null check (length(hash) = 32)
);

comment on table evidence is 'What a party has filed in a dispute. Rows are never changed.';
comment on column evidence.id is 'UUID of version 7.';
comment on column evidence.dispute is 'The dispute.';
comment on column evidence.author is 'DID of the party.';
comment on column evidence.statement is 'The party''s words, at most 8000 characters.';
comment on column evidence.reference is 'Where more is to be found, at most 512 characters.';
comment on column evidence.reference_hash is 'SHA-256 of what is to be found there; null if not said.';
comment on column evidence.stance is '0 NEUTRAL, 1 CONTESTED, 2 CONCEDED.';
comment on column evidence.attestations is 'Attestations that it cites.';
comment on column evidence.submitted_at is 'When it was filed.';
comment on column evidence.hash is 'SHA-256 over all of it, as docs/disputes.md says; the journal''s entry has it, too.';

create index evidence_dispute on evidence (dispute, id);

create table arbiter (
  dispute      uuid        not null,
  agent        uuid        not null,
  appointed_at timestamptz not null,
  appointed_by text        not null,
  ruling       smallint    not null default 0,
  note         text        not null default '',
  said_at      timestamptz,
  primary key (dispute, agent)
);

comment on table arbiter is 'An agent that was asked for its opinion of a dispute, and that opinion.';
comment on column arbiter.dispute is 'The dispute.';
comment on column arbiter.agent is 'The arbiter, of this registry.';
comment on column arbiter.appointed_at is 'When it was appointed.';
comment on column arbiter.appointed_by is 'The operator, as callers are named.';
comment on column arbiter.ruling is 'How it would rule, as in dispute.ruling; 0 until it has said so.';
comment on column arbiter.note is 'Why.';
comment on column arbiter.said_at is 'When it said so.';

alter table payment
  add column frozen_by uuid,
  add column thawed_at timestamptz;

comment on column payment.frozen_by is 'The dispute that freezes it: consumed, it is neither settled nor given back; null when there is none.';
comment on column payment.thawed_at is 'When a dispute last let it go: its 30 days count from then.';

alter table contract
  add column frozen_by    uuid,
  add column frozen_state smallint check (frozen_state between 1 and 8),
  add constraint contract_frozen check ((state = 9) = (frozen_by is not null) and (state = 9) = (frozen_state is not null));

comment on column contract.frozen_by is 'The dispute that freezes it; only while DISPUTED.';
comment on column contract.frozen_state is 'The state in which it goes on when that is over; only while DISPUTED.';
