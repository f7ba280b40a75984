/// A registry's own certificate authority: leaf certificates that carry its SPIFFE id, the trust bundles of its peers,
/// and the renewal of both while connections stay open. Depends on nothing else of ours.
@NullMarked
package hanse.certs;

import org.jspecify.annotations.NullMarked;
