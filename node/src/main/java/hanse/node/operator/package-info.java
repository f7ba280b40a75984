/// Those who run the registry: their keys, and the agents they stop or let go on.
///
/// Invariants: there is always at least one operator; an operator's key is nobody else's; a suspension for strikes
/// lasts 1 h, then 24 h, then until an operator lifts it. May use [hanse.node.identity].
@NullMarked
package hanse.node.operator;

import org.jspecify.annotations.NullMarked;
