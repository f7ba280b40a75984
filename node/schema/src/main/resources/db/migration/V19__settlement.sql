-- How rulings are settled: here, or with the defendant's home.

alter table dispute add column pending boolean not null default false;

comment on column dispute.pending is 'Whether the defendant''s home has been asked for a slash and its answer is awaited.';

create table settlement (
  id           uuid        not null primary key,
  role         smallint    not null check (role between 1 and 3),
  peer         text,
  dispute      uuid        not null,
  kind         smallint    not null,
  subject      uuid        not null,
  part         text        not null,
  complainant  text        not null,
  defendant    text        not null,
  reason       text        not null,
  requested    bigint      not null check (requested > 0),
  cited        uuid[]      not null default '{}',
  filed_at     timestamptz not null,
  state        smallint    not null check (state between 1 and 6),
  final        boolean     not null,
  payer        uuid,
  held         bigint      not null default 0 check (held >= 0),
  bond_held    bigint      not null default 0 check (bond_held >= 0),
  reserved     bigint      not null default 0 check (reserved >= 0),
  burned       bigint      not null default 0 check (burned between 0 and requested),
  mitigated    bigint      not null default 0 check (mitigated >= 0),
  failure      smallint    not null default 0,
  opened_at    timestamptz not null,
  expires_at   timestamptz not null,
  ended_at     timestamptz,
  steps        integer     not null default 0,
  alerted      boolean     not null default false,
  check ((role = 1) = (peer is null))
) with (fillfactor = 70);

comment on table settlement is 'The slash that a ruling asks for, as one registry sees it: PENDING_SLASH, SLASHING, SLASHED, SETTLED, FAILED, EXPIRED.';
comment on column settlement.id is 'The dispute''s id where it was ruled on; at the defendant''s home made from the peer and that.';
comment on column settlement.role is '1 LOCAL: both parties are of this registry; 2 ORIGIN: the complainant is; 3 HOME: the defendant is.';
comment on column settlement.peer is 'The other registry; null for LOCAL.';
comment on column settlement.dispute is 'The dispute, an id of the registry that ruled.';
comment on column settlement.kind is 'The dealing''s kind, as in disputed.kind.';
comment on column settlement.subject is 'The dealing''s id.';
comment on column settlement.part is 'As disputed.part.';
comment on column settlement.complainant is 'DID.';
comment on column settlement.defendant is 'DID.';
comment on column settlement.reason is 'What the ruling said.';
comment on column settlement.requested is 'Micro-AVT that the ruling asks for.';
comment on column settlement.cited is 'Attestations that the defendant has cited.';
comment on column settlement.filed_at is 'When the dispute was filed.';
comment on column settlement.state is '1 PENDING_SLASH, 2 SLASHING, 3 SLASHED, 4 SETTLED, 5 FAILED, 6 EXPIRED.';
comment on column settlement.final is 'Whether nothing can change it any more: false while PENDING_SLASH or SLASHED, and while the origin, after 24 h, still asks.';
comment on column settlement.payer is 'The defendant''s account, where it is of this registry.';
comment on column settlement.held is 'Micro-AVT held on that account for it.';
comment on column settlement.bond_held is 'Micro-AVT held on the defendant''s bond for it.';
comment on column settlement.reserved is 'Headroom reserved for the compensation, micro-AVT; part of peer_position.reserved.';
comment on column settlement.burned is 'Micro-AVT that were slashed: exactly that is minted.';
comment on column settlement.mitigated is 'Micro-AVT taken off for attestations.';
comment on column settlement.failure is 'Number of the reason for which nothing was slashed; 0 if none.';
comment on column settlement.opened_at is 'When it was asked for here, or arrived here.';
comment on column settlement.expires_at is 'After this the home slashes nothing for it; at the origin, when it counts as expired until more is known.';
comment on column settlement.ended_at is 'When it reached its final state.';
comment on column settlement.steps is 'How many rows of settlement_step it has.';
comment on column settlement.alerted is 'Whether the operator was told that it waits and will expire.';

create index settlement_opened_at on settlement (opened_at asc, id);
create index settlement_open on settlement (expires_at asc) where state = 1;

create table settlement_step (
  settlement uuid        not null,
  number     integer     not null,
  at         timestamptz not null,
  state      smallint    not null,
  by         text        not null,
  message    uuid,
  note       text        not null,
  primary key (settlement, number)
);

comment on table settlement_step is 'Everything that ever happened to a settlement. Rows are never changed.';
comment on column settlement_step.settlement is 'The settlement.';
comment on column settlement_step.number is 'From 1.';
comment on column settlement_step.at is 'When.';
comment on column settlement_step.state is 'Where it stood after that, as in settlement.state.';
comment on column settlement_step.by is 'Who did it: an operator, a peer, or the node itself.';
comment on column settlement_step.message is 'The message between the registries, if there was one.';
comment on column settlement_step.note is 'What was said: an outcome, an operator''s words.';

