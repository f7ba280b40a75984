package hanse.sdk;

import hanse.access.v1.SessionServiceGrpc;
import hanse.access.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.AgentServiceGrpc.AgentServiceBlockingStub;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.agent.v1.TenantServiceGrpc;
import hanse.agent.v1.TenantServiceGrpc.TenantServiceBlockingStub;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.contract.v1.ContractServiceGrpc.ContractServiceBlockingStub;
import hanse.dispute.v1.DisputeServiceGrpc;
import hanse.dispute.v1.DisputeServiceGrpc.DisputeServiceBlockingStub;
import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.EventServiceGrpc.EventServiceBlockingStub;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.LedgerServiceGrpc.LedgerServiceBlockingStub;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.PaymentServiceGrpc.PaymentServiceBlockingStub;
import hanse.trust.v1.TrustServiceGrpc;
import hanse.trust.v1.TrustServiceGrpc.TrustServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// A connection to one registry.
///
/// ```java
/// try (var registry = HanseClient.connect("127.0.0.1:7400", Path.of("ca.crt"), "alpha.example")) {
///     AgentKey key = AgentKey.generate();
///     var me = registry.register(key, RegisterAgentRequest.newBuilder().setDisplayName("Alice").build());
///     var alice = registry.as(Credentials.agent(me.getAgentId(), key, "alpha.example"));
///     alice.ledger().transfer(TransferRequest.newBuilder().setTo(bob).setAmount("5").build());
/// }
/// ```
///
/// [#connect] gives one that signs nothing; [#as] one that signs as somebody over the same connection. The stubs are
/// the generated ones: what they throw, [HanseException#translate] explains.
public final class HanseClient implements AutoCloseable {
    private static final int LARGEST_ANSWER_BYTES = 16 << 20;
    private static final int TRIES = 3;
    private static final Duration DEADLINE = Duration.ofSeconds(8);

    private final ManagedChannel connection;
    private final Channel channel;
    private final String registryId;

    private HanseClient(ManagedChannel connection, Channel channel, String registryId) {
        this.connection = connection;
        this.channel = channel;
        this.registryId = registryId;
    }

    /// Opens a connection over TLS, lazily: the first call connects.
    ///
    /// @param target `host:port` of the registry's gRPC port
    /// @param caFile PEM of the registry's certificate authority
    /// @param registryId such as `alpha.example`
    /// @throws SSLException when the CA file cannot be read
    public static HanseClient connect(String target, Path caFile, String registryId) throws SSLException {
        ManagedChannel connection;
        try {
            connection = NettyChannelBuilder.forTarget(target)
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(caFile.toFile())
                            .build())
                    .maxInboundMessageSize(LARGEST_ANSWER_BYTES)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new SSLException("cannot read the CA file " + caFile, e);
        }
        return over(connection, registryId);
    }

    /// Uses a channel that was made elsewhere; closing this client shuts it down.
    public static HanseClient over(ManagedChannel connection, String registryId) {
        return new HanseClient(connection, connection, registryId);
    }

    /// The same connection, each request signed by these credentials.
    public HanseClient as(Credentials credentials) {
        return new HanseClient(
                connection, ClientInterceptors.intercept(connection, new SigningInterceptor(credentials)), registryId);
    }

    /// The same connection, each call carried by this session; see [#session].
    public HanseClient as(SessionCredentials session) {
        return new HanseClient(connection, ClientInterceptors.intercept(connection, session.interceptor()), registryId);
    }

    /// A session of these credentials at this registry, opened when it is first used.
    public SessionCredentials session(Credentials credentials) {
        return new SessionCredentials(connection, credentials);
    }

    /// Registers an agent with the key it shall have; `profile` needs no key, timestamp or proof. Asks again while the
    /// answer is lost, for as long as the proof is good.
    ///
    /// @throws HanseException such as `HANDLE_TAKEN` or `PUBLIC_KEY_TAKEN`
    public RegisterAgentResponse register(AgentKey key, RegisterAgentRequest profile) {
        RegisterAgentRequest identified = profile.getRequestId().isEmpty()
                ? profile.toBuilder().setRequestId(UUID.randomUUID().toString()).build()
                : profile;
        RegisterAgentRequest request = Proofs.registration(identified, key, registryId);
        return Retry.sameRequest(
                TRIES,
                () -> agents().withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                        .registerAgent(request));
    }

    /// Registers an agent under a handle in the tenant `public` and gives the credentials to sign as it.
    public Credentials register(AgentKey key, String name) {
        RegisterAgentResponse response =
                register(key, RegisterAgentRequest.newBuilder().setName(name).build());
        return Credentials.agent(response.getAgentId(), key, registryId);
    }

    /// Reads an agent's key and gives the credentials to sign as it here.
    public Credentials credentials(String agentIdOrDid, Path pemFile) throws IOException {
        return Credentials.agent(agentIdOrDid, AgentKey.read(pemFile), registryId);
    }

    /// The channel that signs as whoever this client is; for stubs that have no method here.
    public Channel channel() {
        return channel;
    }

    /// The registry's id: the audience of every signature.
    public String registryId() {
        return registryId;
    }

    public AgentServiceBlockingStub agents() {
        return AgentServiceGrpc.newBlockingStub(channel);
    }

    public TenantServiceBlockingStub tenants() {
        return TenantServiceGrpc.newBlockingStub(channel);
    }

    public LedgerServiceBlockingStub ledger() {
        return LedgerServiceGrpc.newBlockingStub(channel);
    }

    public PaymentServiceBlockingStub payments() {
        return PaymentServiceGrpc.newBlockingStub(channel);
    }

    public ContractServiceBlockingStub contracts() {
        return ContractServiceGrpc.newBlockingStub(channel);
    }

    public DisputeServiceBlockingStub disputes() {
        return DisputeServiceGrpc.newBlockingStub(channel);
    }

    public TrustServiceBlockingStub trust() {
        return TrustServiceGrpc.newBlockingStub(channel);
    }

    public EventServiceBlockingStub events() {
        return EventServiceGrpc.newBlockingStub(channel);
    }

    public SessionServiceBlockingStub sessions() {
        return SessionServiceGrpc.newBlockingStub(channel);
    }

    /// Buys calls as whoever this client is.
    public PaidCalls paidCalls() {
        return new PaidCalls(channel);
    }

    /// Checks payments to whoever this client is, remembering the last 100,000 tokens.
    public PaymentVerifier paymentVerifier() {
        return new PaymentVerifier(channel, 100_000);
    }

    /// Closes the connection, and with it every client that [#as] made from it. Calls under way may finish for a
    /// moment.
    @Override
    public void close() {
        connection.shutdown();
        try {
            if (!connection.awaitTermination(3, TimeUnit.SECONDS)) {
                connection.shutdownNow();
            }
        } catch (InterruptedException e) {
            connection.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
