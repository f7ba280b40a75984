package hanse.node.identity;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import java.time.Instant;

/// A party that signs requests.
///
/// @param name first half of its handle
/// @param keyVersion counts its keys, from 1
/// @param lastSeen when it last changed something, give or take a day
public record Agent(
        AgentId id,
        String tenant,
        String name,
        Ed25519Key key,
        long keyVersion,
        Profile profile,
        Standing standing,
        boolean tenantAdmin,
        Instant createdAt,
        Instant lastSeen) {

    public String handle() {
        return name + "@" + tenant;
    }

    public boolean isDeactivated() {
        return standing instanceof Standing.Deactivated;
    }

    /// Refuses with `AGENT_DEACTIVATED`.
    public void requireNotDeactivated() {
        if (isDeactivated()) {
            throw new RefusedException(Reason.AGENT_DEACTIVATED);
        }
    }

    Agent with(Profile other) {
        return new Agent(id, tenant, name, key, keyVersion, other, standing, tenantAdmin, createdAt, lastSeen);
    }

    Agent with(Standing other) {
        return new Agent(id, tenant, name, key, keyVersion, profile, other, tenantAdmin, createdAt, lastSeen);
    }

    Agent withKey(Ed25519Key next) {
        return new Agent(id, tenant, name, next, keyVersion + 1, profile, standing, tenantAdmin, createdAt, lastSeen);
    }

    Agent withTenantAdmin(boolean admin) {
        return new Agent(id, tenant, name, key, keyVersion, profile, standing, admin, createdAt, lastSeen);
    }
}
