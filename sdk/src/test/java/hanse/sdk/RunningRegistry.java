package hanse.sdk;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import hanse.access.v1.CloseSessionRequest;
import hanse.access.v1.CloseSessionResponse;
import hanse.access.v1.OpenSessionRequest;
import hanse.access.v1.OpenSessionResponse;
import hanse.access.v1.SessionServiceGrpc;
import hanse.agent.v1.Agent;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.agent.v1.RotateKeyRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.error.v1.Reason;
import hanse.event.v1.EventServiceGrpc;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.ReleaseRequest;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.payment.v1.WaiveRequest;
import hanse.wire.Headers;
import hanse.wire.SignedText;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The far side of the wire: a TLS server on a real socket that checks each signature over the bytes as they arrived,
/// and keeps just enough of agents, sessions and payments for a client to be tested against. It shares no code with the
/// SDK but the definition of the signed text.
final class RunningRegistry implements AutoCloseable {
    static final String ID = "alpha.example";

    final Path caFile;
    final List<String> refusals = new CopyOnWriteArrayList<>();
    final Set<String> liveSessions = new HashSet<>();
    final AtomicInteger sessionsOpened = new AtomicInteger();
    final AtomicInteger bearerCalls = new AtomicInteger();
    final AtomicInteger signedCalls = new AtomicInteger();
    /// How many of the next payment answers get lost after the work is done.
    final AtomicInteger answersToLose = new AtomicInteger();

    final AtomicInteger verifications = new AtomicInteger();
    private final Map<String, byte[]> keys = new HashMap<>();
    private final Set<String> signaturesSeen = new HashSet<>();
    private final Map<String, Held> payments = new HashMap<>();
    private final Server server;

    static final class Held {
        final String id = UUID.randomUUID().toString();
        final String token;
        final AuthorizeRequest request;
        Payment.State state = Payment.State.AUTHORIZED;
        String consumedBy = "";

        Held(String token, AuthorizeRequest request) {
            this.token = token;
            this.request = request;
        }
    }

