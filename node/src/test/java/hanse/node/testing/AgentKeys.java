package hanse.node.testing;

import hanse.certs.SigningKey;
import hanse.node.call.AgentId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The keys of agents that no registration has made: whichever process of a registry asks, an agent has one key.
public final class AgentKeys {
    private static final Map<AgentId, SigningKey> KEYS = new ConcurrentHashMap<>();

    private AgentKeys() {}

    public static SigningKey of(AgentId agent) {
        return KEYS.computeIfAbsent(agent, _ -> SigningKey.generate());
    }
}
