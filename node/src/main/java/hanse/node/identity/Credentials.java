package hanse.node.identity;

import hanse.node.call.AgentId;
import java.time.Instant;

/// What is needed to tell whether a call is an agent's.
///
/// @param authVersion of its account: rises with every change of key or standing
/// @param lastSeen when it last changed something, give or take a day
public record Credentials(
        AgentId id,
        Ed25519Key key,
        long authVersion,
        Standing standing,
        String tenant,
        boolean tenantAdmin,
        Instant lastSeen) {}
