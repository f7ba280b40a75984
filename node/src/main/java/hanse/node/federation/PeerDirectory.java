package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import hanse.peer.PeerTrust;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The peers as this process saw them last, at most a second ago. For checks that need no lock: what it lets through
/// too late still ends by its outcome. Money is checked against the locked [PeerPosition].
public final class PeerDirectory {
    private final Database database;
    private final PeerStore store;
    private final PeerTrust trust;
    private volatile Map<RegistryId, Peer> peers = Map.of();
    private volatile Map<String, Peer> issuers = Map.of();

    PeerDirectory(Database database, PeerStore store, PeerTrust trust) {
        this.database = database;
        this.store = store;
        this.trust = trust;
    }

    /// Reads the table, and lets the links follow: a removed peer's connections close.
    synchronized void refresh() {
        List<Peer> all = database.look(store::all);
        peers = all.stream().collect(Collectors.toUnmodifiableMap(Peer::id, Function.identity()));
        issuers = named(all);
        trust.replaceAll(all.stream()
                .filter(peer -> peer.status().isLinked())
                .map(Peer::trusted)
                .toList());
    }

    /// Peers by what a caller may call them. A URL is a linked peer's before a removed one's, and the earlier one's.
    private static Map<String, Peer> named(List<Peer> all) {
        Map<String, Peer> named = new HashMap<>();
        all.stream()
                .sorted(Comparator.comparing((Peer peer) -> !peer.status().isLinked())
                        .thenComparing(Peer::addedAt))
                .forEach(peer -> {
                    named.putIfAbsent(peer.id().value(), peer);
                    named.putIfAbsent(Peer.plainUrl(peer.publicUrl()), peer);
                });
        return named;
    }

    Collection<Peer> all() {
        return peers.values();
    }

    /// Those that are not removed, by id.
    public List<RegistryId> linked() {
        return all().stream()
                .filter(peer -> peer.status().isLinked())
                .map(Peer::id)
                .sorted(Comparator.comparing(RegistryId::value))
                .toList();
    }

    public Optional<Peer> find(RegistryId id) {
        return Optional.ofNullable(peers.get(id));
    }

    /// Whether a peer has signed some bytes, with a key that is trusted now.
    public boolean isSigned(RegistryId id, byte[] text, byte[] signature) {
        return find(id).filter(
                        peer -> peer.trusted().signingKeys().stream().anyMatch(key -> key.verify(text, signature)))
                .isPresent();
    }

    /// A peer with which work may begin. Refuses with `UNKNOWN_PEER`, `PEER_PENDING`, `PEER_SUSPENDED`, `PEER_REMOVED`.
    public Peer requireActive(RegistryId id) {
        Peer peer = find(id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
        peer.status().requireActive();
        return peer;
    }

    /// A peer whose link exists, for what finishes work that was begun. Refuses with `UNKNOWN_PEER`, `PEER_REMOVED`.
    public Peer requireLinked(RegistryId id) {
        Peer peer = find(id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
        if (!peer.status().isLinked()) {
            throw new RefusedException(Reason.PEER_REMOVED);
        }
        return peer;
    }

    /// The peer that a caller names as an issuer, by id or published URL. It is only looked up here: what a caller
    /// writes is never dialled. Refuses with `UNKNOWN_PEER`.
    public Peer byIssuer(String text) {
        return Optional.ofNullable(issuers.get(Peer.plainUrl(text)))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
    }
}
