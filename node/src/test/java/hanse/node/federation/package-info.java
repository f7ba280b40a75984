/// Registries on real databases, over real links.
package hanse.node.federation;
