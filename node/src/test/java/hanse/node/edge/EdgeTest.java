package hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import hanse.agent.v1.Agent;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.GetAgentRequest;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.certs.LeafOrder;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.WatchRequest;
import hanse.event.v1.WatchResponse;
import hanse.node.call.Call;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.GuardedRegistry.Options;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import hanse.wire.Headers;
import hanse.wire.SignedText;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every call passes, and how every refusal is said.
class EdgeTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static GuardedRegistry registry;

    @BeforeAll
    static void open() {
        registry = new GuardedRegistry();
    }

    @AfterAll
    static void close() {
        registry.close();
    }

    @Test
    void refusesToStartWithAnRpcThatDeclaresNothing() {
        assertThatThrownBy(() ->
                        new GuardedRegistry(Options.standard().serving(new HealthStatusManager().getHealthService())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("grpc.health.v1.Health/Check declares no roles, tier, effect")
                .hasMessageContaining("grpc.health.v1.Health/Watch declares no roles, tier, effect");
    }

    @Test
    void refusesAnEnvelopeFromWhoIsNoBridge() {
        Party agent = registry.register();
        GetAgentRequest request = get(agent);
        Reply<?> direct =
                agent.send(AgentServiceGrpc.getGetAgentMethod(), request, envelope(agent, "GET", "/agents/x"));
        assertThat(direct.reason()).isEqualTo(Reason.ENVELOPE_REFUSED);
        Metadata address = agent.signed(AgentServiceGrpc.getGetAgentMethod(), request);
        address.merge(Party.headers(Headers.CLIENT_ADDRESS, "198.51.100.1"));
        assertThat(agent.send(AgentServiceGrpc.getGetAgentMethod(), request, address)
                        .reason())
                .isEqualTo(Reason.ENVELOPE_REFUSED);
        Party node = agent.over(registry.channel(LeafOrder.node("alpha.example", List.of("localhost"))));
        assertThat(node.send(AgentServiceGrpc.getGetAgentMethod(), request, envelope(agent, "GET", "/agents/x"))
                        .reason())
                .isEqualTo(Reason.ENVELOPE_REFUSED);
        Party foreign = agent.over(registry.channel(LeafOrder.bridge("beta.example")));
        assertThat(foreign.send(AgentServiceGrpc.getGetAgentMethod(), request, envelope(agent, "GET", "/agents/x"))
                        .reason())
                .isEqualTo(Reason.ENVELOPE_REFUSED);
    }

    @Test
    void acceptsAnEnvelopeFromABridgeInProcessAndByItsCertificate() {
        Party agent = registry.register();
        for (Party through : new Party[] {agent.over(registry.withinProcess()), agent.over(registry.bridge())}) {
            Metadata envelope = envelope(agent, "GET", "/agents?page_size=5");
            ListAgentsRequest translated =
                    ListAgentsRequest.newBuilder().setPageSize(5).build();
            assertThat(through.send(AgentServiceGrpc.getListAgentsMethod(), translated, envelope)
                            .isOk())
                    .isTrue();
            // Over REST the audience may be absent, but what was signed must be what came.
            Metadata tampered = envelope(agent, "GET", "/agents?page_size=6");
            Metadata.Key<String> path = Metadata.Key.of(Headers.HTTP_PATH, Metadata.ASCII_STRING_MARSHALLER);
            tampered.removeAll(path);
            tampered.put(path, "/agents?page_size=200");
            assertThat(through.send(AgentServiceGrpc.getListAgentsMethod(), translated, tampered)
                            .reason())
                    .isEqualTo(Reason.BAD_SIGNATURE);
            // Nor may a bridge pass it on as something else.
            for (String other : List.of("/agents/x", "/tenants", "/agents%2f", "/%zz", "")) {
                assertThat(through.send(
                                        AgentServiceGrpc.getListAgentsMethod(),
                                        translated,
                                        envelope(agent, "GET", other))
                                .reason())
                        .isEqualTo(Reason.ENVELOPE_REFUSED);
            }
            assertThat(through.send(
                                    AgentServiceGrpc.getListAgentsMethod(),
                                    translated,
                                    envelope(agent, "POST", "/agents"))
                            .reason())
                    .isEqualTo(Reason.ENVELOPE_REFUSED);
            for (String same : List.of("/agents/", "/%61gents", "/api/v1/agents?x=/y")) {
                assertThat(through.send(
                                        AgentServiceGrpc.getListAgentsMethod(),
                                        translated,
                                        envelope(agent, "HEAD", same))
                                .isOk())
                        .isTrue();
            }
        }
    }

    @Test
    void refusesAnOversizedRequest() {
        Party agent = registry.register();
        UpdateAgentRequest large = UpdateAgentRequest.newBuilder()
                .setAgentId(agent.name())
                .setDescription("x".repeat(1 << 20))
                .build();
        Reply<?> reply = agent.call(AgentServiceGrpc.getUpdateAgentMethod(), large);
        assertThat(reply.reason()).isEqualTo(Reason.BODY_TOO_LARGE);
        assertThat(reply.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        Reply<?> cut = agent.call(
                AgentServiceGrpc.getUpdateAgentMethod(),
                large.toBuilder().setDescription("x".repeat(2 << 20)).build());
        assertThat(cut.isOk()).isFalse();
        assertThat(cut.info()).as("the transport does not read on").isEmpty();
    }

    @Test
    void refusesARequestThatCannotBeRead() {
        MethodDescriptor<ByteString, Agent> raw = AgentServiceGrpc.getGetAgentMethod().toBuilder(
                        new MethodDescriptor.Marshaller<ByteString>() {
                            @Override
                            public InputStream stream(ByteString value) {
                                return new ByteArrayInputStream(value.toByteArray());
                            }

                            @Override
                            public ByteString parse(InputStream stream) {
                                throw new UnsupportedOperationException("requests are only sent");
                            }
                        },
                        AgentServiceGrpc.getGetAgentMethod().getResponseMarshaller())
                .build();
        Reply<?> reply =
                registry.operator().send(raw, ByteString.copyFrom(new byte[] {0x0a, 0x7f, 1, 2}), new Metadata());
        assertThat(reply.reason()).isEqualTo(Reason.MALFORMED_BODY);
        assertThat(reply.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void refusesWhatBreaksTheRulesAndNamesTheFields() {
        Party newcomer = new Party("", SigningKey.generate(), registry.clock, registry.channel());
        RegisterAgentRequest bad = newcomer.registration(GuardedRegistry.NAME)
                .setName("Not A Handle")
                .addCapabilities("fine")
                .addCapabilities("not fine")
                .build();
        Reply<?> reply = newcomer.unsigned(AgentServiceGrpc.getRegisterAgentMethod(), bad);
        assertThat(reply.reason()).isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(reply.violations()).containsExactlyInAnyOrder("name", "capabilities[1]");
    }

    @Test
    void saysThatAnUnknownMethodIsUnknown() {
        MethodDescriptor<GetAgentRequest, Agent> unknown = AgentServiceGrpc.getGetAgentMethod().toBuilder()
                .setFullMethodName("hanse.agent.v1.AgentService/NoSuchThing")
                .build();
        Reply<?> reply = registry.operator().unsigned(unknown, GetAgentRequest.getDefaultInstance());
        assertThat(reply.reason()).isEqualTo(Reason.UNKNOWN_METHOD);
        assertThat(reply.status().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void carriesTheCallersTraceIntoTheRefusal() {
        Metadata headers = Party.headers(Headers.TRACEPARENT, "00-" + TRACE + "-b7ad6b7169203331-01");
        Reply<?> reply = registry.operator()
                .send(AgentServiceGrpc.getListAgentsMethod(), ListAgentsRequest.getDefaultInstance(), headers);
        assertThat(reply.info().orElseThrow().getDomain()).isEqualTo("hanse");
        assertThat(reply.info().orElseThrow().getMetadataOrThrow("trace_id")).isEqualTo(TRACE);
    }

    @Test
    void answersAFaultWithInternalAndNotAWordMore() {
        var faulty = new AgentServiceGrpc.AgentServiceImplBase() {
            @Override
            public void getAgent(GetAgentRequest request, StreamObserver<Agent> observer) {
                throw new IllegalStateException("the password is swordfish");
            }
        };
        try (GuardedRegistry broken = new GuardedRegistry(Options.standard().serving(faulty))) {
            Reply<?> reply = broken.operator()
                    .unsigned(
                            AgentServiceGrpc.getGetAgentMethod(),
                            GetAgentRequest.newBuilder().setAgentId("x").build());
            assertThat(reply.reason()).isEqualTo(Reason.INTERNAL);
            assertThat(reply.status().getDescription()).isEqualTo("Tell the operator.");
            assertThat(reply.headers().toString()).doesNotContain("swordfish");
            // What the service does not implement is not served.
            assertThat(broken.operator()
                            .unsigned(
                                    AgentServiceGrpc.getGetReputationMethod(),
                                    hanse.agent.v1.GetReputationRequest.newBuilder()
                                            .setAgentId("x")
                                            .build())
                            .reason())
                    .isEqualTo(Reason.UNKNOWN_METHOD);
        }
    }

    @Test
    void endsACallThatTakesTooLong() {
        CompletableFuture<Call> arrived = new CompletableFuture<>();
        var slow = new AgentServiceGrpc.AgentServiceImplBase() {
            @Override
            public void getAgent(GetAgentRequest request, StreamObserver<Agent> observer) {
                arrived.complete(Call.current());
            }
        };
        EdgeLimits impatient = new EdgeLimits(1 << 20, Duration.ofMillis(200), 10);
        try (GuardedRegistry registry =
                new GuardedRegistry(Options.standard().serving(slow).limits(impatient))) {
            Reply<?> reply = registry.operator()
                    .unsigned(
                            AgentServiceGrpc.getGetAgentMethod(),
                            GetAgentRequest.newBuilder().setAgentId("x").build());
            assertThat(reply.reason()).isEqualTo(Reason.DEADLINE_EXCEEDED);
            assertThat(arrived).isCompleted();
        }
    }

    @Test
    @Timeout(30)
    void endsAStreamWhoseRequestDoesNotCome() throws Exception {
        CompletableFuture<StreamObserver<WatchResponse>> arrived = new CompletableFuture<>();
        var silent = new EventServiceGrpc.EventServiceImplBase() {
            @Override
            public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
                arrived.complete(observer);
            }
        };
        EdgeLimits impatient = new EdgeLimits(1 << 20, Duration.ofMillis(200), 10);
        try (GuardedRegistry registry =
                new GuardedRegistry(Options.standard().serving(silent).limits(impatient))) {
            Party operator = registry.operator();
            CompletableFuture<Reply<WatchResponse>> complete = CompletableFuture.supplyAsync(
                    () -> operator.call(EventServiceGrpc.getWatchMethod(), WatchRequest.getDefaultInstance()));
            StreamObserver<WatchResponse> answer = arrived.get();

            // A client that knows of one message sends its headers together with that.
            MethodDescriptor<WatchRequest, WatchResponse> unfinished = EventServiceGrpc.getWatchMethod().toBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .build();
            CompletableFuture<Status> closed = new CompletableFuture<>();
            ClientCall<WatchRequest, WatchResponse> incomplete =
                    operator.channel().newCall(unfinished, CallOptions.DEFAULT);
            incomplete.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            closed.complete(status);
                        }
                    },
                    new Metadata());
            assertThat(closed.get().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            // The other stream is older and goes on.
            answer.onCompleted();
            assertThat(complete.get().status().isOk()).isTrue();
        }
    }

    @Test
    void turnsAwayWhoMustBeLookedForWhenThereIsNoRoom() {
        EdgeLimits none = new EdgeLimits(1 << 20, Duration.ofSeconds(30), 0);
        try (GuardedRegistry full = new GuardedRegistry(Options.standard().limits(none))) {
            Party operator = full.operator();
            Reply<?> reply =
                    operator.call(AgentServiceGrpc.getListAgentsMethod(), ListAgentsRequest.getDefaultInstance());
            assertThat(reply.reason()).isEqualTo(Reason.OVERLOADED);
            assertThat(reply.retry()).isPresent();
        }
        EdgeLimits one = new EdgeLimits(1 << 20, Duration.ofSeconds(30), 1);
        try (GuardedRegistry narrow = new GuardedRegistry(Options.standard().limits(one))) {
            for (int i = 0; i < 3; i++) {
                Party stranger = narrow.operator().named(UUID.randomUUID().toString());
                assertThat(stranger.call(AgentServiceGrpc.getListAgentsMethod(), ListAgentsRequest.getDefaultInstance())
                                .reason())
                        .isEqualTo(Reason.UNKNOWN_CALLER);
            }
        }
    }

    @Test
    void everyReasonTravelsWithItsCodesAndAnAdvice() {
        for (Reason reason : Reason.values()) {
            if (reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED) {
                assertThat(Errors.wire(reason).getGrpc()).as(reason.name()).isBetween(1, 16);
                assertThat(Errors.wire(reason).getHttp()).as(reason.name()).isBetween(400, 599);
                assertThat(Errors.wire(reason).getAdvice()).as(reason.name()).isNotBlank();
            }
        }
    }

    private static Metadata envelope(Party agent, String method, String path) {
        byte[] body = SignedText.sha256("".getBytes(StandardCharsets.UTF_8));
        Metadata headers = agent.signed(method, path, body, registry.clock.instant(), Optional.empty());
        headers.merge(Party.headers(
                Headers.HTTP_METHOD,
                method,
                Headers.HTTP_PATH,
                path,
                Headers.HTTP_BODY_SHA256,
                HexFormat.of().formatHex(body),
                Headers.CLIENT_ADDRESS,
                "198.51.100.7"));
        return headers;
    }

    private static GetAgentRequest get(Party agent) {
        return GetAgentRequest.newBuilder().setAgentId(agent.name()).build();
    }
}
