/// Remembered outcomes: a change that is asked for again gets its first answer and happens once. The row is written in
/// the transaction of the change, refusals included, and never holds a secret.
@NullMarked
package hanse.node.outcome;

import org.jspecify.annotations.NullMarked;
