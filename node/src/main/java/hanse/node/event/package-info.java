/// Events: the journal as a stream. One [hanse.node.event.Tail] per process follows every lane and tells its watchers;
/// a watcher that starts in the past, or falls behind, reads from the tables until it has caught up.
///
/// Invariants: a watcher gets every entry it may see once, in commit order within a lane; a position that was given
/// out leads back to exactly what came after it, also in another process; nothing waits in memory for a slow watcher
/// beyond a fixed number of entries. Writes nothing. May use the ledger and storage.
@NullMarked
package hanse.node.event;

import org.jspecify.annotations.NullMarked;
