-- The ledger: accounts, the journal of everything that ever happened to them, and the chain that proves it.
--
-- Amounts are micro-AVT (1 AVT = 1,000,000). The sum of all balances is 0 at every commit.

create table lane (
  id         integer     not null primary key check (id between 1 and 30000),
  owner      uuid,
  leased_until timestamptz not null default '-infinity',
  position   bigint      not null default 0 check (position >= 0),
  block      bigint      not null default 0 check (block >= 0),
  head       bytea       not null check (length(head) = 32)
) with (fillfactor = 10);

comment on table lane is 'One writer''s own journal chain, event sequence and stripes of the hot accounts. A writer locks its lane for each batch, so commit order is position order.';
comment on column lane.id is 'Counts lanes from 1. A lane is never deleted.';
comment on column lane.owner is 'The process that writes it now. Only a hint to spread writers: safety comes from the row lock.';
comment on column lane.leased_until is 'Until when the owner''s claim lasts; another process may take the lane over afterwards.';
comment on column lane.position is 'Entries in the chain so far; the next entry gets position + 1. Gapless.';
comment on column lane.block is 'Blocks (batches) in the chain so far.';
comment on column lane.head is 'SHA-256: the chain''s head, which covers every entry of the lane. 32 zero bytes for an empty lane.';

create table account (
  id           uuid     not null primary key,
  kind         smallint not null,
  lane         integer  not null default 0,
  peer         text,
  balance      bigint   not null default 0,
  held         bigint   not null default 0,
  version      bigint   not null default 0,
  last_entry   bigint   not null default 0,
  auth_version bigint   not null default 1,
  status       smallint not null default 1,
  frozen       boolean  not null default false,
  constraint account_held_within_balance check (held >= 0 and (kind in (5, 7, 9) or held <= balance)),
  constraint account_sign check (case when kind in (5, 7, 9) then balance <= 0 else balance >= 0 end)
) with (fillfactor = 50);

comment on table account is 'A balance and what of it is promised. The last guard of every rule about money is a CHECK here. No foreign key points at it.';
comment on column account.id is 'An agent''s account has the agent''s id; a system account has one derived from its name.';
comment on column account.kind is '1 agent, 2 treasury, 3 escrow, 4 bond, 5 issued, 6 destroyed, 7 imported, 8 exported, 9 compensated, 10 slashed, 11 in-flight. Kinds 5, 7 and 9 are never positive, all others never negative.';
comment on column account.lane is 'For a striped system account: its lane. 0 for all others.';
comment on column account.peer is 'For imported, exported, compensated, slashed and in-flight: the peer''s registry id, or `self`.';
comment on column account.balance is 'All that is on the account, in micro-AVT.';
comment on column account.held is 'The part of the balance that is promised elsewhere and cannot be spent, in micro-AVT.';
comment on column account.version is 'Counts changes of balance or held. The journal has exactly one entry side for each.';
comment on column account.last_entry is 'Position of the newest journal entry that changed this account: the head of its statement, 0 if none.';
comment on column account.auth_version is 'For an agent: rises when its key or standing changes. Every change that the agent asks for compares it under this row''s lock.';
comment on column account.status is 'For an agent: 1 active, 2 suspended, 3 deactivated.';
comment on column account.frozen is 'An operator has frozen it: nothing leaves it. Promises made before are kept.';

-- Supply and treasury read all accounts that are not agents'.
create index account_system on account (kind, peer) where kind <> 1;

create table journal (
  position        bigint      not null primary key,
  at              timestamptz not null,
  kind            smallint    not null,
  debit           uuid,
  credit          uuid,
  amount          bigint      not null default 0 check (amount >= 0),
  held_change     bigint      not null default 0,
  debit_balance   bigint,
  debit_held      bigint,
  debit_version   bigint,
  debit_previous  bigint,
  credit_balance  bigint,
  credit_held     bigint,
  credit_version  bigint,
  credit_previous bigint,
  link            bigint,
  subject         uuid,
  note            text
);

