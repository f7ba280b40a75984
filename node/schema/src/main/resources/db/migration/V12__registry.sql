-- Whose database this is.

create table registry (
  single_row    boolean primary key default true check (single_row),
  id            text    not null,
  signing_key   bytea   not null check (length(signing_key) = 32),
  token_secret  bytea   not null check (length(token_secret) = 32)
);

comment on table registry is 'The one registry whose books these are, by the keys that every process on this database must have. Written at the first start.';
comment on column registry.single_row is 'There is one row.';
comment on column registry.id is 'The registry''s id.';
comment on column registry.signing_key is 'Public half of the key that signs cards, messages, outcomes and checkpoints.';
comment on column registry.token_secret is 'SHA-256 of the secret that payment tokens are made with, after a prefix of its own.';
