/// Links between registries: mutual TLS in both directions, who is calling, the signed outcomes a registry gives,
/// and the outbox that retries until one is known. Knows no domain.
@NullMarked
package hanse.peer;

import org.jspecify.annotations.NullMarked;
