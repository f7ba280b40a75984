-- What an account held after an entry stands in the entry's hash as a seal, so that a receipt shows nobody the account
-- of another. A journal that was begun before does not verify any more.

alter table lane add column secret uuid not null default gen_random_uuid();

comment on column lane.secret is 'What the salts of the lane''s seals are made from; never told to anyone, and never changed.';
