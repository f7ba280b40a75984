-- What a peer says of a dealing counts only as far as this registry has had a part in it.

alter table contract_mirror add column accepted boolean not null default false;
update contract_mirror set accepted = true where state in (2, 3, 4, 5, 9);
alter table contract_mirror alter column accepted drop default;

comment on column contract_mirror.accepted is 'Whether the provider has asked to accept it, here: what a peer pays under a mere offer of its own does not count as received.';

alter table slash_total add column declined boolean not null default false;
alter table slash_total alter column declined drop default;

comment on column disputed.recovered is 'Micro-AVT compensated by slash and mint, or taken off for attestations, over all disputes of it and of its parts.';

comment on column slash_total.declined is 'Of a dealing: whether a slash of it was ever rejected here, or expired waiting: the defendant''s money is not held for another.';
