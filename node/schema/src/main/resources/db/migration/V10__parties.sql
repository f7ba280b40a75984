-- Who is a party to what happened, although it changed none of its accounts; and who was closed when.

alter table journal
  add column payer uuid,
  add column payee uuid;

comment on column journal.payer is 'An agent of this registry that this is about as payer, where debit does not say so: it may watch the event.';
comment on column journal.payee is 'An agent of this registry that this is about as payee, where credit does not say so: it may watch the event.';

-- The payments of agents that were closed lately are looked for; a key ends seldom.
create index signing_key_until on signing_key (until asc) where until is not null;

comment on index signing_key_until is 'Finds the agents whose last key has ended lately: those that were closed.';
