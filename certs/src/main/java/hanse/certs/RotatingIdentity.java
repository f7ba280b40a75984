package hanse.certs;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A leaf that is always valid: kept in `<name>.key` and `<name>.crt`, renewed at two thirds of its life without a
/// restart. Connections that are open keep what they have; each new handshake takes what is current then.
public final class RotatingIdentity {
    private static final Logger log = LoggerFactory.getLogger(RotatingIdentity.class);

    private volatile CertificateAuthority authority;
    private final LeafOrder order;
    private final Path directory;
    private final String name;
    private final InstantSource clock;
    private final AtomicReference<Slots> slots;
    private final List<Consumer<Leaf>> listeners = new CopyOnWriteArrayList<>();

    /// The leaf before is kept, because a handshake asks first for a name and then for what it names.
    private record Slots(Leaf current, Optional<Leaf> previous) {}

    private RotatingIdentity(
            CertificateAuthority authority,
            LeafOrder order,
            Path directory,
            String name,
            InstantSource clock,
            Leaf leaf) {
        this.authority = authority;
        this.order = order;
        this.directory = directory;
        this.name = name;
        this.clock = clock;
        this.slots = new AtomicReference<>(new Slots(leaf, Optional.empty()));
    }

    /// Takes up the leaf of the directory when it still says what is ordered, and issues one otherwise.
    ///
    /// @param name the files' name without its ending, such as `node`
    /// @throws java.io.UncheckedIOException when the file system refuses
    public static RotatingIdentity open(
            CertificateAuthority authority, LeafOrder order, Path directory, String name, InstantSource clock) {
        KeyFiles.secureDirectory(directory);
        Leaf leaf = Leaf.read(directory, name)
                .filter(found -> serves(found, authority, order, clock.instant()))
                .orElseGet(() -> {
                    Leaf issued = authority.issue(order);
                    issued.write(directory, name);
                    return issued;
                });
        return new RotatingIdentity(authority, order, directory, name, clock, leaf);
    }

    /// The leaf that new connections present now.
    public Leaf current() {
        return slots.get().current();
    }

    /// The CAs to which [#current] chains.
    public TrustBundle bundle() {
        return authority.bundle();
    }

    /// Takes up what has become of the CA: its bundle at once, and a new leaf where another key signs now.
    ///
    /// @throws java.io.UncheckedIOException when the leaf cannot be written; the old one stays in use
    public synchronized void follow(CertificateAuthority next) {
        boolean isOther = !next.certificate().equals(authority.certificate());
        authority = next;
        if (isOther) {
            renew();
        }
    }

    /// Renews the leaf if two thirds of its life are over.
    ///
    /// @return whether it was renewed
    public boolean renewIfDue() {
        if (clock.instant().isBefore(current().renewAt())) {
            return false;
        }
        renew();
        return true;
    }

    /// Renews the leaf now, writes it, and tells the listeners.
    ///
    /// @throws java.io.UncheckedIOException when it cannot be written; the old one stays in use
    public synchronized void renew() {
        Leaf fresh = authority.issue(order);
        fresh.write(directory, name);
        Slots before = slots.get();
        slots.set(new Slots(fresh, Optional.of(before.current())));
        log.info("renewed certificate {}, valid until {}", name, fresh.expiresAt());
        for (Consumer<Leaf> listener : listeners) {
            listener.accept(fresh);
        }
    }

    /// Calls the listener after each renewal, on the thread that renewed; it must be quick.
    ///
    /// @return ends that
    public Runnable onRenewal(Consumer<Leaf> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /// A key manager that presents the current leaf at each handshake, for servers and clients, over the JDK's TLS and
    /// OpenSSL. Each leaf has its own alias, so that a cache keyed by alias never serves an old one.
    public X509ExtendedKeyManager keyManager() {
        return new CurrentLeaf();
    }

    private static boolean serves(Leaf leaf, CertificateAuthority authority, LeafOrder order, Instant now) {
        X509Certificate certificate = leaf.certificate();
        try {
            authority.bundle().verify(leaf.chain(), now);
            return now.isBefore(leaf.renewAt())
                    && leaf.chain().contains(authority.certificate())
                    && !leaf.expiresAt().isAfter(now.plus(order.lifetime()))
                    && SpiffeId.of(certificate).equals(order.spiffeId())
                    && hosts(certificate)
                            .equals(order.hosts().stream()
                                    .map(RotatingIdentity::canonical)
                                    .collect(Collectors.toSet()));
        } catch (CertificateException e) {
            return false;
        }
    }

    private static Set<String> hosts(X509Certificate certificate) throws CertificateParsingException {
        Set<String> hosts = new HashSet<>();
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> entry : names) {
                // 2 is a DNS name, 7 an IP address.
                if (entry.getFirst() instanceof Integer kind && (kind == 2 || kind == 7)) {
                    hosts.add(canonical(String.valueOf(entry.get(1))));
                }
            }
        }
        return hosts;
    }

    /// Certificates spell an IPv6 address out; configurations abbreviate it.
    private static String canonical(String host) {
        try {
            return InetAddress.ofLiteral(host).getHostAddress();
        } catch (IllegalArgumentException e) {
            return host.toLowerCase(Locale.ROOT);
        }
    }

    private final class CurrentLeaf extends X509ExtendedKeyManager {
        private static String alias(Leaf leaf) {
            return leaf.certificate().getSerialNumber().toString(16);
        }

        private @Nullable String choose(String... keyTypes) {
            for (String keyType : keyTypes) {
                if (keyType.equals("EC") || keyType.startsWith("EC_")) {
                    return alias(current());
                }
            }
            return null;
        }

        private @Nullable Leaf leaf(@Nullable String alias) {
            Slots now = slots.get();
            if (alias(now.current()).equals(alias)) {
                return now.current();
            }
            return now.previous().filter(leaf -> alias(leaf).equals(alias)).orElse(null);
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return choose(keyTypes);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return choose(keyType);
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return choose(keyTypes);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return choose(keyType);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
            Leaf leaf = leaf(alias);
            return leaf == null ? null : leaf.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
            Leaf leaf = leaf(alias);
            return leaf == null ? null : leaf.key();
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            String alias = choose(keyType);
            return alias == null ? null : new String[] {alias};
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return getClientAliases(keyType, issuers);
        }
    }
}
