-- Registries keep each other's checkpoints, so that none rewrites its own past unseen.

create table witness (
  peer             text not null primary key,
  number           bigint      not null check (number >= 1),
  received_at      timestamptz not null,
  body             bytea       not null,
  signature        bytea       not null check (length(signature) = 64),
  alarm            text,
  alarm_at         timestamptz,
  alarm_body       bytea,
  alarm_signature  bytea
);

comment on table witness is 'The newest checkpoint of each peer that fits those before it. One row per peer, rewritten each minute at most.';
comment on column witness.peer is 'Whose checkpoint it is.';
comment on column witness.number is 'Its number.';
comment on column witness.received_at is 'When it was received.';
comment on column witness.body is 'The signed text (UTF-8).';
comment on column witness.signature is 'Ed25519 by the peer''s signing key over body.';
comment on column witness.alarm is 'How a later checkpoint of the peer contradicted this one, in words; null if none has. The row then stays as it is until an operator accepts the peer''s journal.';
comment on column witness.alarm_at is 'When that was received first.';
comment on column witness.alarm_body is 'The contradicting text. Both are signed by the peer: that is the proof.';
comment on column witness.alarm_signature is 'Ed25519 by the peer''s signing key over alarm_body.';

create table witness_day (
  peer       text not null,
  day        integer not null,
  number     bigint  not null,
  body       bytea   not null,
  signature  bytea   not null check (length(signature) = 64),
  primary key (peer, day)
);

comment on table witness_day is 'The first checkpoint of a peer received on each day, kept for ever.';
comment on column witness_day.peer is 'Whose checkpoint it is.';
comment on column witness_day.day is 'The UTC day, as days since 1970-01-01.';
comment on column witness_day.number is 'Its number.';
comment on column witness_day.body is 'The signed text (UTF-8).';
comment on column witness_day.signature is 'Ed25519 by the peer''s signing key over body.';

create table witnessed_by (
  peer       text not null primary key,
  seen_at    timestamptz not null,
  number     bigint      not null default 0,
  body       bytea,
  signature  bytea,
  missing    text,
  accepted   bigint      not null default 0
);

comment on table witnessed_by is 'The newest checkpoint of this registry that each peer keeps, as the peer last showed it. `audit verify` holds the journal to it.';
comment on column witnessed_by.peer is 'Who keeps it.';
comment on column witnessed_by.seen_at is 'When the peer said so last.';
comment on column witnessed_by.number is 'Its number; 0 if the peer keeps none.';
comment on column witnessed_by.body is 'The text that this registry has signed; null if the peer keeps none.';
comment on column witnessed_by.signature is 'The signature that shows so.';
comment on column witnessed_by.missing is 'What of it this journal lacks, in words: it was rolled back, or rewritten. Null if it has all. While there is such a row nothing is paid here.';
comment on column witnessed_by.accepted is 'Up to this number an operator has taken note of what is missing.';

alter table registry add column restored_at timestamptz;

comment on column registry.restored_at is 'When this database was restored from a backup; null once every peer has shown since what it keeps of this registry. Until then nothing is paid here.';
