-- Contracts whose provider is of a peer.

alter table frame
  add column contract  uuid,
  add column milestone smallint not null default 0;

comment on column frame.contract is 'The contract of which it pays a milestone; null for anything else.';
comment on column frame.milestone is 'The milestone''s place in that contract, from 1; 0 for anything else.';

create table contract_mirror (
  id         uuid        not null primary key,
  registry   text        not null,
  contractor uuid        not null,
  provider   uuid        not null,
  state      smallint    not null,
  created_at timestamptz not null,
  terms      bytea       not null,
  shown      bytea       not null,
  version    bigint      not null
) with (fillfactor = 70);

comment on table contract_mirror is 'A contract that a peer keeps and whose provider is an agent of this registry, as the peer has shown it last. Nothing is decided by it.';
comment on column contract_mirror.id is 'The contract. No contract of this registry has the same id.';
comment on column contract_mirror.registry is 'The peer that keeps it.';
comment on column contract_mirror.contractor is 'The agent of that peer.';
comment on column contract_mirror.provider is 'The agent of this registry.';
comment on column contract_mirror.state is 'As contract.state; 0 for one that this version does not know.';
comment on column contract_mirror.created_at is 'When it was proposed here.';
comment on column contract_mirror.terms is 'A serialized hanse.contract.v1.Terms.';
comment on column contract_mirror.shown is 'A serialized hanse.contract.v1.Contract, without the terms.';
comment on column contract_mirror.version is 'Its version at the peer: what is older is not believed any more.';

create index contract_mirror_provider on contract_mirror (provider, created_at, id);

create table contract_relay (
  message  uuid        not null primary key,
  contract uuid        not null,
  state    smallint    not null check (state between 1 and 3),
  refusal  smallint    not null default 0,
  asked_at timestamptz not null
) with (fillfactor = 80);

comment on table contract_relay is 'What a provider of this registry has asked for at the registry that keeps its contract.';
comment on column contract_relay.message is 'The message that passed it on.';
comment on column contract_relay.contract is 'The contract.';
comment on column contract_relay.state is '1 ASKED (no outcome yet), 2 ACCEPTED, 3 REFUSED.';
comment on column contract_relay.refusal is 'Number of the reason with which it was refused; 0 if it was not.';
comment on column contract_relay.asked_at is 'When it was asked for.';

create table relayed_request (
  signature   uuid        not null primary key,
  contract    uuid        not null,
  request     bytea       not null,
  received_at timestamptz not null
);

comment on table relayed_request is 'What a provider on a peer has signed, and its registry passed on: evidence, and the reason why it is carried out once.';
comment on column relayed_request.signature is '128 bits of SHA-256 of the provider''s signature.';
comment on column relayed_request.contract is 'The contract of this registry that it changed, or tried to.';
comment on column relayed_request.request is 'A serialized hanse.federation.v1.RelayContractRequest.';
comment on column relayed_request.received_at is 'When it was decided here.';

create index relayed_request_contract on relayed_request (contract, received_at);
