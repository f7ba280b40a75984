/// What agents and operators do with the ledger directly: transfers, balances, statements, supply, deposits, the
/// treasury. The ledger itself knows none of it.
@NullMarked
package hanse.node.account;

import org.jspecify.annotations.NullMarked;
