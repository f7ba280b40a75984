/// The one way to PostgreSQL: a [hanse.node.storage.Database] opens transactions, a [hanse.node.storage.Tx] is the
/// visible
/// argument of everything that happens in one.
@NullMarked
package hanse.node.storage;

import org.jspecify.annotations.NullMarked;
