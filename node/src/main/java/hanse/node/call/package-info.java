/// Who calls, what exactly is asked, and how a refusal is said. Every other package of the node may use this one; it
/// uses none of them.
@NullMarked
package hanse.node.call;

import org.jspecify.annotations.NullMarked;
