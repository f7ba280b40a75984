-- Contracts and their milestones.

create table contract (
  id                   uuid        not null primary key,
  state                smallint    not null check (state between 1 and 9),
  contractor           uuid        not null,
  provider             uuid        not null,
  provider_registry    text,
  terms                bytea       not null,
  terms_hash           bytea       not null check (length(terms_hash) = 32),
  contractor_signature bytea       not null check (length(contractor_signature) = 64),
  contractor_key       bytea       not null check (length(contractor_key) = 32),
  provider_signature   bytea       check (length(provider_signature) = 64),
  provider_key         bytea       check (length(provider_key) = 32),
  escrowed             bigint      not null default 0 check (escrowed >= 0),
  created_at           timestamptz not null,
  accept_by            timestamptz not null,
  accepted_at          timestamptz,
  changed_at           timestamptz not null,
  ended_at             timestamptz,
  due_at               timestamptz,
  cancel_asked_by      smallint    not null default 0,
  note                 text        not null default '',
  version              bigint      not null
) with (fillfactor = 70);

comment on table contract is 'An agreement between two agents, kept at its contractor''s registry: PROPOSED, ACTIVE, COMPLETED, FAILED, CANCELLED, DECLINED, WITHDRAWN, EXPIRED or DISPUTED.';
comment on column contract.id is 'Chosen by the contractor, who has signed it as part of the terms.';
comment on column contract.state is '1 PROPOSED, 2 ACTIVE, 3 COMPLETED, 4 FAILED, 5 CANCELLED, 6 DECLINED, 7 WITHDRAWN, 8 EXPIRED, 9 DISPUTED.';
comment on column contract.contractor is 'The agent that pays, of this registry.';
comment on column contract.provider is 'The agent that works.';
comment on column contract.provider_registry is 'The provider''s home when it is a peer; null when it is this registry.';
comment on column contract.terms is 'A serialized hanse.contract.v1.Terms: what both sides sign.';
comment on column contract.terms_hash is 'SHA-256 of the canonical terms.';
comment on column contract.contractor_signature is 'Ed25519, over the text that names terms_hash.';
comment on column contract.contractor_key is 'The key that made it: the contractor''s at that time.';
comment on column contract.provider_signature is 'The same of the provider; null before it has accepted, as is the next.';
comment on column contract.provider_key is 'The key that made it: the provider''s at that time.';
comment on column contract.escrowed is 'Micro-AVT in this contract''s escrow account.';
comment on column contract.created_at is 'When it was proposed.';
comment on column contract.accept_by is 'From then on it cannot be accepted.';
comment on column contract.accepted_at is 'When the provider accepted.';
comment on column contract.changed_at is 'When it last changed.';
comment on column contract.ended_at is 'When it reached a final state, or FAILED.';
comment on column contract.due_at is 'When something happens to it by itself: a proposal expires, or what is in escrow goes back; null when nothing does.';
comment on column contract.cancel_asked_by is 'The side that wishes to end it: 0 neither, 1 the contractor, 2 the provider.';
comment on column contract.note is 'Why it was declined, withdrawn, failed or cancelled, as that side has put it.';
comment on column contract.version is 'Counts its changes, from 1.';

-- The two sides' lists, newest first. Neither column ever changes.
create index contract_contractor on contract (contractor, created_at, id);
create index contract_provider on contract (provider, created_at, id);

-- What is to happen by itself, in order of time.
create index contract_due_at on contract (due_at asc) where due_at is not null;

create table milestone (
  contract     uuid        not null,
  number       smallint    not null check (number >= 1),
  state        smallint    not null check (state between 1 and 6),
  submission   text        not null default '',
  submitted_at timestamptz,
  rejection    text        not null default '',
  rejections   integer     not null default 0,
  approved_at  timestamptz,
  paid_at      timestamptz,
  transfer     bigint,
  attempt      integer     not null default 0,
  frame        uuid,
  payment      uuid,
  refusal      smallint    not null default 0,
  primary key (contract, number)
) with (fillfactor = 70);

comment on table milestone is 'How far a piece of a contract''s work is: DUE, SUBMITTED, REJECTED, APPROVED, PAYING or PAID. What it is and what it pays stands in the contract''s terms.';
comment on column milestone.contract is 'The contract, whose row is locked by whoever changes this one.';
comment on column milestone.number is 'Its place in the terms, from 1.';
comment on column milestone.state is '1 DUE, 2 SUBMITTED, 3 REJECTED, 4 APPROVED, 5 PAYING, 6 PAID.';
comment on column milestone.submission is 'What the provider wrote when it handed the work in last.';
comment on column milestone.submitted_at is 'When that was.';
comment on column milestone.rejection is 'Why the contractor sent it back last.';
comment on column milestone.rejections is 'How often.';
comment on column milestone.approved_at is 'When it was approved, or claimed.';
comment on column milestone.paid_at is 'When it was paid.';
comment on column milestone.transfer is 'Position of the journal entry that paid it, or took the money for that.';
comment on column milestone.attempt is 'Counts cross-registry payments tried, from 1; rises only on a recorded refusal.';
comment on column milestone.frame is 'The cross-registry transfer of the present attempt.';
comment on column milestone.payment is 'The payment whose held money paid it.';
comment on column milestone.refusal is 'Number of the reason of the last recorded refusal; 0 if none.';