comment on table journal is 'Everything that happened, for ever: movements, changes of holds, and events of every capability. Rows are only ever added, in commit order within a lane. Each is one event of the watch stream.';
comment on column journal.position is 'lane * 2^40 + the entry''s number in its lane, counted from 1 without gaps.';
comment on column journal.at is 'When its transaction began to decide, in UTC.';
comment on column journal.kind is 'What happened; the numbers stand in EntryKind.java.';
comment on column journal.debit is 'The account whose balance fell by amount, or whose held changed; null for an event that touches no account.';
comment on column journal.credit is 'The account whose balance rose by amount; null for a change of a hold.';
comment on column journal.amount is 'What moved, in micro-AVT; 0 for a change of a hold or an event.';
comment on column journal.held_change is 'Change of the debit account''s held, in micro-AVT.';
comment on column journal.debit_balance is 'The debit account''s balance after this entry.';
comment on column journal.debit_held is 'The debit account''s held after this entry.';
comment on column journal.debit_version is 'The debit account''s version after this entry.';
comment on column journal.debit_previous is 'Position of the entry before this one on the debit account; 0 for its first. Statements walk along it.';
comment on column journal.credit_balance is 'The credit account''s balance after this entry.';
comment on column journal.credit_held is 'The credit account''s held after this entry.';
comment on column journal.credit_version is 'The credit account''s version after this entry.';
comment on column journal.credit_previous is 'Position of the entry before this one on the credit account; 0 for its first.';
comment on column journal.link is 'For a fee: the position of the transfer it belongs to.';
comment on column journal.subject is 'What it is about: a payment, a cross-registry transfer, an agent.';
comment on column journal.note is 'What the payer wrote, or an event''s details as JSON.';

create table block (
  lane     integer     not null,
  number   bigint      not null,
  first    bigint      not null,
  last     bigint      not null,
  at       timestamptz not null,
  previous bytea       not null,
  root     bytea       not null,
  head     bytea       not null,
  primary key (lane, number)
);

comment on table block is 'One batch of a lane, sealed: head = SHA-256(previous ‖ root). Rewriting any journal row breaks its block''s root and every head after it.';
comment on column block.lane is 'The lane.';
comment on column block.number is 'Counts the lane''s blocks from 1.';
comment on column block.first is 'Position of its first entry.';
comment on column block.last is 'Position of its last entry.';
comment on column block.at is 'When it was sealed.';
comment on column block.previous is 'Head of the block before it; 32 zero bytes for the first.';
comment on column block.root is 'Root of the Merkle tree over its entries'' SHA-256 leaves.';
comment on column block.head is 'SHA-256(previous ‖ root).';

create table checkpoint (
  number    bigint      not null primary key check (number >= 1),
  at        timestamptz not null,
  body      bytea       not null,
  signature bytea       not null check (length(signature) = 64)
);

comment on table checkpoint is 'All lane heads at one moment, signed by the registry, so that the past cannot be rewritten unseen.';
comment on column checkpoint.number is 'Counts checkpoints from 1.';
comment on column checkpoint.at is 'When it was made.';
comment on column checkpoint.body is 'The signed text (UTF-8): registry, number, time, and a line per lane.';
comment on column checkpoint.signature is 'Ed25519 by the registry''s signing key over body.';

create table faucet_draw (
  agent uuid   not null,
  day   date   not null,
  drawn bigint not null check (drawn > 0),
  primary key (agent, day)
);

comment on table faucet_draw is 'Test tokens given away, so that the faucet''s daily limit holds over all processes. Empty where the faucet is off.';
comment on column faucet_draw.agent is 'Who drew.';
comment on column faucet_draw.day is 'The UTC day.';
comment on column faucet_draw.drawn is 'How much on that day, in micro-AVT.';
