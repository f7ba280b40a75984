/// Who may be relied on: rows of who dealt with whom, the scores that follow from them, bonds, attestations.
///
/// Invariants: the counts of a row only grow; a settled dealing is counted once, whoever counts it; a score is shown
/// with what it was computed from; a bond account holds money exactly as long as its bond is POSTED or RELEASING.
/// Nothing here is on the path of a payment: dealings are read from the journal, after the fact. May use the ledger,
/// outcomes, identity and federation; payments and contracts know of trust, and trust of neither.
@NullMarked
package hanse.node.trust;

import org.jspecify.annotations.NullMarked;
