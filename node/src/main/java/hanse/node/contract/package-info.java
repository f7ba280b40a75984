/// Contracts: what two agents have agreed and signed, how far the work is, and its pay through the ledger. A contract
/// is
/// kept at its contractor's registry. All of a contract changes under the lock of its row; a milestone is paid once.
@NullMarked
package hanse.node.contract;

import org.jspecify.annotations.NullMarked;
