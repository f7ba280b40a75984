package hanse.node.contract;

import hanse.contract.v1.Terms;
import hanse.node.identity.Ed25519Key;
import hanse.wire.ContractTerms;

/// Terms and their contractor's signature over them.
///
/// @param hash of the canonical terms
record SignedTerms(Terms terms, byte[] hash, Signed signed) {
    /// Checks the signature. Refuses with `BAD_TERMS`, `BAD_TERMS_SIGNATURE`.
    ///
    /// @param key the contractor's present one
    static SignedTerms check(Terms terms, String signature, Ed25519Key key) {
        Proposal.requireSound(terms);
        byte[] hash = ContractTerms.hash(terms);
        return new SignedTerms(terms, hash, Signed.check(hash, signature, key));
    }
}