    RunningRegistry(Path directory) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=" + ID);
        Instant now = Instant.now();
        var certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        name,
                        pair.getPublic())
                .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                    new GeneralName(GeneralName.dNSName, "localhost"),
                    new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                }))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
        caFile = pem(directory.resolve("ca.crt"), certificate);
        Path keyFile = pem(
                directory.resolve("node.key"),
                new org.bouncycastle.openssl.jcajce.JcaPKCS8Generator(pair.getPrivate(), null));
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .useTransportSecurity(caFile.toFile(), keyFile.toFile())
                .addService(checked(new Agents().bindService()))
                .addService(checked(new Ledger().bindService()))
                .addService(checked(new Payments().bindService()))
                .addService(checked(new Sessions().bindService()))
                .addService(checked(new Events().bindService()))
                .build()
                .start();
    }

    HanseClient client() throws IOException {
        return HanseClient.connect("127.0.0.1:" + server.getPort(), caFile, ID);
    }

    /// A caller whose key is known.
    synchronized Credentials known(String subject) {
        AgentKey key = AgentKey.generate();
        keys.put(subject, key.publicKey());
        return new Credentials(subject, key, ID);
    }

    synchronized Held payment(String id) {
        return payments.values().stream()
                .filter(held -> held.id.equals(id))
                .findFirst()
                .orElseThrow(() -> refusal(Reason.UNKNOWN_PAYMENT));
    }

    String tokenOf(String requestId) {
        return "apt_"
                + java.util.HexFormat.of()
                        .formatHex(SignedText.sha256(requestId.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    private static Path pem(Path file, Object thing) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(thing);
        }
        return Files.writeString(file, text.toString());
    }

    static StatusRuntimeException refusal(Reason reason) {
        int code = reason.getValueDescriptor()
                .getOptions()
                .getExtension(hanse.error.v1.ReasonOuterClass.wire)
                .getGrpc();
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code)
                .setMessage("advice")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason.name())
                        .setDomain("hanse")
                        .build()))
                .build());
    }

    /// Sees each message as bytes, checks who sent it, and hands it on.
    private ServerServiceDefinition checked(ServerServiceDefinition service) {
        return ServerInterceptors.intercept(
                ServerInterceptors.useMarshalledMessages(service, new ByteMarshaller()), new ServerInterceptor() {
                    @Override
                    public <Q, R> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
                                next.startCall(call, headers)) {
                            private boolean refused;

                            @Override
                            public void onMessage(Q message) {
                                String problem = problem(
                                        headers, call.getMethodDescriptor().getFullMethodName(), (byte[])
                                                (Object) message);
                                if (problem.isEmpty()) {
                                    super.onMessage(message);
                                } else {
                                    refused = true;
                                    refusals.add(problem);
                                    StatusRuntimeException refusal = refusal(Reason.valueOf(problem));
                                    call.close(refusal.getStatus(), refusal.getTrailers());
                                }
                            }

                            @Override
                            public void onHalfClose() {
                                if (!refused) {
                                    super.onHalfClose();
                                }
                            }
                        };
                    }
                });
    }

    private synchronized String problem(Metadata headers, String method, byte[] body) {
        String authorization = header(headers, Headers.AUTHORIZATION);
        if (authorization == null) {
            return method.endsWith("/RegisterAgent") ? "" : Reason.UNAUTHENTICATED.name();
        }
        if (authorization.startsWith("Bearer ")) {
            bearerCalls.incrementAndGet();
            return liveSessions.contains(authorization.substring(7)) ? "" : Reason.SESSION_EXPIRED.name();
        }
        signedCalls.incrementAndGet();
        int colon = authorization.lastIndexOf(':');
        byte[] key = keys.get(authorization.substring("AgentSig ".length(), colon));
        byte[] signature = Base64.getDecoder().decode(authorization.substring(colon + 1));
        if (!ID.equals(header(headers, Headers.AUDIENCE))) {
            return Reason.WRONG_AUDIENCE.name();
        }
        byte[] text = SignedText.request(
                header(headers, Headers.TIMESTAMP),
                "POST",
                "/" + method,
                SignedText.sha256(body),
                header(headers, Headers.NONCE),
                header(headers, Headers.AUDIENCE));
        if (key == null || !AgentKey.verifies(key, text, signature)) {
            return Reason.BAD_SIGNATURE.name();
        }
        return signaturesSeen.add(authorization) ? "" : Reason.SIGNATURE_REPLAYED.name();
    }

    private static String header(Metadata headers, String name) {
        return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    private static final class ByteMarshaller implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private <T extends Message> void answer(StreamObserver<T> observer, T message) {
        if (answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            observer.onError(refusal(Reason.UNAVAILABLE));
            return;
        }
        observer.onNext(message);
        observer.onCompleted();
    }

    private final class Agents extends AgentServiceGrpc.AgentServiceImplBase {
        @Override
        public void registerAgent(RegisterAgentRequest request, StreamObserver<RegisterAgentResponse> observer) {
            byte[] key = Base64.getDecoder().decode(request.getPublicKey());
            byte[] text = SignedText.registration(ID, request.getPublicKey(), request.getTimestamp());
            if (!AgentKey.verifies(key, text, Base64.getDecoder().decode(request.getProof()))) {
                observer.onError(refusal(Reason.BAD_PROOF));
                return;
            }
            String id = UUID.randomUUID().toString();
            synchronized (RunningRegistry.this) {
                keys.put(id, key);
            }
            answer(observer, RegisterAgentResponse.newBuilder().setAgentId(id).build());
        }

        @Override
        public void rotateKey(RotateKeyRequest request, StreamObserver<Agent> observer) {
            answer(observer, Agent.getDefaultInstance());
        }

        @Override
        public void updateAgent(UpdateAgentRequest request, StreamObserver<Agent> observer) {
            answer(observer, Agent.getDefaultInstance());
        }
    }

    private final class Ledger extends LedgerServiceGrpc.LedgerServiceImplBase {
        @Override
        public void transfer(TransferRequest request, StreamObserver<TransferResponse> observer) {
            if (request.getAmount().equals("1000000")) {
                observer.onError(refusal(Reason.INSUFFICIENT_FUNDS));
                return;
            }
            answer(
                    observer,
                    TransferResponse.newBuilder().setAmount(request.getAmount()).build());
        }
    }

    private final class Events extends EventServiceGrpc.EventServiceImplBase {
        @Override
        public void watch(hanse.event.v1.WatchRequest request, StreamObserver<hanse.event.v1.WatchResponse> observer) {
            observer.onNext(hanse.event.v1.WatchResponse.getDefaultInstance());
            observer.onNext(hanse.event.v1.WatchResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }

    private final class Sessions extends SessionServiceGrpc.SessionServiceImplBase {
        @Override
        public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionResponse> observer) {
            String token = "session-" + sessionsOpened.incrementAndGet();
            synchronized (RunningRegistry.this) {
                liveSessions.add(token);
            }
            answer(
                    observer,
                    OpenSessionResponse.newBuilder()
                            .setToken(token)
                            .setExpiresAt(Timestamp.newBuilder()
                                    .setSeconds(Instant.now().getEpochSecond()
                                            + request.getTtl().getSeconds()))
                            .build());
        }

        @Override
        public void closeSession(CloseSessionRequest request, StreamObserver<CloseSessionResponse> observer) {
            synchronized (RunningRegistry.this) {
                liveSessions.clear();
            }
            answer(observer, CloseSessionResponse.getDefaultInstance());
        }
    }

    private final class Payments extends PaymentServiceGrpc.PaymentServiceImplBase {
        @Override
        public void authorize(AuthorizeRequest request, StreamObserver<AuthorizeResponse> observer) {
            Held held;
            synchronized (RunningRegistry.this) {
                String token = tokenOf(request.getRequestId());
                held = payments.computeIfAbsent(token, absent -> new Held(absent, request));
            }
            answer(
                    observer,
                    AuthorizeResponse.newBuilder()
                            .setPaymentToken(held.token)
                            .setPaymentId(held.id)
                            .setAmount(request.getAmount())
                            .setIssuer(ID)
                            .build());
        }

        @Override
        public void verify(VerifyRequest request, StreamObserver<VerifyResponse> observer) {
            verifications.incrementAndGet();
            VerifyResponse.Builder response = VerifyResponse.newBuilder();
            synchronized (RunningRegistry.this) {
                Held held = payments.get(request.getPaymentToken());
                if (held == null || held.state == Payment.State.RELEASED) {
                    response.setReason(held == null ? "UNKNOWN_TOKEN" : "TOKEN_RELEASED");
                } else {
                    if (held.state == Payment.State.AUTHORIZED) {
                        held.state = Payment.State.CONSUMED;
                        held.consumedBy = request.getRequestId();
                    }
                    response.setValid(true)
                            .setFirstUse(held.consumedBy.equals(request.getRequestId()))
                            .setPaymentId(held.id)
                            .setAmount(held.request.getAmount())
                            .setResource(held.request.getResource());
                }
            }
            answer(observer, response.build());
        }

        @Override
        public void settle(SettleRequest request, StreamObserver<Payment> observer) {
            move(
                    request.getPaymentId(),
                    Payment.State.CONSUMED,
                    Payment.State.SETTLED,
                    Reason.PAYMENT_NOT_CONSUMED,
                    observer);
        }

        @Override
        public void release(ReleaseRequest request, StreamObserver<Payment> observer) {
            move(
                    request.getPaymentId(),
                    Payment.State.AUTHORIZED,
                    Payment.State.RELEASED,
                    Reason.ALREADY_CONSUMED,
                    observer);
        }

        @Override
        public void waive(WaiveRequest request, StreamObserver<Payment> observer) {
            move(
                    request.getPaymentId(),
                    Payment.State.CONSUMED,
                    Payment.State.RELEASED,
                    Reason.PAYMENT_NOT_CONSUMED,
                    observer);
        }

        private void move(
                String id, Payment.State from, Payment.State to, Reason otherwise, StreamObserver<Payment> observer) {
            Held held = payment(id);
            synchronized (RunningRegistry.this) {
                if (held.state != from && held.state != to) {
                    observer.onError(refusal(otherwise));
                    return;
                }
                held.state = to;
            }
            answer(observer, Payment.newBuilder().setPaymentId(id).setState(to).build());
        }
    }
}
