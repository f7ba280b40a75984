package hanse.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    @TempDir
    Path directory;

    private Instant now = START;
    private final InstantSource clock = () -> now;

    private CertificateAuthority authority(String registry) {
        return CertificateAuthority.openOrCreate(directory.resolve(registry), registry, clock);
    }

    @Test
    void aNodesCertificateChainsToItsCaAndNamesItsRegistryAndHosts() throws Exception {
        CertificateAuthority alpha = authority("alpha.example");
        Leaf leaf = alpha.issue(LeafOrder.node("alpha.example", List.of("alpha.example", "127.0.0.1", "::1")));
        alpha.bundle().verify(leaf.chain(), now);
        assertThat(SpiffeId.of(leaf.certificate())).contains(SpiffeId.node("alpha.example"));
        assertThat(SpiffeId.of(leaf.certificate()).orElseThrow()).hasToString("spiffe://alpha.example/node");
        assertThat(leaf.certificate().getSubjectAlternativeNames().toString())
                .contains("[2, alpha.example]", "[7, 127.0.0.1]", "[7, 0:0:0:0:0:0:0:1]");
        assertThat(leaf.certificate().getExtendedKeyUsage()).containsExactlyInAnyOrder(SERVER_AUTH, CLIENT_AUTH);
        assertThat(leaf.certificate().getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(leaf.expiresAt()).isEqualTo(now.plus(Duration.ofDays(30)));
    }

    @Test
    void serverAndBridgeCertificatesAreForTheirSideOnly() throws Exception {
        CertificateAuthority alpha = authority("alpha.example");
        Leaf server = alpha.issue(LeafOrder.server(List.of("alpha.example")));
        Leaf bridge = alpha.issue(LeafOrder.bridge("alpha.example").lasting(Duration.ofHours(1)));
        assertThat(server.certificate().getExtendedKeyUsage()).containsExactly(SERVER_AUTH);
        assertThat(SpiffeId.of(server.certificate())).isEmpty();
        assertThat(bridge.certificate().getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
        assertThat(SpiffeId.of(bridge.certificate())).contains(SpiffeId.bridge("alpha.example"));
        assertThat(bridge.expiresAt()).isEqualTo(now.plus(Duration.ofHours(1)));
    }

    @Test
    void aCertificateOfAnotherCaIsRefused() {
        Leaf leaf = authority("beta.example").issue(LeafOrder.node("alpha.example", List.of("localhost")));
        assertThatThrownBy(() -> authority("alpha.example").bundle().verify(leaf.chain(), now))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void aCertificateIsRefusedBeforeAndAfterItsTimeAndACaIsNoLeaf() {
        CertificateAuthority alpha = authority("alpha.example");
        Leaf leaf = alpha.issue(LeafOrder.node("alpha.example", List.of("localhost")));
        assertThatThrownBy(() -> alpha.bundle().verify(leaf.chain(), now.plus(Duration.ofDays(31))))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> alpha.bundle().verify(leaf.chain(), now.minus(Duration.ofHours(1))))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> alpha.bundle().verify(List.of(alpha.certificate()), now))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void aCaIsFoundAgainWithKeysOnlyItsOwnerMayRead() throws Exception {
        CertificateAuthority made = authority("alpha.example");
        assertThat(authority("alpha.example").certificate()).isEqualTo(made.certificate());
        Path keys = directory.resolve("alpha.example");
        assertThat(mode(keys)).isEqualTo("rwx------");
        assertThat(mode(keys.resolve("ca.key"))).isEqualTo("rw-------");
        assertThat(mode(keys.resolve("ca.crt"))).isEqualTo("rw-r--r--");
        try (var files = Files.list(keys)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("ca.key", "ca.crt");
        }
    }

    @Test
    void aCaIsNeverReplacedSilently() throws Exception {
        authority("alpha.example");
        authority("beta.example");
        Files.copy(
                directory.resolve("beta.example/ca.crt"),
                directory.resolve("alpha.example/ca.crt"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> authority("alpha.example")).isInstanceOf(IllegalStateException.class);
        Files.delete(directory.resolve("beta.example/ca.key"));
        assertThatThrownBy(() -> authority("beta.example")).isInstanceOf(IllegalStateException.class);
        authority("gamma.example");
        Path key = directory.resolve("gamma.example/ca.key");
        String before = Files.readString(key);
        Files.delete(directory.resolve("gamma.example/ca.crt"));
        assertThatThrownBy(() -> authority("gamma.example"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("put ca.crt back");
        assertThat(Files.readString(key)).isEqualTo(before);
    }

    @Test
    void aLeafNeverOutlivesItsCa() {
        CertificateAuthority alpha = authority("alpha.example");
        Leaf leaf = alpha.issue(LeafOrder.server(List.of("localhost")).lasting(Duration.ofDays(9999)));
        assertThat(leaf.expiresAt()).isEqualTo(alpha.certificate().getNotAfter().toInstant());
    }

    @Test
    void aTrustBundleIsPrintedAndReadBackWithinItsBounds() {
        List<X509Certificate> authorities = IntStream.range(0, 17)
                .mapToObj(i -> authority("r" + i + ".example").certificate())
                .toList();
        TrustBundle bundle = new TrustBundle(authorities.subList(0, 16));
        assertThat(TrustBundle.parse(bundle.pem())).isEqualTo(bundle);
        assertThat(TrustBundle.parse(bundle.pems())).isEqualTo(bundle);
        assertThatThrownBy(() -> new TrustBundle(authorities)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TrustBundle.parse("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TrustBundle.parse(bundle.pem() + "x".repeat(TrustBundle.MAX_BYTES)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TrustBundle.parse("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
                .isInstanceOf(IllegalArgumentException.class);
        Leaf leaf = authority("r0.example").issue(LeafOrder.server(List.of("localhost")));
        assertThatThrownBy(() -> TrustBundle.parse(leaf.chainPem())).isInstanceOf(IllegalArgumentException.class);
        assertThat(new TrustBundle(Collections.nCopies(20, authorities.getFirst())).authorities())
                .hasSize(1);
    }

    @Test
    void spiffeIdsAreReadStrictly() {
        assertThat(SpiffeId.parse("spiffe://alpha.example/node")).contains(SpiffeId.node("alpha.example"));
        for (String bad : List.of(
                "",
                "spiffe://alpha.example",
                "spiffe://alpha.example/",
                "spiffe://alpha.example/node/",
                "spiffe://Alpha.example/node",
                "spiffe://alpha..example/node",
                "spiffe://alpha.-example/node",
                "spiffe://alpha-.example/node",
                "spiffe://alpha.example:443/node",
                "https://alpha.example/node",
                "spiffe://alpha.example/node\n",
                "spiffe:///node")) {
            assertThat(SpiffeId.parse(bad)).as(bad).isEmpty();
        }
    }

    @Test
    void aSigningKeyIsFoundAgainAndSignsWhatOthersVerify() throws Exception {
        Path file = directory.resolve("keys/signing.key");
        SigningKey key = SigningKey.openOrCreate(file);
        SigningKey again = SigningKey.openOrCreate(file);
        byte[] message = "pay bob 5".getBytes(StandardCharsets.UTF_8);
        byte[] signature = key.sign(message);
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(again.sign(message)).isEqualTo(signature);
        assertThat(key.verifyKey().verify(message, signature)).isTrue();
        assertThat(SigningKey.verify(key.publicKey(), message, signature)).isTrue();
        assertThat(SigningKey.generate().verifyKey().verify(message, signature)).isFalse();
        assertThat(key.verifyKey().verify(message, new byte[3])).isFalse();
        signature[5] ^= 1;
        assertThat(key.verifyKey().verify(message, signature)).isFalse();
        assertThat(key.toString())
                .doesNotContain(key.pem().lines().skip(1).findFirst().orElseThrow());
        assertThat(VerifyKey.parse(key.verifyKey().base64())).isEqualTo(key.verifyKey());
        // The neutral element: of small order, and every signature with R = S = 0 would pass.
        byte[] neutral = new byte[32];
        neutral[0] = 1;
        assertThatThrownBy(() -> VerifyKey.of(neutral)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSigningKeyIsReadByTheJdkToo() throws Exception {
        SigningKey key = SigningKey.generate();
        var jdk = java.security.KeyFactory.getInstance("Ed25519")
                .generatePrivate(new java.security.spec.PKCS8EncodedKeySpec(Pem.decodeOne(Pem.PRIVATE_KEY, key.pem())));
        var signature = java.security.Signature.getInstance("Ed25519");
        signature.initSign(jdk);
        signature.update(new byte[] {1, 2});
        assertThat(signature.sign()).isEqualTo(key.sign(new byte[] {1, 2}));
        assertThatThrownBy(() -> SigningKey.parse("nothing")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anIdentityIsRenewedAtTwoThirdsOfItsLifeAndTellsItsListeners() {
        CertificateAuthority alpha = authority("alpha.example");
        LeafOrder order = LeafOrder.node("alpha.example", List.of("localhost", "127.0.0.1", "::1"));
        RotatingIdentity identity = RotatingIdentity.open(alpha, order, directory, "node", clock);
        List<Leaf> heard = new ArrayList<>();
        Runnable noMore = identity.onRenewal(heard::add);
        Leaf first = identity.current();
        now = START.plus(Duration.ofDays(19));
        assertThat(identity.renewIfDue()).isFalse();
        assertThat(RotatingIdentity.open(alpha, order, directory, "node", clock)
                        .current()
                        .certificate())
                .isEqualTo(first.certificate());
        now = START.plus(Duration.ofDays(20));
        assertThat(identity.renewIfDue()).isTrue();
        assertThat(heard).containsExactly(identity.current());
        assertThat(identity.current().certificate()).isNotEqualTo(first.certificate());
        assertThat(Leaf.read(directory, "node").map(Leaf::certificate))
                .contains(identity.current().certificate());

        noMore.run();
        identity.renew();
        assertThat(heard).hasSize(1);
    }

    @Test
    void theKeyManagerPresentsTheCurrentLeafAndStillKnowsTheOneBefore() throws Exception {
        RotatingIdentity identity = RotatingIdentity.open(
                authority("alpha.example"), LeafOrder.server(List.of("localhost")), directory, "server", clock);
        var manager = identity.keyManager();
        String before = manager.chooseEngineServerAlias("EC", null, null);
        X509Certificate first = identity.current().certificate();
        identity.renew();
        String after = manager.chooseEngineServerAlias("EC", null, null);
        assertThat(after).isNotEqualTo(before);
        assertThat(manager.getCertificateChain(before)[0]).isEqualTo(first);
        assertThat(manager.getCertificateChain(after)[0])
                .isEqualTo(identity.current().certificate());
        assertThat(manager.chooseEngineServerAlias("RSA", null, null)).isNull();
        assertThat(mode(directory.resolve("server.key"))).isEqualTo("rw-------");
    }

    @Test
    void anIdentityIsIssuedAnewWhenWhatIsOrderedOrTheCaHasChangedOrItsFilesAreDamaged() throws Exception {
        CertificateAuthority alpha = authority("alpha.example");
        LeafOrder order = LeafOrder.server(List.of("localhost"));
        Leaf first =
                RotatingIdentity.open(alpha, order, directory, "server", clock).current();
        Leaf other = RotatingIdentity.open(
                        alpha, LeafOrder.server(List.of("alpha.example")), directory, "server", clock)
                .current();
        assertThat(other.certificate()).isNotEqualTo(first.certificate());
        Files.writeString(directory.resolve("server.key"), "torn");
        assertThat(Leaf.read(directory, "server")).isEqualTo(Optional.empty());
        Leaf third =
                RotatingIdentity.open(alpha, order, directory, "server", clock).current();
        CertificateAuthority beta = authority("beta.example");
        Leaf fourth =
                RotatingIdentity.open(beta, order, directory, "server", clock).current();
        assertThat(fourth.certificate()).isNotEqualTo(third.certificate());
        beta.bundle().verify(fourth.chain(), now);
    }

    @Test
    void fingerprintsAreReadInGroupsOfFour() {
        String fingerprint = Fingerprint.of("abc".getBytes(StandardCharsets.UTF_8));
        assertThat(fingerprint)
                .isEqualTo("ba78 16bf 8f01 cfea 4141 40de 5dae 2223 b003 61a3 9617 7a9c b410 ff61 f200 15ad");
        assertThat(Fingerprint.of("a".getBytes(StandardCharsets.UTF_8), "bc".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(fingerprint);
        assertThat(Fingerprint.matches(
                        fingerprint,
                        fingerprint.toUpperCase(java.util.Locale.ROOT).replace(' ', ':')))
                .isTrue();
        assertThat(Fingerprint.matches(fingerprint, fingerprint.substring(1))).isFalse();
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
