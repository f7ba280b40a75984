-- What peers really paid, how much of a peer's headroom one payee keeps waiting, and which request opened a transfer.

alter table foreign_payment
  add column credited bigint check (credited > 0),
  drop constraint foreign_payment_state_check,
  add constraint foreign_payment_state_check check (state between 1 and 6);

comment on column foreign_payment.state is '1 ASKED (no outcome yet), 2 CONSUMED, 3 REFUSED (may be asked for again), 4 CREDITED (paid), 5 WAIVED, 6 LAPSED (nobody settled it in time).';
comment on column foreign_payment.credited is 'What the peer paid for it, micro-AVT; null until it has. It is the amount, unless it was paid before the issuer had said the amount.';

-- Few at any time: those whose issuer has not answered.
create index foreign_payment_asked on foreign_payment (payee, issuer) where state = 1;

alter table frame add column request uuid;

comment on table outcome is 'One executed change and its answer, refusals included, written in the transaction that did it. Kept for 7 days, longer than any retry. Holds no secret.';

comment on column frame.request is 'Key of the request that made it; null when it settles a payment. A repeat finds it as long as it is PREPARED, even when its outcome has been forgotten.';

create unique index frame_request on frame (request) where state = 1;
