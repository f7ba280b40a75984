-- Agents of this registry dispute contracts that peers keep.

alter table contract_relay rename to relay;
alter table relay rename column contract to about;
alter index contract_relay_pkey rename to relay_pkey;

comment on table relay is 'What an agent of this registry has asked for at the peer that keeps what it is about.';
comment on column relay.about is 'The contract or dispute, by the peer''s id of it.';

alter table foreign_dispute rename column defendant to agent;
alter table foreign_dispute rename column complainant to opponent;
alter table foreign_dispute rename column by_complainant to by_opponent;
alter table foreign_dispute rename column by_defendant to by_agent;
alter table foreign_dispute add column side smallint not null default 2 check (side between 1 and 2);
alter table foreign_dispute alter column side drop default;
alter index foreign_dispute_defendant rename to foreign_dispute_agent;

comment on table foreign_dispute is 'A dispute of a peer, one party of which is an agent of this registry, as the peer has told of it last. To be read; it is decided there. Changed under the lock of the peer''s position.';
comment on column foreign_dispute.side is 'What the agent is in it: 1 COMPLAINANT, 2 DEFENDANT.';
comment on column foreign_dispute.opponent is 'DID of the other party, an agent of the peer.';
comment on column foreign_dispute.version is 'Rises with each change at the peer; 0: the agent has asked for it, and the peer has not told of it.';
comment on column foreign_dispute.by_agent is 'Pieces of evidence that the agent has filed here.';
