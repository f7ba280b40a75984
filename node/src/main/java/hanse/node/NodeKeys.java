package hanse.node;

import hanse.certs.CertificateAuthority;
import hanse.certs.KeyFiles;
import hanse.certs.KeyRotation;
import hanse.certs.LeafOrder;
import hanse.certs.RotatingIdentity;
import hanse.certs.SigningKey;
import hanse.certs.VerifyKey;
import hanse.node.config.NodeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The keys in a node's key directory, made where they are missing. All nodes of one registry share all of them but the
/// two leaves.
///
/// ```
/// keys/                     mode 700
///   ca.key ca.crt           the registry's certificate authority; a copy of ca.crt lies beside hanse.yaml for clients
///   public.key public.crt   the leaf of the gRPC and REST ports, for the configured hosts
///   node.key node.crt       the leaf of the peer port, spiffe://<registry>/node
///   ca-next.key             the CA that is to take its place, while it is being replaced
///   signing.key             signs cards, messages, outcomes and checkpoints; the registry's id is pinned to it
///   signing-next.key, signing-before.key, signing.past
///                           the key that is to take its place, the one before, and the public ones of all before
///   token.secret            payment tokens are made with it; kept out of the database
///   operator-admin.key      the first operator's key
/// ```
///
/// @param authority   issues the two leaves
/// @param publicLeaf  of the gRPC and REST ports; renews itself
/// @param peerLeaf    of the peer port and of links to peers; renews itself
/// @param signing     the registry's
/// @param past        keys that signed before that one
/// @param tokenSecret 32 bytes
public record NodeKeys(
        CertificateAuthority authority,
        RotatingIdentity publicLeaf,
        RotatingIdentity peerLeaf,
        SigningKey signing,
        List<VerifyKey> past,
        byte[] tokenSecret) {
    /// The operator that the first start makes.
    public static final String FIRST_OPERATOR = "admin";

    private static final int SECRET_BYTES = 32;

    /// @throws java.io.UncheckedIOException when the file system refuses
    /// @throws IllegalStateException when a key is damaged: never replaced silently
    public static NodeKeys open(NodeConfig config, InstantSource clock) {
        Path keys = config.keys();
        CertificateAuthority authority =
                CertificateAuthority.openOrCreate(keys, config.registry().value(), clock);
        publish(authority.bundle().pem(), config.caFile());
        // Operators on this machine reach the node whatever its public name is.
        Set<String> hosts = new LinkedHashSet<>(config.hosts());
        hosts.addAll(List.of("localhost", "127.0.0.1", "::1"));
        RotatingIdentity publicLeaf = RotatingIdentity.open(
                authority, LeafOrder.server(List.copyOf(hosts)).lasting(config.leafLifetime()), keys, "public", clock);
        RotatingIdentity peerLeaf = RotatingIdentity.open(
                authority,
                LeafOrder.node(config.registry().value(), config.hosts()).lasting(config.leafLifetime()),
                keys,
                "node",
                clock);
        return new NodeKeys(
                authority,
                publicLeaf,
                peerLeaf,
                SigningKey.openOrCreate(keys.resolve("signing.key")),
                KeyRotation.past(keys),
                secret(keys.resolve("token.secret")));
    }

    /// Takes up what an operator has done to the CA meanwhile.
    void followAuthority(NodeConfig config, InstantSource clock) {
        if (!Files.exists(config.keys().resolve("ca.key"))) {
            // A key directory that is away for a moment is no reason to make another CA.
            return;
        }
        CertificateAuthority now = CertificateAuthority.openOrCreate(
                config.keys(), config.registry().value(), clock);
        publish(now.bundle().pem(), config.caFile());
        publicLeaf.follow(now);
        peerLeaf.follow(now);
    }

    /// Whether this registry has signed that, with this key or one before.
    boolean verify(byte[] text, byte[] signature) {
        return signer(text, signature).isPresent();
    }

    /// With which key this registry has signed that: this one or one before.
    Optional<VerifyKey> signer(byte[] text, byte[] signature) {
        return Stream.concat(Stream.of(signing.verifyKey()), past.stream())
                .filter(key -> key.verify(text, signature))
                .findFirst();
    }

    /// The first operator's key, made if there is none.
    public static SigningKey firstOperator(NodeConfig config) {
        return SigningKey.openOrCreate(config.operatorKey(FIRST_OPERATOR));
    }

    private static void publish(String pem, Path file) {
        if (!Files.exists(file) || !KeyFiles.read(file).equals(pem)) {
            KeyFiles.writePublic(file, pem);
        }
    }

    private static byte[] secret(Path file) {
        if (Files.exists(file)) {
            byte[] secret = HexFormat.of().parseHex(KeyFiles.read(file).strip());
            if (secret.length != SECRET_BYTES) {
                throw new IllegalStateException(file + " is damaged: it should hold 64 hex digits");
            }
            return secret;
        }
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        KeyFiles.writeSecret(file, HexFormat.of().formatHex(secret) + "\n");
        return secret;
    }

    /// Names nothing secret.
    @Override
    public String toString() {
        return "NodeKeys";
    }
}
