package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.identity.Ed25519Key;
import hanse.wire.ContractTerms;
import java.util.Base64;

/// A party's signature over the terms of a contract, and the key that made it.
record Signed(byte[] signature, byte[] key) {
    private static final int LENGTH = 64;

    /// Checks what a party has sent. Refuses with `BAD_TERMS_SIGNATURE`.
    ///
    /// @param base64 the signature
    /// @param key the party's present one
    static Signed check(byte[] termsHash, String base64, Ed25519Key key) {
        try {
            byte[] signature = Base64.getDecoder().decode(base64);
            if (signature.length == LENGTH && key.verifies(ContractTerms.signedText(termsHash), signature)) {
                return new Signed(signature, key.bytes());
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused below.
        }
        throw new RefusedException(Reason.BAD_TERMS_SIGNATURE);
    }
}
