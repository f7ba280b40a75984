package hanse.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentKeyTest {
    private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void signsWhatTheJdkVerifies() throws Exception {
        AgentKey key = AgentKey.generate();
        byte[] spki = HexFormat.of()
                .parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(key.publicKey()));
        PublicKey theirs = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(theirs);
        verifier.update(TEXT);
        assertThat(verifier.verify(key.sign(TEXT))).isTrue();
    }

    @Test
    void readsAPemOfTheJdk() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        byte[] spki = pair.getPublic().getEncoded();
        assertThat(AgentKey.fromPem(pem).publicKey())
                .isEqualTo(java.util.Arrays.copyOfRange(spki, spki.length - 32, spki.length));
    }

    @Test
    void comesBackFromItsFileWhichOnlyItsOwnerReads() throws IOException {
        AgentKey key = AgentKey.generate();
        Path file = directory.resolve("agent.pem");
        key.write(file);
        assertThat(AgentKey.read(file)).isEqualTo(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void neverOverwritesAKey() throws IOException {
        Path file = directory.resolve("agent.pem");
        AgentKey.generate().write(file);
        assertThatThrownBy(() -> AgentKey.generate().write(file)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void refusesWhatIsNotAnEd25519Key() throws Exception {
        assertThatThrownBy(() -> AgentKey.fromSeed(new byte[31])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AgentKey.fromPem("hello")).isInstanceOf(IllegalArgumentException.class);
        byte[] x25519 = KeyPairGenerator.getInstance("X25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        assertThatThrownBy(() -> AgentKey.fromPem("-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getEncoder().encodeToString(x25519)
                        + "\n-----END PRIVATE KEY-----"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void verifiesOnlyTheTextThatWasSigned() {
        AgentKey key = AgentKey.generate();
        byte[] signature = key.sign(TEXT);
        assertThat(AgentKey.verifies(key.publicKey(), TEXT, signature)).isTrue();
        assertThat(AgentKey.verifies(key.publicKey(), "texT".getBytes(StandardCharsets.UTF_8), signature))
                .isFalse();
        assertThat(AgentKey.verifies(AgentKey.generate().publicKey(), TEXT, signature))
                .isFalse();
        assertThat(AgentKey.verifies(key.publicKey(), TEXT, new byte[3])).isFalse();
    }

    @Test
    void neverShowsItsPrivateHalf() {
        AgentKey key = AgentKey.fromSeed(new byte[32]);
        assertThat(key.toString() + Credentials.agent("id", key, "alpha.example"))
                .contains(key.publicKeyBase64());
        assertThat(key.toString()).doesNotContain(Base64.getEncoder().encodeToString(new byte[32]));
    }
}
