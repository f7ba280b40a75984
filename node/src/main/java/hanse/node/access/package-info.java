/// Who is calling and how much it may call: signatures on requests, sessions, rate limits.
///
/// Invariants: a signature is accepted from 30 s ago to 5 s ahead, for this registry only, and once – a read's by
/// this process's memory, a change's by the outcome row of its own transaction; a key that was replaced speaks for
/// nobody (reads may lag one second, changes not at all, because they compare the key's version under the account's
/// lock); a session's token is stored nowhere. May use [hanse.node.identity] and [hanse.node.operator].
@NullMarked
package hanse.node.access;

import org.jspecify.annotations.NullMarked;
