-- What agents of this registry have been paid under contracts that peers keep.

alter table contract_mirror add column credited bigint[] not null default '{}';

comment on column contract_mirror.credited is 'Micro-AVT that the provider was paid for each milestone, in their order, by this registry''s own books.';
