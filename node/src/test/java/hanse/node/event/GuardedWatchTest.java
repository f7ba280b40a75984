package hanse.node.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import hanse.access.v1.CloseSessionRequest;
import hanse.access.v1.OpenSessionRequest;
import hanse.access.v1.SessionServiceGrpc;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.DeactivateAgentRequest;
import hanse.agent.v1.RotateKeyRequest;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.event.v1.Event;
import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.WatchRequest;
import hanse.node.event.WatchedNode.Watch;
import hanse.node.ledger.EntryKind;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.PutOperatorRequest;
import hanse.operator.v1.RemoveOperatorRequest;
import hanse.operator.v1.SuspendAgentRequest;
import hanse.wire.Headers;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Watches behind the edge: each lasts as long as what admitted it.
@Timeout(60)
final class GuardedWatchTest {
    private static final WatchRequest ALL = WatchRequest.getDefaultInstance();
    private static final Duration LAG = Duration.ofSeconds(1);

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
    void endsWhenTheKeyIsReplaced() {
        Party agent = registry.register();
        try (Watch watch = signed(agent, ALL)) {
            rotate(agent);
            registry.clock.advance(LAG);
            assertThat(endAtTheNextEvent(watch, agent)).isEqualTo(Reason.KEY_CHANGED);
        }
    }

    @Test
    void endsAlsoWhenNothingIsToBeSent() {
        Party agent = registry.register();
        try (Watch watch =
                signed(agent, WatchRequest.newBuilder().addTypes("TokensIssued").build())) {
            rotate(agent);
            registry.clock.advance(LAG);
            assertThat(end(watch)).isEqualTo(Reason.KEY_CHANGED);
        }
    }

    @Test
    void endsWhenTheAgentIsSuspended() {
        Party agent = registry.register();
        try (Watch watch = signed(agent, ALL)) {
            registry.operator()
                    .call(
                            OperatorServiceGrpc.getSuspendAgentMethod(),
                            SuspendAgentRequest.newBuilder()
                                    .setAgentId(agent.name())
                                    .build())
                    .answer();
            registry.clock.advance(LAG);
            assertThat(endAtTheNextEvent(watch, agent)).isEqualTo(Reason.CALLER_SUSPENDED);
        }
    }

    @Test
    void endsWhenTheAgentIsClosed() {
        Party agent = registry.register();
        try (Watch watch = signed(agent, ALL)) {
            agent.call(
                            AgentServiceGrpc.getDeactivateAgentMethod(),
                            DeactivateAgentRequest.newBuilder()
                                    .setAgentId(agent.name())
                                    .build())
                    .answer();
            registry.clock.advance(LAG);
            assertThat(endAtTheNextEvent(watch, agent)).isEqualTo(Reason.CALLER_DEACTIVATED);
        }
    }

    @Test
    void endsWhenTheSessionIsClosed() {
        Party agent = registry.register();
        String token = session(agent);
        try (Watch watch = watch(agent, Party.headers(Headers.AUTHORIZATION, "Bearer " + token), ALL)) {
            agent.bySession(token, SessionServiceGrpc.getCloseSessionMethod(), CloseSessionRequest.getDefaultInstance())
                    .answer();
            assertThat(endAtTheNextEvent(watch, agent)).isEqualTo(Reason.SESSION_EXPIRED);
        }
    }

    @Test
    void endsWithTheSessionsTime() {
        Party agent = registry.register();
        String token = session(agent);
        try (Watch watch = watch(agent, Party.headers(Headers.AUTHORIZATION, "Bearer " + token), ALL)) {
            happen(agent);
            watch.awaitEvents(1);
            registry.clock.advance(Duration.ofSeconds(60));
            happen(agent);
            assertThat(end(watch)).isEqualTo(Reason.SESSION_EXPIRED);
            assertThat(watch.events()).hasSize(1);
        }
    }

    @Test
    void endsWhenTheOperatorIsRemoved() {
        Party admin = registry.operator();
        Party second = new Party("operator:second", SigningKey.generate(), registry.clock, registry.channel());
        admin.call(
                        OperatorServiceGrpc.getPutOperatorMethod(),
                        PutOperatorRequest.newBuilder()
                                .setName("second")
                                .setPublicKey(second.publicKey())
                                .build())
                .answer();
        try (Watch watch = signed(second, ALL)) {
            admin.call(
                            OperatorServiceGrpc.getRemoveOperatorMethod(),
                            RemoveOperatorRequest.newBuilder().setName("second").build())
                    .answer();
            registry.clock.advance(LAG);
            assertThat(endAtTheNextEvent(watch, registry.register())).isEqualTo(Reason.UNKNOWN_CALLER);
        }
    }

    @Test
    void goesOnFromAPositionInThousandsOfLanes() {
        TreeMap<Integer, Long> untouched = new TreeMap<>();
        IntStream.rangeClosed(1, 4_000).forEach(lane -> untouched.put(lane, 0L));
        String position = new WatchPosition(untouched).encode(GuardedRegistry.NAME);
        assertThat(position).hasSizeBetween(10_000, 16_384);
        Party agent = registry.register();
        try (Watch watch =
                signed(agent, WatchRequest.newBuilder().setPosition(position).build())) {
            watch.awaitEvents(1);
            assertThat(watch.events()).extracting(Event::getType).containsExactly("AgentRegistered");
        }
    }

    /// Something happens to the agent that the watch must not show.
    private static Reason endAtTheNextEvent(Watch watch, Party agent) {
        happen(agent);
        Reason why = end(watch);
        assertThat(watch.events()).extracting(Event::getType).doesNotContain(EntryKind.AGENT_UPDATED.event());
        return why;
    }

    private static void happen(Party agent) {
        registry.database.write(tx -> registry.ledger.record(
                tx, EntryKind.AGENT_UPDATED, registry.id(agent).value(), ""));
    }

    private static Reason end(Watch watch) {
        await().until(() -> watch.failure().isPresent());
        Throwable failure = watch.failure().orElseThrow();
        Metadata trailers = Status.trailersFromThrowable(failure);
        return new Reply<>(
                        Optional.empty(), Status.fromThrowable(failure), trailers == null ? new Metadata() : trailers)
                .reason();
    }

    private static Watch signed(Party as, WatchRequest request) {
        return watch(as, as.signed(EventServiceGrpc.getWatchMethod(), request), request);
    }

    private static Watch watch(Party as, Metadata headers, WatchRequest request) {
        Watch watch = new Watch(true);
        EventServiceGrpc.newStub(as.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .watch(request, watch);
        watch.awaitStart();
        return watch;
    }

    private static String session(Party agent) {
        return agent.call(
                        SessionServiceGrpc.getOpenSessionMethod(),
                        OpenSessionRequest.newBuilder()
                                .setTtl(Durations.fromSeconds(60))
                                .build())
                .answer()
                .getToken();
    }

    private static void rotate(Party agent) {
        SigningKey next = SigningKey.generate();
        agent.call(
                        AgentServiceGrpc.getRotateKeyMethod(),
                        RotateKeyRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setPublicKey(Base64.getEncoder().encodeToString(next.publicKey()))
                                .setProof(agent.rotationProof(next, 1))
                                .build())
                .answer();
    }
}
