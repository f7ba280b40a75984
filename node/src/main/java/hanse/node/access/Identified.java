package hanse.node.access;

import hanse.node.call.Caller;
import io.grpc.Context;
import java.util.Optional;
import java.util.UUID;

/// A caller, and by what it was established.
///
/// @param version of the key: the agent's `auth_version` or the operator's key version; 0 for nobody
/// @param signature key of the signature, as [hanse.node.call.Request#signatureKey] makes it; empty for a session or
///     nobody
/// @param session the session that speaks for the caller, if one does
public record Identified(Caller caller, long version, Optional<UUID> signature, Optional<SessionKey> session) {
    private static final Context.Key<Identified> KEY = Context.key("hanse-identified");

    static Identified anyone(String address) {
        return new Identified(new Caller.Anyone(address), 0, Optional.empty(), Optional.empty());
    }

    /// A context in which this is who calls.
    public Context in(Context context) {
        return context.withValue(KEY, this);
    }

    static Identified current() {
        Identified identified = KEY.get();
        if (identified == null) {
            throw new IllegalStateException("no call in progress: the edge sets one for every RPC");
        }
        return identified;
    }
}
