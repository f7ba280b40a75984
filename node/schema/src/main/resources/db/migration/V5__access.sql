-- Sessions, and what happens to agents that go on calling beyond their limits.

create table session (
  token_sha256 bytea       not null primary key check (length(token_sha256) = 32),
  agent        uuid,
  operator     text,
  key_version  bigint      not null,
  audience     text        not null,
  opened_by    uuid        not null,
  opened_at    timestamptz not null,
  expires_at   timestamptz not null,
  closed_at    timestamptz,
  constraint session_opened_once unique (opened_by),
  constraint session_one_holder check ((agent is null) <> (operator is null))
);

comment on table session is 'One signed request traded for a bearer token. Rows are deleted soon after they expire.';
comment on column session.token_sha256 is 'SHA-256 of the token. The token itself is stored nowhere.';
comment on column session.agent is 'For whom it speaks: an agent,';
comment on column session.operator is 'or an operator.';
comment on column session.key_version is 'The agent''s auth_version, or the operator''s key version, when it was opened. When that has risen, the session is over.';
comment on column session.audience is 'The registry that the opening signature was made for.';
comment on column session.opened_by is '128 bits of SHA-256 of the signature that opened it: the same signature opens nothing again, in any process.';
comment on column session.opened_at is 'When it was opened.';
comment on column session.expires_at is 'From then on it is over; at most 15 minutes later.';
comment on column session.closed_at is 'When its holder closed it.';

create index session_expires_at on session (expires_at asc);

comment on index session_expires_at is 'Finds the rows to delete.';

create table strike (
  agent  uuid        not null,
  minute timestamptz not null,
  primary key (agent, minute)
);

comment on table strike is 'A minute in which an agent went on calling beyond its limits. Several in a short time suspend it, and are used up.';
comment on column strike.agent is 'The agent.';
comment on column strike.minute is 'The minute''s beginning.';

create table suspension (
  agent uuid        not null primary key,
  count integer     not null check (count >= 0),
  at    timestamptz not null,
  by    text        not null,
  note  text        not null
);

comment on table suspension is 'How often an agent was suspended for strikes, and who decided last. Whether it is suspended now stands with the agent.';
comment on column suspension.agent is 'The agent.';
comment on column suspension.count is 'Suspensions for strikes since an operator last reinstated it: the first lasts 1 h, the second 24 h, every later one until an operator lifts it.';
comment on column suspension.at is 'When the last decision was taken.';
comment on column suspension.by is 'Who took it: `limits`, or `operator:<name>`.';
comment on column suspension.note is 'What the operator wrote; at most 256 characters.';
