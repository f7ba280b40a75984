package hanse.node.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.node.call.RefusedException;
import java.math.BigInteger;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;

class Ed25519KeyTest {
    private static final HexFormat HEX = HexFormat.of();

    /// RFC 8032, 7.1, test 3.
    private final Ed25519Key key =
            Ed25519Key.of(HEX.parseHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));

    private final byte[] message = HEX.parseHex("af82");
    private final byte[] signature = HEX.parseHex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");

    @Test
    void verifiesTheStandardsVector() {
        assertThat(key.verifies(message, signature)).isTrue();
    }

    @Test
    void refusesWhatWasAlteredAnywhere() {
        for (int i = 0; i < signature.length * 8; i++) {
            byte[] altered = signature.clone();
            altered[i / 8] ^= (byte) (1 << (i % 8));
            assertThat(key.verifies(message, altered)).isFalse();
        }
        assertThat(key.verifies(new byte[] {1}, signature)).isFalse();
        assertThat(key.verifies(message, new byte[63])).isFalse();
        assertThat(key.verifies(message, new byte[64])).isFalse();
        byte[] nonsense = new byte[64];
        java.util.Arrays.fill(nonsense, (byte) 0xff);
        assertThat(key.verifies(message, nonsense)).isFalse();
    }

    /// S + L verifies the same equation; were it accepted, every signature could be sent twice.
    @Test
    void refusesASecondFormOfASignature() {
        BigInteger order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
        byte[] s = new byte[32];
        for (int i = 0; i < 32; i++) {
            s[i] = signature[63 - i];
        }
        byte[] more = new BigInteger(1, s).add(order).toByteArray();
        byte[] malleable = signature.clone();
        for (int i = 0; i < 32; i++) {
            malleable[32 + i] = i < more.length ? more[more.length - 1 - i] : 0;
        }
        assertThat(key.verifies(message, malleable)).isFalse();
        assertThat(Ed25519.verify(malleable, 0, key.bytes(), 0, message, 0, message.length))
                .isFalse();
    }

    @Test
    void refusesWhatIsNoKey() {
        for (String bad : new String[] {
            "",
            "00",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ff".repeat(32),
            "00".repeat(32)
        }) {
            assertThatThrownBy(() -> Ed25519Key.of(HEX.parseHex(bad))).isInstanceOf(RefusedException.class);
        }
        assertThatThrownBy(() -> Ed25519Key.parse("not base64!")).isInstanceOf(RefusedException.class);
    }
}
