package hanse.node.identity;

import java.math.BigInteger;

/// Ed25519 public keys as DID documents write them: multicodec `0xed01` and the key, in base58btc with the prefix
/// `z`.
final class Multibase {
    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(ALPHABET.length());
    private static final byte[] ED25519 = {(byte) 0xed, 0x01};

    private Multibase() {}

    static String of(Ed25519Key key) {
        byte[] bytes = new byte[ED25519.length + Ed25519Key.LENGTH];
        System.arraycopy(ED25519, 0, bytes, 0, ED25519.length);
        System.arraycopy(key.bytes(), 0, bytes, ED25519.length, Ed25519Key.LENGTH);
        StringBuilder digits = new StringBuilder();
        // The first byte is never 0, so there are no leading ones to write.
        for (BigInteger rest = new BigInteger(1, bytes); rest.signum() > 0; rest = rest.divide(BASE)) {
            digits.append(ALPHABET.charAt(rest.mod(BASE).intValue()));
        }
        return digits.append('z').reverse().toString();
    }
}
