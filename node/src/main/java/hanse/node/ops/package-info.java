/// What the people who run a node look at: metrics, health and readiness over plain HTTP on a port of its own, the
/// JVM's own figures, and the form of the log.
@NullMarked
package hanse.node.ops;

import org.jspecify.annotations.NullMarked;