create table slash_total (
  peer      text        not null,
  subject   uuid        not null,
  defendant uuid        not null,
  level     bigint      not null check (level >= 0),
  at        timestamptz not null,
  primary key (peer, subject, defendant)
);

comment on table slash_total is 'How much of a peer''s slashes has been taken on. Changed under the lock of the peer''s position.';
comment on column slash_total.peer is 'The peer that asked.';
comment on column slash_total.subject is 'A dealing, of which the sum counts for ever; all zeros: the level of a rolling cap.';
comment on column slash_total.defendant is 'The agent of this registry; all zeros: all of them together.';
comment on column slash_total.level is 'Micro-AVT.';
comment on column slash_total.at is 'When the level was that: a rolling cap''s falls to 0 within a week.';

create table peer_slash_config (
  peer               text    not null primary key,
  auto_slash_enabled boolean not null,
  auto_slash_max_avt bigint  not null check (auto_slash_max_avt between 0 and 1000000000)
);

comment on table peer_slash_config is 'How far the operator trusts a peer''s slash requests; one without a row is not trusted: its requests wait for the operator.';
comment on column peer_slash_config.peer is 'The peer.';
comment on column peer_slash_config.auto_slash_enabled is 'Whether any of its requests is carried out without the operator.';
comment on column peer_slash_config.auto_slash_max_avt is 'The largest such request, AVT. Within a rolling week ten times that for all agents together, twice that for one.';

-- Disputes of peers against agents of this registry.

create table foreign_dispute (
  id          uuid        not null,
  origin      text        not null,
  defendant   uuid        not null,
  complainant text        not null,
  kind        smallint    not null,
  subject     uuid        not null,
  state       smallint    not null check (state between 1 and 3),
  filed_at    timestamptz not null,
  version     bigint      not null,
  document    bytea       not null,
  told_at     timestamptz not null,
  by_complainant smallint not null,
  by_defendant   smallint not null,
  proven      boolean     not null,
  primary key (id, origin)
);

comment on table foreign_dispute is 'A dispute of a peer against an agent of this registry, as the peer has told of it last. To be read; it is decided there. Changed under the lock of the peer''s position.';
comment on column foreign_dispute.id is 'The peer''s id of it.';
comment on column foreign_dispute.origin is 'The peer.';
comment on column foreign_dispute.defendant is 'The agent of this registry.';
comment on column foreign_dispute.complainant is 'DID.';
comment on column foreign_dispute.kind is 'The dealing''s kind, as in disputed.kind.';
comment on column foreign_dispute.subject is 'The dealing''s id.';
comment on column foreign_dispute.state is 'As in dispute.state.';
comment on column foreign_dispute.filed_at is 'When it was filed.';
comment on column foreign_dispute.version is 'Rises with each change at the peer.';
comment on column foreign_dispute.document is 'A serialized hanse.dispute.v1.Dispute, without evidence.';
comment on column foreign_dispute.told_at is 'When the peer first told of it.';
comment on column foreign_dispute.by_complainant is 'Pieces of evidence that the peer has told of.';
comment on column foreign_dispute.by_defendant is 'Pieces of evidence that the defendant has filed here.';
comment on column foreign_dispute.proven is 'Whether this registry''s own books know that the defendant was paid under the dealing: only then it keeps the agent''s account and bond from being closed.';

create index foreign_dispute_defendant on foreign_dispute (defendant, filed_at, id);

create table foreign_evidence (
  id       uuid     not null,
  origin   text     not null,
  dispute  uuid     not null,
  state    smallint not null check (state between 1 and 3),
  refusal  smallint not null default 0,
  document bytea    not null,
  primary key (id, origin)
);

comment on table foreign_evidence is 'Evidence in a dispute of a peer: told of by the peer, or filed here by the defendant and passed on.';
comment on column foreign_evidence.id is 'The evidence''s id, the same at both registries.';
comment on column foreign_evidence.origin is 'The peer that keeps the dispute.';
comment on column foreign_evidence.dispute is 'The peer''s id of the dispute.';
comment on column foreign_evidence.state is '1 SENT (not answered yet), 2 FILED, 3 REFUSED.';
comment on column foreign_evidence.refusal is 'Number of the reason with which the peer refused it; 0 if it did not.';
comment on column foreign_evidence.document is 'A serialized hanse.dispute.v1.Evidence.';

create index foreign_evidence_dispute on foreign_evidence (dispute, origin);
