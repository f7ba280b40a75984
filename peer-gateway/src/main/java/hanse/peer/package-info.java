/// Links between registries: mutual TLS in both directions, who is calling, and signed messages that are sent until
/// their signed outcomes are known. Knows no domain: what a message means is behind [hanse.peer.Inbox] and
/// [hanse.peer.Outbox].
///
/// Ours to a peer: [hanse.peer.PeerLinks] keeps one `Pump` for each, which sends what waits in its `Backlog` over an
/// `ExchangeStream`. A peer's to us: [hanse.peer.PeerServer], with one `ExchangeCall` for each stream. Whom either may
/// talk to is in [hanse.peer.PeerTrust], changed while it runs.
@NullMarked
package hanse.peer;

import org.jspecify.annotations.NullMarked;
