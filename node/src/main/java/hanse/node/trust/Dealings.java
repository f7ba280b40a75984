package hanse.node.trust;

import hanse.node.ledger.Position;
import hanse.node.storage.Tx;
import java.util.List;

/// Where settled dealings are found: whoever's business ends in them offers one of these. It is asked in the
/// background, in the transaction that counts what it answers; never where money moves.
@FunctionalInterface
public interface Dealings {
    /// Dealings that were settled by the journal entries after `after` up to `last`, places of one lane; each stretch
    /// is asked for once, ever. A source that keeps marks of its own instead sets them in `tx`, and may answer
    /// whatever it has not answered before.
    List<Dealt> settled(Tx tx, Position after, Position last);

    /// What several settled dealings add to one pair.
    ///
    /// @param pair who paid, and who was paid
    /// @param count > 0
    record Dealt(TrustRow.Pair pair, long count) {}
}
