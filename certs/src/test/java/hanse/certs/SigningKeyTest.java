package hanse.certs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.Test;

/// The native implementation, where this machine has it, and BouncyCastle's are one scheme.
class SigningKeyTest {
    @Test
    void itSignsTheSameBytesAsBouncyCastle() {
        for (int length = 0; length < 200; length++) {
            SigningKey key = SigningKey.generate();
            byte[] message = new byte[length];
            Ed25519Signer signer = new Ed25519Signer();
            signer.init(true, new Ed25519PrivateKeyParameters(secret(key)));
            signer.update(message, 0, length);

            byte[] signature = key.sign(message);

            assertThat(signature).isEqualTo(signer.generateSignature());
            assertThat(key.verifyKey().verify(message, signature)).isTrue();
            signature[length % signature.length] ^= 1;
            assertThat(key.verifyKey().verify(message, signature)).isFalse();
        }
    }

    @Test
    void itSignsAsRfc8032Says() {
        SigningKey key = SigningKey.parse("""
                -----BEGIN PRIVATE KEY-----
                MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
                -----END PRIVATE KEY-----
                """);
        byte[] signature = HexFormat.of()
                .parseHex(
                        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                                + "d25bf5f0595bbe24655141438e7a100b");

        assertThat(key.sign(new byte[0])).isEqualTo(signature);
        assertThat(VerifyKey.stored(key.publicKey()).verify(new byte[0], signature))
                .isTrue();
    }

    private static byte[] secret(SigningKey key) {
        byte[] pkcs8 = Pem.decodeOne(Pem.PRIVATE_KEY, key.pem());
        return Arrays.copyOfRange(pkcs8, pkcs8.length - 32, pkcs8.length);
    }
}
