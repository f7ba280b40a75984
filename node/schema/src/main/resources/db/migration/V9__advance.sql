-- An operator may give the payer of a transfer that waits for its outcome the amount from the treasury.

alter table frame
  add column advanced_at timestamptz,
  add constraint frame_advances_no_settlement check (advanced_at is null or payment is null);

comment on column frame.advanced_at is 'When the payer got the amount from the treasury, while it was PREPARED; null if it did not. A refund then goes to the treasury; a transfer that is EXPORTED all the same is the operator''s loss. Never of a settlement, whose refund the payer has promised to the payee.';

-- What was advanced is looked for by peer, and is little.
create index frame_advanced on frame (peer, id) where advanced_at is not null;
