/// Disputes: OPEN → VOTING → CLOSED, about a dealing that another capability owns ([Disputable]).
///
/// Invariants: a dealing has one open dispute at most, and is frozen as long as it has one; what is recovered under a
/// dealing, over all its disputes, never exceeds what was captured; what is slashed is what is minted. Evidence and
/// opinions are never changed. May use the ledger, outcomes, identity and federation; knows no owner of a dealing.
@NullMarked
package hanse.node.dispute;

import org.jspecify.annotations.NullMarked;
