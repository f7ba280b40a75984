-- Canary payments: a tiny transfer to each peer every minute shows whether money arrives there.

create table canary (
  peer       text     not null primary key,
  payee      uuid,
  newest     uuid,
  arrived    uuid,
  settled    bigint   not null default 0,
  refused    bigint   not null default 0,
  unsent     bigint   not null default 0,
  unsent_for smallint not null default 0
) with (fillfactor = 50);

comment on table canary is 'How the canary payments to each peer fare. The payments themselves are frames as any other; their payer is the canary of this registry. One row per peer, rewritten each minute.';
comment on column canary.peer is 'The peer.';
comment on column canary.payee is 'The peer''s canary, as it last told; null if it has told of none.';
comment on column canary.newest is 'The frame of the last payment that was sent; null before the first.';
comment on column canary.arrived is 'The frame of the last payment before newest that arrived; null if none did.';
comment on column canary.settled is 'How many before newest arrived.';
comment on column canary.refused is 'How many before newest the peer refused.';
comment on column canary.unsent is 'How often none could be sent.';
comment on column canary.unsent_for is 'Number of the reason why none could be sent the last time; 0 if one was.';
