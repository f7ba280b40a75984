package hanse.node.call;

import hanse.error.v1.Reason;
import java.util.UUID;

/// `did:theprotocol:<registry>:<uuid>`: names an agent and its home.
public record Did(RegistryId registry, AgentId agent) {
    public static final String PREFIX = "did:theprotocol:";

    private static final int UUID_LENGTH = 36;

    /// Reads a DID; refuses with `BAD_DID`.
    public static Did parse(String text) {
        int colon = text.lastIndexOf(':');
        if (!text.startsWith(PREFIX) || colon < PREFIX.length() || text.length() - colon - 1 != UUID_LENGTH) {
            throw new RefusedException(Reason.BAD_DID);
        }
        String registry = text.substring(PREFIX.length(), colon);
        String agent = text.substring(colon + 1);
        try {
            UUID uuid = UUID.fromString(agent);
            if (!RegistryId.isValid(registry) || !uuid.toString().equals(agent)) {
                throw new RefusedException(Reason.BAD_DID);
            }
            return new Did(new RegistryId(registry), new AgentId(uuid));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_DID);
        }
    }

    public static boolean looksLikeOne(String text) {
        return text.startsWith("did:");
    }

    @Override
    public String toString() {
        return PREFIX + registry + ":" + agent;
    }
}
