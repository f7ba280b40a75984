/// Settlements: the slash that a ruling asks for. Between two registries the origin asks, the defendant's home
/// decides and burns, and the origin mints what was burned.
///
/// Invariants: what is minted here for a peer's slash is exactly what the peer says it burned, at most what was
/// asked for, and headroom was reserved for it; what is slashed here for a peer is at most what the defendant
/// received under the dealing, over all that the peer ever asks; nothing is burned after the settlement has
/// expired; every step is kept. May use disputes, federation and the ledger; knows no owner of a dealing.
@NullMarked
package hanse.node.settlement;

import org.jspecify.annotations.NullMarked;
