/// What the node's tests stand on: one real PostgreSQL per test JVM, a fresh database for whoever asks, and a small
/// registry without its edge.
package hanse.node.testing;
