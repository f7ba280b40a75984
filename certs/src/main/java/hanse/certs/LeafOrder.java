package hanse.certs;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a certificate shall say: whom it speaks for, where it is served, for which side of a connection and for how
/// long.
///
/// @param commonName the subject, for people who look at it; no program of ours reads it
/// @param spiffeId whom it speaks for among registries
/// @param hosts DNS names and IP addresses under which it is served
/// @param usage which side of a connection it is for
/// @param lifetime how long it is valid from its issue; more than zero
public record LeafOrder(
        String commonName, Optional<SpiffeId> spiffeId, List<String> hosts, Usage usage, Duration lifetime) {
    /// Renewed long before; short, because nothing revokes a leaf.
    public static final Duration LIFETIME = Duration.ofDays(30);

    /// Which side of a TLS connection a certificate is for.
    public enum Usage {
        SERVER,
        CLIENT,
        SERVER_AND_CLIENT
    }

    /// @throws IllegalArgumentException when a server's certificate has no host or the lifetime is not positive
    public LeafOrder {
        hosts = List.copyOf(hosts);
        if (usage == Usage.SERVER && hosts.isEmpty()) {
            throw new IllegalArgumentException("a server's certificate names at least one host");
        }
        if (!lifetime.isPositive()) {
            throw new IllegalArgumentException("a certificate's lifetime is more than zero");
        }
    }

    /// For a registry's node on its peer port, which both answers and calls.
    public static LeafOrder node(String registryId, List<String> hosts) {
        return new LeafOrder(
                registryId + " node", Optional.of(SpiffeId.node(registryId)), hosts, Usage.SERVER_AND_CLIENT, LIFETIME);
    }

    /// For a public port, gRPC or REST.
    public static LeafOrder server(List<String> hosts) {
        return new LeafOrder(hosts.isEmpty() ? "" : hosts.getFirst(), Optional.empty(), hosts, Usage.SERVER, LIFETIME);
    }

    /// For a REST bridge that runs alone and calls a node.
    public static LeafOrder bridge(String registryId) {
        return new LeafOrder(
                registryId + " bridge", Optional.of(SpiffeId.bridge(registryId)), List.of(), Usage.CLIENT, LIFETIME);
    }

    /// The same with another lifetime.
    public LeafOrder lasting(Duration other) {
        return new LeafOrder(commonName, spiffeId, hosts, usage, other);
    }
}
