-- Federation: whom this registry trusts, how much of their money it holds, and what is on its way.

create table peer (
  registry_id  text        not null primary key,
  endpoint     text        not null,
  public_url   text        not null,
  signing_key  bytea       not null check (length(signing_key) = 32),
  trust_bundle text        not null,
  fingerprint  text        not null,
  added_at     timestamptz not null,
  pump_owner   uuid,
  pump_until   timestamptz not null default '-infinity'
) with (fillfactor = 70);

comment on table peer is 'Other registries with which this one has exchanged trust, removed ones included: what their operators'' peering cards said. Every process reads all of it twice a second.';
comment on column peer.registry_id is 'DNS-like, such as beta.example. Pinned to the signing key.';
comment on column peer.endpoint is 'host:port of its peer port.';
comment on column peer.public_url is 'Where HTTP clients reach it; tokens may name their issuer by it.';
comment on column peer.signing_key is 'Ed25519, 32 bytes: only what it signed is believed.';
comment on column peer.trust_bundle is 'CA certificates (PEM) from which its node certificates chain, and nobody else''s.';
comment on column peer.fingerprint is 'What the two operators read to each other.';
comment on column peer.added_at is 'When an operator trusted this key.';
comment on column peer.pump_owner is 'The process that looks through the outbox for what other processes left behind. Only spreads work: two that believe they own it send a message twice, which changes nothing.';
comment on column peer.pump_until is 'Until when the owner''s claim lasts.';

create table peer_position (
  peer           text     not null primary key,
  status         smallint not null check (status between 1 and 4),
  exposure_limit bigint   not null check (exposure_limit >= 0),
  position       bigint   not null default 0,
  reserved       bigint   not null default 0 check (reserved >= 0)
) with (fillfactor = 10);

comment on table peer_position is 'What a batch must know of a peer under lock: whether new work is taken, and the exposure. One row per peer, apart from its card because every batch that deals with it rewrites the row. Its lock also puts all messages of one peer in a row, so that no message is decided twice.';
comment on column peer_position.peer is 'The peer.';
comment on column peer_position.status is '1 PENDING, 2 ACTIVE, 3 SUSPENDED, 4 REMOVED.';
comment on column peer_position.exposure_limit is 'The most of its money this registry will hold, micro-AVT.';
comment on column peer_position.position is 'imported + compensated - exported - slashed, micro-AVT: what is held of it. May be negative.';
comment on column peer_position.reserved is 'Headroom promised to payments that were verified and not yet settled, micro-AVT. position + reserved never rises above exposure_limit.';

create table frame (
  id          uuid        not null primary key,
  peer        text        not null,
  state       smallint    not null check (state between 1 and 3),
  payer       uuid        not null,
  payee       uuid        not null,
  amount      bigint      not null check (amount > 0),
  lane        integer     not null,
  payment     uuid,
  attempt     integer     not null default 0,
  bucket_day  integer     not null,
  refusal     smallint    not null default 0,
  prepared_at timestamptz not null,
  ended_at    timestamptz,
  proof       bytea
) with (fillfactor = 80);

comment on table frame is 'This registry''s side of a cross-registry transfer that it sends. PREPARED exactly as long as the outbox has its message and the in-flight account its money.';
comment on column frame.id is 'The transfer, the same at both registries. Begins with the time, so that new rows are neighbours.';
comment on column frame.peer is 'The payee''s registry.';
comment on column frame.state is '1 PREPARED, 2 EXPORTED (the peer credited it), 3 REFUNDED (the peer refused for good).';
comment on column frame.payer is 'The paying agent, of this registry.';
comment on column frame.payee is 'The agent to be paid, of the peer.';
comment on column frame.amount is 'Micro-AVT.';
comment on column frame.lane is 'The stripe of the in-flight account that has the money.';
comment on column frame.payment is 'The payment that it settles; null for a plain transfer.';
comment on column frame.attempt is 'Which attempt to settle that payment, from 1; 0 for a plain transfer.';
comment on column frame.bucket_day is 'The UTC day on which it was prepared, as days since 1970-01-01: both registries'' statements are cut by it.';
comment on column frame.refusal is 'Number of the reason with which the peer refused; 0 if it did not.';
comment on column frame.prepared_at is 'When the money left the payer.';
comment on column frame.ended_at is 'When the outcome was recorded; null while PREPARED.';
comment on column frame.proof is 'The peer''s signed outcome, as received.';

create table outbox (
  peer       text        not null,
  id         uuid        not null,
  created_at timestamptz not null,
  message    bytea       not null,
  primary key (peer, id)
);

comment on table outbox is 'Messages to peers that have no outcome yet, written by the transaction that decided to send them and deleted by the one that records the outcome. When to try again is the sending process''s memory alone: a restart tries everything at once.';
comment on column outbox.peer is 'To whom.';
comment on column outbox.id is 'The message''s id.';
comment on column outbox.created_at is 'When it was decided to send it.';
comment on column outbox.message is 'The serialized message. It is signed when it is sent: Ed25519 gives the same signature every time.';

create table inbox (
  id      uuid not null,
  peer    text not null,
  outcome bytea not null,
  primary key (id, peer)
);

comment on table inbox is 'Every message of a peer that was decided, and the decision: never changed, never pruned. A repeat is answered from here before any other check.';
comment on column inbox.id is 'The message''s id, unique for its sender.';
comment on column inbox.peer is 'The sender.';
comment on column inbox.outcome is 'The serialized outcome, which names the message''s SHA-256. It is signed when it is sent.';
