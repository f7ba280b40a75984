package hanse.certs;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A registry's own certificate authority: P-256, its key in `ca.key` (mode 600) and its certificate in `ca.crt` of a
/// directory of mode 700. P-256 because Ed25519 certificates fail wherever one side runs BoringSSL.
public final class CertificateAuthority {
    /// How long a CA is valid from its making: peers pin it, and a new one has to reach all of them.
    public static final Duration LIFETIME = Duration.ofDays(3650);

    /// How far other clocks may be behind ours before our certificates look not yet valid to them.
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final TrustBundle bundle;
    private final InstantSource clock;

    private CertificateAuthority(PrivateKey key, TrustBundle bundle, X509Certificate certificate, InstantSource clock) {
        this.key = key;
        this.certificate = certificate;
        this.bundle = bundle;
        this.clock = clock;
    }

    /// Loads the CA of a directory, or makes one for the registry when none is there. Further certificates in `ca.crt`
    /// are CAs that were or will be ours: they go into the bundle, only the one of the key signs.
    ///
    /// @throws java.io.UncheckedIOException when the file system refuses
    /// @throws IllegalStateException when only one of the two files is there or they do not belong together: never
    ///     replaced silently, because every peer pins this CA
    public static CertificateAuthority openOrCreate(Path directory, String registryId, InstantSource clock) {
        if (!SpiffeId.isRegistryId(registryId)) {
            throw new IllegalArgumentException("not a registry id: " + registryId);
        }
        KeyFiles.secureDirectory(directory);
        Path keyFile = directory.resolve("ca.key");
        Path certificateFile = directory.resolve("ca.crt");
        boolean hasKey = Files.exists(keyFile);
        boolean hasCertificate = Files.exists(certificateFile);
        if (!hasKey && hasCertificate) {
            throw new IllegalStateException("ca.crt is there without its ca.key in " + directory);
        }
        if (hasKey && !hasCertificate) {
            throw new IllegalStateException("ca.key is there without its ca.crt in " + directory
                    + "; put ca.crt back (clients have copies of it), or delete ca.key if it was never used");
        }
        try {
            if (!hasKey) {
                KeyPair pair = newKey();
                X509Certificate made = selfSigned(registryId, pair, clock.instant());
                KeyFiles.writeSecret(
                        keyFile, Pem.encode(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()));
                KeyFiles.writePublic(certificateFile, Pem.certificates(List.of(made)));
                return new CertificateAuthority(pair.getPrivate(), new TrustBundle(List.of(made)), made, clock);
            }
            PrivateKey key = Leaf.privateKey(KeyFiles.read(keyFile));
            TrustBundle bundle = TrustBundle.parse(KeyFiles.read(certificateFile));
            for (X509Certificate authority : bundle.authorities()) {
                if (Leaf.belongTogether(key, authority)) {
                    return new CertificateAuthority(key, bundle, authority, clock);
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException("the CA in " + directory + " cannot be read", e);
        }
        throw new IllegalStateException("no certificate in ca.crt belongs to ca.key in " + directory);
    }

    /// The CA's own certificate.
    public X509Certificate certificate() {
        return certificate;
    }

    /// What peers and clients trust to know our certificates.
    public TrustBundle bundle() {
        return bundle;
    }

    /// Issues a certificate with a fresh key. It ends with the CA at the latest.
    public Leaf issue(LeafOrder order) {
        Instant now = clock.instant();
        Instant end = now.plus(order.lifetime());
        Instant caEnd = certificate.getNotAfter().toInstant();
        try {
            KeyPair pair = newKey();
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            X500Name.getInstance(
                                    certificate.getSubjectX500Principal().getEncoded()),
                            serial(),
                            Date.from(now.minus(CLOCK_SKEW)),
                            Date.from(end.isBefore(caEnd) ? end : caEnd),
                            name(order.commonName()),
                            pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes(order.usage())))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(pair.getPublic()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate))
                    .addExtension(Extension.subjectAlternativeName, false, names(order));
            return new Leaf(pair.getPrivate(), List.of(sign(builder, key), certificate));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a certificate could not be made", e);
        }
    }

    static X509Certificate selfSigned(String registryId, KeyPair pair, Instant now) throws GeneralSecurityException {
        X500Name name = name(registryId + " CA");
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        try {
            return sign(
                    new JcaX509v3CertificateBuilder(
                                    name,
                                    serial(),
                                    Date.from(now.minus(CLOCK_SKEW)),
                                    Date.from(now.plus(LIFETIME)),
                                    name,
                                    pair.getPublic())
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                            .addExtension(
                                    Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                            .addExtension(
                                    Extension.subjectKeyIdentifier,
                                    false,
                                    extensions.createSubjectKeyIdentifier(pair.getPublic())),
                    pair.getPrivate());
        } catch (IOException e) {
            throw new IllegalStateException("a certificate could not be made", e);
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, IOException {
        try {
            return Pem.certificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key))
                    .getEncoded());
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static GeneralNames names(LeafOrder order) {
        List<GeneralName> names = new ArrayList<>();
        order.spiffeId()
                .ifPresent(id -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, id.toString())));
        for (String host : order.hosts()) {
            names.add(new GeneralName(isAddress(host) ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    private static boolean isAddress(String host) {
        try {
            return InetAddress.ofLiteral(host) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static KeyPurposeId[] purposes(LeafOrder.Usage usage) {
        return switch (usage) {
            case SERVER -> new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth};
            case CLIENT -> new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
            case SERVER_AND_CLIENT -> new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
        };
    }

    /// Subjects are for people; X.509 allows a common name 64 characters.
    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName.length() <= 64 ? commonName : commonName.substring(0, 64))
                .build();
    }

    static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    private static BigInteger serial() {
        return new BigInteger(127, RANDOM).setBit(126);
    }
}
