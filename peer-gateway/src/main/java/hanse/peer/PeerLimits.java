package hanse.peer;

import java.time.Duration;

/// What one peer, or one address that is nobody yet, may take of this node's peer port. Every bound is on one of
/// them, so that whoever reaches it harms only itself.
///
/// @param handshake how long until it must be known who calls
/// @param quiet how long a connection may be silent before it is asked whether it lives; the answer has 5 s
/// @param handshakes connections of one address in their handshakes; one more ends the oldest of them. An IPv6 address
///     counts by its first 64 bits
/// @param allHandshakes the same of all addresses
/// @param newConnections of one address in a second, and four times as many at once; one more is closed unheard
/// @param connections of one peer; one more ends its oldest
/// @param streams Exchange streams of one peer: each of its nodes needs one, and two while it changes connections. One
///     more ends its oldest, because that is the one whose other end is most likely gone
/// @param calls single calls of one peer at once
/// @param refused messages of one peer in a second that are not in order, and ten times as many at once; one more ends
///     its stream
public record PeerLimits(
        Duration handshake,
        Duration quiet,
        int handshakes,
        int allHandshakes,
        int newConnections,
        int connections,
        int streams,
        int calls,
        int refused) {
    /// For real use, where several peers may come from one address.
    public static final PeerLimits DEFAULTS =
            new PeerLimits(Duration.ofSeconds(10), Duration.ofSeconds(15), 64, 1024, 32, 16, 8, 64, 20);

    /// The fewest connections that are known before the oldest may have to go: as many may be accepted at once.
    private static final int FEWEST = 32;

    /// @throws IllegalArgumentException when a bound is too small to work with
    public PeerLimits {
        if (!handshake.isPositive() || !quiet.isPositive() || handshakes < FEWEST || allHandshakes < FEWEST) {
            throw new IllegalArgumentException("too small to work with");
        }
        if (newConnections < 1 || connections < 1 || streams < 1 || calls < 1 || refused < 1) {
            throw new IllegalArgumentException("too small to work with");
        }
    }
}
