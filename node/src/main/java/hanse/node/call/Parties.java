package hanse.node.call;

import hanse.error.v1.Reason;
import java.util.Optional;
import java.util.UUID;

/// Reads whom a caller names: by UUID, DID or handle.
public final class Parties {
    private static final int UUID_LENGTH = 36;

    private final RegistryId self;
    private final Handles handles;

    public Parties(RegistryId self, Handles handles) {
        this.self = self;
        this.handles = handles;
    }

    /// This registry.
    public RegistryId self() {
        return self;
    }

    /// The DID of an agent of this registry.
    public Did did(AgentId agent) {
        return new Did(self, agent);
    }

    public boolean isLocal(Did did) {
        return did.registry().equals(self);
    }

    /// Reads a UUID or a DID, which needs no look-up; empty for what must be a handle. Refuses with `BAD_DID`.
    public Optional<Did> readWithoutLookup(String text) {
        if (Did.looksLikeOne(text)) {
            return Optional.of(Did.parse(text));
        }
        if (text.length() == UUID_LENGTH && text.indexOf('@') < 0) {
            try {
                return Optional.of(did(new AgentId(UUID.fromString(text))));
            } catch (IllegalArgumentException e) {
                throw new RefusedException(Reason.UNKNOWN_AGENT);
            }
        }
        return Optional.empty();
    }

    /// Reads a UUID, DID or handle; may wait for the database. Refuses with `BAD_DID`, `UNKNOWN_AGENT`.
    public Did read(String text) {
        return readWithoutLookup(text)
                .or(() -> handles.find(text).map(this::did))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
    }

    /// The same for an agent that must be of this registry. Refuses with `FOREIGN_AGENT`, too.
    public AgentId readLocal(String text) {
        return local(read(text));
    }

    /// The agent of a DID that must be of this registry. Refuses with `FOREIGN_AGENT`.
    public AgentId local(Did did) {
        if (!isLocal(did)) {
            throw new RefusedException(Reason.FOREIGN_AGENT);
        }
        return did.agent();
    }
}
