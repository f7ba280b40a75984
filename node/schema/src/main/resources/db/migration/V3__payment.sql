-- Per-call payments.

create table payment (
  id            uuid        not null primary key,
  token_hash    bytea       not null check (length(token_hash) = 32),
  state         smallint    not null,
  payer         uuid        not null,
  payee         uuid        not null,
  payee_registry text,
  amount        bigint      not null check (amount > 0),
  fee           bigint      not null default 0 check (fee >= 0),
  resource      text        not null default '',
  authorized_at timestamptz not null,
  expires_at    timestamptz not null,
  consumed_at   timestamptz,
  ended_at      timestamptz,
  transfer      bigint,
  attempt       integer     not null default 0,
  frame         uuid,
  refusal       smallint    not null default 0
) with (fillfactor = 70);

comment on table payment is 'A promise of money to one payee: AUTHORIZED, CONSUMED, SETTLING, SETTLED, RELEASED or EXPIRED. While it is in one of the first three its amount is held on the payer''s account, or in flight.';
comment on column payment.id is 'First 128 bits of token_hash, so that the token finds its payment without a second index.';
comment on column payment.token_hash is 'SHA-256 of the token. The token itself is stored nowhere.';
comment on column payment.state is '1 AUTHORIZED, 2 CONSUMED, 3 SETTLING, 4 SETTLED, 5 RELEASED, 6 EXPIRED.';
comment on column payment.payer is 'The paying agent, of this registry.';
comment on column payment.payee is 'The agent that is to be paid.';
comment on column payment.payee_registry is 'The payee''s home when it is a peer; null when it is this registry.';
comment on column payment.amount is 'Micro-AVT.';
comment on column payment.fee is 'Micro-AVT that went to this registry''s treasury when it was settled here.';
comment on column payment.resource is 'What the payer bound it to; shown to the payee.';
comment on column payment.authorized_at is 'When the money was held.';
comment on column payment.expires_at is 'From then on the token is never valid, swept or not.';
comment on column payment.consumed_at is 'When the payee first verified it.';
comment on column payment.ended_at is 'When it reached SETTLED, RELEASED or EXPIRED.';
comment on column payment.transfer is 'Position of the journal entry that paid it.';
comment on column payment.attempt is 'Counts cross-registry settlements tried, from 1; rises only on a recorded refusal.';
comment on column payment.frame is 'The cross-registry transfer of the present attempt.';
comment on column payment.refusal is 'Number of the reason of the last recorded refusal; 0 if none.';

-- The two sides'' lists, newest first. Neither column ever changes, so that a change of state stays a HOT update.
create index payment_payer on payment (payer, authorized_at, id);
create index payment_payee on payment (payee, authorized_at, id);

-- Sweeps look at the rows of one time range; rows arrive in that order. It never changes, either.
create index payment_authorized_at on payment (authorized_at asc);
