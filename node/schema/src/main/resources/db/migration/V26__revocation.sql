-- Certificates of peers that are refused although they chain to what is pinned.

create table revoked_certificate (
  peer        text        not null,
  certificate text        not null check (certificate ~ '^[0-9a-f]{1,64}$'),
  revoked_at  timestamptz not null,
  primary key (peer, certificate)
);

comment on table revoked_certificate is 'Certificates of peers that are refused from now on: their keys are in the wrong hands. Every process reads all of it twice a second, with the peers. Rows stay, also when the peer is removed and added again.';
comment on column revoked_certificate.peer is 'Whose.';
comment on column revoked_certificate.certificate is 'Hex, lower case: SHA-256 of the certificate (64 digits), or its serial number (fewer, without leading zeros).';
comment on column revoked_certificate.revoked_at is 'When an operator said so.';

-- Peers change CAs and keys while the link works: they show their card anew, signed by a key that is pinned.

alter table peer
  add column further_keys    bytea  not null default '' check (length(further_keys) in (0, 32, 64, 96)),
  add column card_made_at_ms bigint not null default 0;

comment on column peer.further_keys is 'Ed25519 keys, 32 bytes each, one after the other, by which it signs beside signing_key while it changes from one to another.';
comment on column peer.card_made_at_ms is 'When the card was made that this is of, by the peer''s clock, milliseconds since 1970. An older one is not taken over the link.';

-- A message that the peer cannot decide, or that we cannot send, makes room for the others.

alter table outbox
  add column aside_at  timestamptz,
  add column aside_for text;

comment on column outbox.aside_at is 'Since when it is not sent, because it was left undecided too often; tried again after an hour. Null: it is sent.';
comment on column outbox.aside_for is 'Why, as the peer said last; UNSENDABLE: this node cannot send it.';
