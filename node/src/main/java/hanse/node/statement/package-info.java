/// Compares this registry's books with its peers': statements of each day's transfers, whose difference is narrowed to
/// the transfers, and all that has ever passed. Moves no money. May use the federation's links, the ledger's totals,
/// and storage; reads the federation's frames and inbox as they are stored.
@NullMarked
package hanse.node.statement;

import org.jspecify.annotations.NullMarked;
