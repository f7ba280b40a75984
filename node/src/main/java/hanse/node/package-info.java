/// The registry. [hanse.node.Node] is the composition root: read from top to bottom it shows the whole system. Beside
/// it is what a process owns rather than a capability: its keys, its connections and what it does by itself. Each
/// capability is one package below.
@NullMarked
package hanse.node;

import org.jspecify.annotations.NullMarked;
