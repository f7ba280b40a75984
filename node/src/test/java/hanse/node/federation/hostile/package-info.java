/// Attacks on the peer port of a running registry, by somebody with a TLS client of its own, while two honest
/// registries deal with each other. `docs/attacks.md` lists them.
@org.jspecify.annotations.NullMarked
package hanse.node.federation.hostile;
