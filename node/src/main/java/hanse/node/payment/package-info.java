/// Per-call payments: AUTHORIZED → CONSUMED → SETTLING → SETTLED; AUTHORIZED → RELEASED | EXPIRED; CONSUMED → RELEASED.
///
/// Invariants: while a payment is AUTHORIZED or CONSUMED its amount is held on the payer's account, once; in SETTLING
/// it is in flight to a peer; in a final state neither. A token is never stored, and past its time never valid, swept
/// or not. May use the ledger, outcomes and federation; none of them knows of payments.
@NullMarked
package hanse.node.payment;

import org.jspecify.annotations.NullMarked;
