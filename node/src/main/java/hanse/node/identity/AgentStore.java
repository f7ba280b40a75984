package hanse.node.identity;

import static hanse.schema.jooq.Tables.ACCOUNT;
import static hanse.schema.jooq.Tables.AGENT;

import hanse.node.call.AgentId;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.AgentRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// The table of agents.
final class AgentStore {
    private static final short ACTIVE = 1;
    private static final short SUSPENDED = 2;
    private static final short DEACTIVATED = 3;

    /// False when the handle is taken.
    boolean insert(Tx tx, Agent agent, byte[] sealedSecret) {
        AgentRecord row = tx.sql().newRecord(AGENT);
        row.setId(agent.id().value());
        row.setTenant(agent.tenant());
        row.setName(agent.name());
        row.setCreatedAt(agent.createdAt());
        row.setLastSeen(agent.lastSeen());
        row.setWebhookSecret(sealedSecret);
        write(row, agent);
        return tx.sql()
                        .insertInto(AGENT)
                        .set(row)
                        .onConflict(AGENT.TENANT, AGENT.NAME)
                        .doNothing()
                        .execute()
                == 1;
    }

    void update(Tx tx, Agent agent) {
        AgentRecord row = tx.sql().newRecord(AGENT);
        write(row, agent);
        tx.sql().update(AGENT).set(row).where(AGENT.ID.eq(agent.id().value())).execute();
    }

    Optional<Agent> find(Tx tx, AgentId id) {
        return tx.sql()
                .selectFrom(AGENT)
                .where(AGENT.ID.eq(id.value()))
                .fetchOptional()
                .map(AgentStore::agent);
    }

    /// Of one moment: in one query.
    Optional<Credentials> credentials(Tx tx, AgentId id) {
        return tx.sql()
                .select(AGENT.fields())
                .select(ACCOUNT.AUTH_VERSION)
                .from(AGENT)
                .join(ACCOUNT)
                .on(ACCOUNT.ID.eq(AGENT.ID))
                .where(AGENT.ID.eq(id.value()))
                .fetchOptional(row -> {
                    Agent agent = agent(row.into(AGENT));
                    return new Credentials(
                            id,
                            agent.key(),
                            row.get(ACCOUNT.AUTH_VERSION),
                            agent.standing(),
                            agent.tenant(),
                            agent.tenantAdmin(),
                            agent.lastSeen());
                });
    }

    /// Finds and locks.
    Optional<Agent> lock(Tx tx, AgentId id) {
        return tx.sql()
                .selectFrom(AGENT)
                .where(AGENT.ID.eq(id.value()))
                .forNoKeyUpdate()
                .fetchOptional()
                .map(AgentStore::agent);
    }

    Optional<AgentId> find(Tx tx, String tenant, String name) {
        return tx.sql()
                .select(AGENT.ID)
                .from(AGENT)
                .where(AGENT.TENANT.eq(tenant).and(AGENT.NAME.eq(name)))
                .fetchOptional(row -> new AgentId(row.value1()));
    }

    /// In order of registration, after an agent.
    List<Agent> list(Tx tx, String tenant, String capability, Optional<AgentId> after, int limit) {
        Condition which = DSL.noCondition();
        if (!tenant.isEmpty()) {
            which = which.and(AGENT.TENANT.eq(tenant));
        }
        if (!capability.isEmpty()) {
            which = which.and(AGENT.CAPABILITIES.contains(new String[] {capability}));
        }
        if (after.isPresent()) {
            which = which.and(AGENT.ID.gt(after.get().value()));
        }
        return tx.sql()
                .selectFrom(AGENT)
                .where(which)
                .orderBy(AGENT.ID)
                .limit(limit)
                .fetch(AgentStore::agent);
    }

    void seen(Tx tx, AgentId id) {
        tx.sql()
                .update(AGENT)
                .set(AGENT.LAST_SEEN, tx.now())
                .where(AGENT.ID.eq(id.value()))
                .execute();
    }

    List<AgentId> suspendedUntil(Tx tx, Instant time, int limit) {
        return tx.sql()
                .select(AGENT.ID)
                .from(AGENT)
                .where(AGENT.STATUS.eq(SUSPENDED).and(AGENT.SUSPENDED_UNTIL.le(time)))
                .limit(limit)
                .fetch(row -> new AgentId(row.value1()));
    }

    Optional<byte[]> sealedSecret(Tx tx, AgentId id) {
        return tx.sql()
                .select(AGENT.WEBHOOK_SECRET)
                .from(AGENT)
                .where(AGENT.ID.eq(id.value()))
                .fetchOptional(AGENT.WEBHOOK_SECRET);
    }

    private static void write(AgentRecord row, Agent agent) {
        row.setPublicKey(agent.key().bytes());
        row.setKeyVersion(agent.keyVersion());
        row.setDisplayName(agent.profile().displayName());
        row.setDescription(agent.profile().description());
        row.setEndpointUrl(agent.profile().endpointUrl());
        row.setCapabilities(agent.profile().capabilities().toArray(String[]::new));
        row.setTenantAdmin(agent.tenantAdmin());
        switch (agent.standing()) {
            case Standing.Active() -> {
                row.setStatus(ACTIVE);
                row.setSuspendedUntil(null);
            }
            case Standing.Suspended(Optional<Instant> until) -> {
                row.setStatus(SUSPENDED);
                row.setSuspendedUntil(until.orElse(null));
            }
            case Standing.Deactivated() -> {
                row.setStatus(DEACTIVATED);
                row.setSuspendedUntil(null);
            }
        }
    }

    private static Agent agent(AgentRecord row) {
        return new Agent(
                new AgentId(row.getId()),
                row.getTenant(),
                row.getName(),
                Ed25519Key.stored(row.getPublicKey()),
                row.getKeyVersion(),
                new Profile(
                        row.getDisplayName(),
                        row.getDescription(),
                        row.getEndpointUrl(),
                        List.of(row.getCapabilities())),
                standing(row.getStatus(), row.getSuspendedUntil()),
                row.getTenantAdmin(),
                row.getCreatedAt(),
                row.getLastSeen());
    }

    private static Standing standing(short status, @Nullable Instant until) {
        return switch (status) {
            case ACTIVE -> new Standing.Active();
            case SUSPENDED -> new Standing.Suspended(Optional.ofNullable(until));
            case DEACTIVATED -> new Standing.Deactivated();
            default -> throw new IllegalStateException("an agent has the unknown status " + status);
        };
    }
}
