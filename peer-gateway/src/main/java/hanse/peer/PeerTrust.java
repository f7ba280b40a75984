package hanse.peer;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Whom this registry may be connected with, changed while it runs. A peer that is in the table may connect, be it
/// pending, active or suspended: suspension stops new work, which is the node's to refuse, and never outcomes. One that
/// is not in it is refused, and its open connections close.
public final class PeerTrust {
    private final Map<String, TrustedPeer> peers = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /// Trusts a peer, or changes what is pinned of it: connections that no longer fit close at once.
    public void put(TrustedPeer peer) {
        TrustedPeer before = peers.put(peer.registryId(), peer);
        if (!peer.equals(before)) {
            tell(peer.registryId());
        }
    }

    /// Trusts a peer no more: its connections close at once, in both directions.
    public void remove(String registryId) {
        if (peers.remove(registryId) != null) {
            tell(registryId);
        }
    }

    /// Makes the table exactly this: for nodes that learn of changes by reading them where another node wrote them.
    public void replaceAll(Collection<TrustedPeer> all) {
        all.forEach(this::put);
        for (String registryId : peers.keySet()) {
            if (all.stream().noneMatch(peer -> peer.registryId().equals(registryId))) {
                remove(registryId);
            }
        }
    }

    /// What is pinned of a peer; empty when it is not trusted.
    public Optional<TrustedPeer> find(String registryId) {
        return Optional.ofNullable(peers.get(registryId));
    }

    /// Every trusted peer, in no order.
    public List<TrustedPeer> all() {
        return List.copyOf(peers.values());
    }

    /// Calls the listener with a registry id after what is pinned of it changed, on the thread that changed it.
    void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    private void tell(String registryId) {
        listeners.forEach(listener -> listener.accept(registryId));
    }
}
