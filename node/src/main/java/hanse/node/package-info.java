/// The registry. `Node` is the composition root; each capability is one package beside it.
@NullMarked
package hanse.node;

import org.jspecify.annotations.NullMarked;
