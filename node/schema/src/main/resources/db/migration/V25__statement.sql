-- Statements: what two registries say of the transfers of one day, compared.

alter table inbox
  add column bucket_day integer,
  add column micros bigint;

comment on column inbox.bucket_day is 'For a transfer that was credited: the day on which its sender prepared it, as days since 1970-01-01. Null for all other messages.';
comment on column inbox.micros is 'For a transfer that was credited: micro-AVT.';

-- Statements read one day's rows, which arrive together.
create index inbox_bucket_day on inbox (bucket_day asc);
create index frame_bucket_day on frame (bucket_day asc);

alter table peer_position
  add column closed_day integer not null default -1,
  add column first_day integer not null default 0;

update peer_position set first_day = current_date - date '1970-01-01' + 1;

comment on column peer_position.closed_day is 'The peer has closed its transfers up to this day (days since 1970-01-01): a new one of such a day is refused.';
comment on column peer_position.first_day is 'Before this day, in days since 1970-01-01, there are no statements of our transfers to the peer: it was one before there were any.';

create table statement (
  peer             text not null,
  sent             boolean     not null,
  day              integer     not null,
  made_at          timestamptz not null,
  count            bigint      not null,
  micros           bigint      not null,
  digest           bytea       not null check (length(digest) = 32),
  their_count      bigint,
  their_micros     bigint,
  their_text       bytea,
  their_signature  bytea,
  differs          boolean     not null default false,
  narrowed         boolean     not null default false,
  primary key (peer, sent, day)
);

comment on table statement is 'What this registry and a peer say of the transfers of one day in one direction, once its sender has closed the day.';
comment on column statement.peer is 'The other registry.';
comment on column statement.sent is 'Whether they went to the peer; otherwise they came from it.';
comment on column statement.day is 'The UTC day on which they were prepared at their sender, as days since 1970-01-01.';
comment on column statement.made_at is 'When our side was counted.';
comment on column statement.count is 'Transfers that were credited, as this registry''s tables have it.';
comment on column statement.micros is 'Their sum, micro-AVT.';
comment on column statement.digest is 'SHA-256 over their ids and amounts, by id.';
comment on column statement.their_count is 'The same as the peer has it; null until it has said so.';
comment on column statement.their_micros is 'The same of the sum.';
comment on column statement.their_text is 'What the peer has signed (UTF-8).';
comment on column statement.their_signature is 'Ed25519 by the peer''s signing key over their_text.';
comment on column statement.differs is 'Whether the two say different things.';
comment on column statement.narrowed is 'Whether the difference was narrowed to the transfers in statement_difference.';

create table statement_difference (
  peer          text not null,
  sent          boolean not null,
  day           integer not null,
  transfer      uuid    not null,
  micros        bigint,
  their_micros  bigint,
  primary key (peer, sent, day, transfer)
);

comment on table statement_difference is 'Transfers of which two registries say different things; at most 1,000 of a statement.';
comment on column statement_difference.peer is 'The other registry.';
comment on column statement_difference.sent is 'As in statement.';
comment on column statement_difference.day is 'As in statement.';
comment on column statement_difference.transfer is 'The transfer.';
comment on column statement_difference.micros is 'What this registry says of it, micro-AVT; null if it was not credited.';
comment on column statement_difference.their_micros is 'What the peer says of it, micro-AVT; null if it was not credited.';
