/// Malpractice: what one party to a dealing puts on record against the other. STANDING → WITHDRAWN or STRUCK.
///
/// Invariants: a record is about a dealing that has taken place, and there is one a dealing and reporter, ever;
/// it counts in trust from the commit that makes it to the one that ends it, once; only its parties and operators
/// see it. It is kept at the reporter's registry, where it counts; the reported agent's shows it. May use the ledger,
/// outcomes, trust and the federation; knows no owner of a dealing ([Reportable]).
@NullMarked
package hanse.node.malpractice;

import org.jspecify.annotations.NullMarked;
