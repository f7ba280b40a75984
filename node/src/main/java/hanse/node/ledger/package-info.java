/// The heart: double entry on PostgreSQL.
///
/// A [hanse.node.ledger.Command] says what it needs and decides in memory; [hanse.node.ledger.GroupCommit] gathers the
/// commands that wait, runs them in one transaction of one lane and answers after the commit. [hanse.node.ledger.Books]
/// is what a command sees: the locked accounts, and the only way to change them. Every change is one journal entry.
///
/// Invariants: the sum of all balances is 0 at every commit; 0 ≤ held ≤ balance; a journal position is given once, in
/// commit order of its lane; nothing here calls up into a capability.
@NullMarked
package hanse.node.ledger;

import org.jspecify.annotations.NullMarked;
