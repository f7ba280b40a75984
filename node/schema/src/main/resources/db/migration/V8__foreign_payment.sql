-- Payments that peers issued, as seen by the payee's registry.

create table foreign_payment (
  id              uuid        not null,
  issuer          text        not null,
  payee           uuid        not null,
  state           smallint    not null check (state between 1 and 5),
  message         uuid        not null,
  request         uuid        not null,
  reserved        bigint      not null check (reserved >= 0),
  refusal         smallint    not null default 0,
  asked_at        timestamptz not null,
  payer           text,
  amount          bigint,
  resource        text,
  expires_at      timestamptz,
  consumed_at     timestamptz,
  first_use       boolean     not null default false,
  ending          uuid,
  ending_kind     smallint    not null default 0,
  ending_state    smallint    not null default 0,
  ending_refusal  smallint    not null default 0,
  ended_at        timestamptz,
  primary key (id, issuer, payee)
) with (fillfactor = 70);

comment on table foreign_payment is 'A token of a peer that an agent of this registry presented: asked for at its issuer, and what became of it. Headroom is reserved for it before the issuer is asked and until it is paid.';
comment on column foreign_payment.id is 'The payment, as its issuer names it: the first 128 bits of the SHA-256 of the token.';
comment on column foreign_payment.issuer is 'The peer that issued it.';
comment on column foreign_payment.payee is 'The agent of this registry that presented it.';
comment on column foreign_payment.state is '1 ASKED (no outcome yet), 2 CONSUMED, 3 REFUSED (may be asked for again), 4 CREDITED (paid), 5 WAIVED.';
comment on column foreign_payment.message is 'The message that asks for it now, or asked last.';
comment on column foreign_payment.request is 'Key of the request that caused that message: only its answer says that this is the first use.';
comment on column foreign_payment.reserved is 'Headroom reserved for it, micro-AVT; part of peer_position.reserved.';
comment on column foreign_payment.refusal is 'Number of the reason with which the issuer refused last; 0 if it did not.';
comment on column foreign_payment.asked_at is 'When it was asked for last.';
comment on column foreign_payment.payer is 'The payer''s DID; null until the issuer has said it, as are the next four.';
comment on column foreign_payment.amount is 'Micro-AVT.';
comment on column foreign_payment.resource is 'What the payer bound it to.';
comment on column foreign_payment.expires_at is 'From then on the token is never valid, but for the request that consumed it.';
comment on column foreign_payment.consumed_at is 'When the issuer consumed it.';
comment on column foreign_payment.first_use is 'Whether the issuer consumed it by our last message, and not before.';
comment on column foreign_payment.ending is 'The message that claims or waives it; null if the payee has done neither.';
comment on column foreign_payment.ending_kind is '0 none, 1 claim, 2 waiver.';
comment on column foreign_payment.ending_state is '0 none, 1 asked, 2 accepted, 3 refused.';
comment on column foreign_payment.ending_refusal is 'Number of the reason with which the issuer refused that; 0 if it did not.';
comment on column foreign_payment.ended_at is 'When it was paid or waived here.';

-- Promises of headroom that nobody used are taken back by age; rows arrive in that order.
create index foreign_payment_asked_at on foreign_payment (asked_at asc);
