/// The one way to PostgreSQL: a [hanse.node.storage.Database] opens transactions, a [hanse.node.storage.Tx] is the
/// visible argument of everything that happens in one. A [hanse.node.storage.Pipeline] sends many statements in one
/// round trip; a [hanse.node.storage.RowStream] reads more rows than memory holds; a
/// [hanse.node.storage.SharedRead] reads once for all who ask meanwhile.
@NullMarked
package hanse.node.storage;

import org.jspecify.annotations.NullMarked;
