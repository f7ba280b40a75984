package hanse.node.federation.hostile;

import com.google.protobuf.ByteString;
import hanse.certs.CertificateAuthority;
import hanse.certs.Leaf;
import hanse.certs.LeafOrder;
import hanse.certs.SigningKey;
import hanse.certs.TrustBundle;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Message;
import hanse.federation.v1.SignedMessage;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.federation.TestNode;
import hanse.peer.MessageIds;
import hanse.peer.PeeringCards;
import hanse.peer.v1.SignedCard;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// A registry without a node: a CA and a signing key, and somebody who does with them what no node would. Calls from an
/// address of its own.
final class HostilePeer implements AutoCloseable {
    private static final List<String> HOSTS = List.of("localhost");

    final RegistryId id;
    final SigningKey key;
    private final Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();

    /// @param directory of its keys; with those of an honest registry it is a thief
    HostilePeer(String id, Path directory) {
        this.id = new RegistryId(id);
        this.directory = directory;
        authority();
        this.key = SigningKey.openOrCreate(directory.resolve("signing.key"));
    }

    private CertificateAuthority authority() {
        return authority(InstantSource.system());
    }

    private CertificateAuthority authority(InstantSource clock) {
        return CertificateAuthority.openOrCreate(directory, id.value(), clock);
    }

    /// What its victims' operators were given.
    SignedCard card(int port) {
        return PeeringCards.make(id.value(), "localhost:" + port, "https://" + id, bundle(), key);
    }

    TrustBundle bundle() {
        return authority().bundle();
    }

    // ---- certificates

    Leaf leaf() {
        return leafNaming(id.value());
    }

    /// By its own CA in any registry's name.
    Leaf leafNaming(String registry) {
        return leaf(LeafOrder.node(registry, HOSTS), Instant.now());
    }

    Leaf leaf(LeafOrder order, Instant issuedAt) {
        return authority(InstantSource.fixed(issuedAt)).issue(order);
    }

    Leaf expiredLeaf() {
        return leaf(
                LeafOrder.node(id.value(), HOSTS).lasting(Duration.ofHours(1)),
                Instant.now().minus(Duration.ofHours(2)));
    }

    Leaf leafOfTomorrow() {
        return leaf(LeafOrder.node(id.value(), HOSTS), Instant.now().plus(Duration.ofDays(1)));
    }

    /// By a CA of the same name that nobody has pinned.
    Leaf leafOfAnotherAuthority() {
        return CertificateAuthority.openOrCreate(directory.resolve("other"), id.value(), InstantSource.system())
                .issue(LeafOrder.node(id.value(), HOSTS));
    }

    // ---- connections

    Line call(TestNode victim) {
        return call(victim, leaf());
    }

    Line call(TestNode victim, Leaf leaf) {
        return call(victim, leaf, UnaryOperator.identity());
    }

    private Line call(TestNode victim, Leaf leaf, UnaryOperator<SslContextBuilder> also) {
        Line line = new Line(
                victim.federation.port(),
                context(also.apply(SslContextBuilder.forClient().keyManager(leaf.key(), leaf.chain()))));
        open.add(line);
        return line;
    }

    /// Without a certificate.
    Line callUnknown(TestNode victim) {
        Line line = new Line(victim.federation.port(), context(SslContextBuilder.forClient()));
        open.add(line);
        return line;
    }

    /// TLS as it is before HTTP/2 is spoken on it.
    SslContext tls() {
        Leaf leaf = leaf();
        return context(SslContextBuilder.forClient().keyManager(leaf.key(), leaf.chain()));
    }

    SslContext serverTls() {
        Leaf leaf = leaf();
        try {
            return GrpcSslContexts.configure(SslContextBuilder.forServer(leaf.key(), leaf.chain()))
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .clientAuth(ClientAuth.REQUIRE)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SslContext context(SslContextBuilder builder) {
        try {
            return GrpcSslContexts.configure(builder)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null)
                    .protocols("TLSv1.3")
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- messages

    /// Money of an agent that it invents.
    Message credit(TestNode victim, AgentId payee, long micros) {
        return message(victim)
                .setCreditTransfer(CreditTransfer.newBuilder()
                        .setPayer(agent().toString())
                        .setPayee(new Did(victim.id, payee).toString())
                        .setAmountMicros(micros)
                        .setBucketDay(Duration.ofSeconds(Instant.now().getEpochSecond())
                                .toDays()))
                .build();
    }

    Did agent() {
        return new Did(id, new AgentId(UUID.randomUUID()));
    }

    Message.Builder message(TestNode victim) {
        return Message.newBuilder()
                .setFrom(id.value())
                .setTo(victim.id.value())
                .setId(MessageIds.bytes(UUID.randomUUID()))
                .setProtocol(1);
    }

    SignedMessage signed(Message message) {
        return signed(message.toByteString(), key);
    }

    static SignedMessage signed(ByteString message, SigningKey key) {
        return SignedMessage.newBuilder()
                .setMessage(message)
                .setSignature(ByteString.copyFrom(key.sign(text("hanse-message-v1\n", message))))
                .build();
    }

    static byte[] text(String what, ByteString content) {
        return ByteString.copyFrom(what, StandardCharsets.US_ASCII)
                .concat(content)
                .toByteArray();
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }
}
