-- What was answered, so that a repeat gets the same answer and nothing happens twice.

create table outcome (
  key       uuid        not null primary key,
  digest    bytea       not null,
  signature uuid,
  execution bigint      not null,
  at        timestamptz not null,
  result    bytea
);

comment on table outcome is 'One executed change and its answer, refusals included, written in the transaction that did it. Kept at least 48 hours, longer than any retry. Holds no secret.';
comment on column outcome.key is '128 bits of SHA-256 over caller, RPC and request id; without a request id, over the signature.';
comment on column outcome.digest is 'SHA-256 of the request''s content: the same id with another content is refused.';
comment on column outcome.signature is '128 bits of SHA-256 of the signature that asked first: the same signature again is a replay and gets no answer.';
comment on column outcome.execution is 'Random, of the execution that wrote the row: tells our own commit whose answer was lost from somebody''s replay.';
comment on column outcome.at is 'When it was decided; rows are pruned by it.';
comment on column outcome.result is 'First byte 0: the rest is the answer as protobuf. First byte 1: two bytes, the number of the reason of the refusal. Null: the row only remembers a signature.';

-- Finds the rows to forget. Rows arrive in time order, so PostgreSQL writes at its end only; where that end is one hot
-- shard, docs/databases.md says what to do.
create index outcome_at on outcome (at asc);
