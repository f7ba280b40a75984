-- Who is who: tenants, agents, operators, and the keys that speak for them.

create table tenant (
  slug         text        not null primary key check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  display_name text        not null,
  open         boolean     not null,
  created_at   timestamptz not null
);

comment on table tenant is 'An organisation inside this registry. Every agent belongs to one. The tenant `public` always exists.';
comment on column tenant.slug is 'Names it for ever; the second half of its agents'' handles.';
comment on column tenant.display_name is 'For people.';
comment on column tenant.open is 'Whether anyone may register in it. Into a closed one its administrators invite.';
comment on column tenant.created_at is 'When it was created.';

insert into tenant (slug, display_name, open, created_at) values ('public', 'Public', true, 'epoch');

create table agent (
  id              uuid        not null primary key,
  tenant          text        not null references tenant (slug),
  name            text        not null,
  public_key      bytea       not null check (length(public_key) = 32),
  key_version     bigint      not null default 1 check (key_version >= 1),
  display_name    text        not null default '',
  description     text        not null default '',
  endpoint_url    text        not null default '',
  capabilities    text[]      not null default '{}',
  status          smallint    not null default 1 check (status in (1, 2, 3)),
  suspended_until timestamptz,
  tenant_admin    boolean     not null default false,
  created_at      timestamptz not null,
  last_seen       timestamptz not null,
  webhook_secret  bytea       not null,
  constraint agent_handle unique (tenant, name)
);

comment on table agent is 'A party that signs requests: its profile, its present key and its standing. Its account has the same id. Rows are never deleted.';
comment on column agent.id is 'UUIDv7, so that ids are in order of registration. The last part of its DID.';
comment on column agent.tenant is 'Slug of its tenant; for ever.';
comment on column agent.name is 'First half of its handle, `name@tenant`; for ever.';
comment on column agent.public_key is 'The Ed25519 key that signs for it now, 32 bytes.';
comment on column agent.key_version is 'Counts its keys from 1. A proof of a new key names it, so that two rotations cannot cross.';
comment on column agent.display_name is 'Profile: at most 128 characters.';
comment on column agent.description is 'Profile: at most 4096 characters.';
comment on column agent.endpoint_url is 'Profile: https URL of a public host, or empty.';
comment on column agent.capabilities is 'Profile: at most 20 tags.';
comment on column agent.status is '1 active, 2 suspended, 3 deactivated. The account''s status says the same and decides; both change in one transaction.';
comment on column agent.suspended_until is 'For a suspended one: when that ends by itself; null: when an operator says so.';
comment on column agent.tenant_admin is 'Whether it administers its tenant.';
comment on column agent.created_at is 'When it registered.';
comment on column agent.last_seen is 'When it last changed something, written once a day at most.';
comment on column agent.webhook_secret is 'Key of the signatures on its webhooks. The node needs it again, so it is not hashed but encrypted: 12 bytes nonce and AES-256-GCM, with a key that is kept outside the database.';

create index agent_suspended on agent (suspended_until asc) where status = 2;
create index agent_capabilities on agent using gin (capabilities);

comment on index agent_suspended is 'Finds the suspensions whose time is over.';
comment on index agent_capabilities is 'Finds agents by a tag.';

create table signing_key (
  public_key bytea       not null primary key check (length(public_key) = 32),
  agent      uuid,
  operator   text,
  version    bigint      not null,
  since      timestamptz not null,
  until      timestamptz,
  constraint signing_key_one_holder check ((agent is null) <> (operator is null))
);

comment on table signing_key is 'Every key that ever spoke for somebody here. The primary key makes a key name one agent or operator, ever; old ones remain, so that old signatures can be attributed.';
comment on column signing_key.public_key is 'Ed25519, 32 bytes.';
comment on column signing_key.agent is 'The agent it spoke for.';
comment on column signing_key.operator is 'Or the operator.';
comment on column signing_key.version is 'The holder''s key version.';
comment on column signing_key.since is 'From when it signed.';
comment on column signing_key.until is 'Until when; null while it is the present one.';

create index signing_key_agent on signing_key (agent) where agent is not null;

comment on index signing_key_agent is 'Finds an agent''s keys, to end the present one.';

create table operator (
  name        text        not null primary key check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  public_key  bytea       not null check (length(public_key) = 32),
  key_version bigint      not null default 1,
  since       timestamptz not null
);

comment on table operator is 'Those who run this registry: a name and a key each. There is always at least one.';
comment on column operator.name is 'Signs as `operator:<name>`.';
comment on column operator.public_key is 'The Ed25519 key that signs for it now, 32 bytes.';
comment on column operator.key_version is 'Counts its keys from 1; a session ends with the key that opened it.';
comment on column operator.since is 'When the present key was set.';
