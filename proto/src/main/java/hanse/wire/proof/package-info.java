/// Proofs about a committed count: the holder of an attestation shows that its count is at least so much, and shows
/// nothing else. Pure: no I/O, no clock; randomness is the caller's. The construction is in docs/attestations.md.
package hanse.wire.proof;
