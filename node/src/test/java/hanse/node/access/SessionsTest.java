package hanse.node.access;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.access.v1.CloseSessionRequest;
import hanse.access.v1.OpenSessionRequest;
import hanse.access.v1.OpenSessionResponse;
import hanse.access.v1.SessionServiceGrpc;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.DeactivateAgentRequest;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.RotateKeyRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.PutOperatorRequest;
import hanse.operator.v1.RemoveOperatorRequest;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SessionsTest {
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
    void speaksForItsHolderUntilItExpires() {
        Party agent = registry.register();
        OpenSessionResponse session = opened(agent, 60);
        assertThat(session.getToken()).startsWith("hs_").hasSize(46);
        assertThat(read(agent, session).isOk()).isTrue();
        assertThat(change(agent, session).isOk()).isTrue();
        assertThat(change(agent, session).isOk()).isTrue();
        registry.clock.advance(Duration.ofSeconds(60));
        assertThat(read(agent, session).reason()).isEqualTo(Reason.SESSION_EXPIRED);
        assertThat(change(agent, session).reason()).isEqualTo(Reason.SESSION_EXPIRED);
    }

    @Test
    void keepsNoTokenInTheDatabase() {
        Party agent = registry.register();
        OpenSessionResponse session = opened(agent, 60);
        String stored = registry.database.read(tx -> tx.sql()
                .fetch("select s::text from session s union all select o::text from outcome o")
                .formatCSV());
        assertThat(stored).doesNotContain(session.getToken());
    }

    @Test
    void endsWithTheKeyThatOpenedIt() {
        Party agent = registry.register();
        OpenSessionResponse session = opened(agent, 900);
        assertThat(change(agent, session).isOk()).isTrue();
        rotate(agent);
        assertThat(change(agent, session).reason()).isIn(Reason.KEY_CHANGED, Reason.SESSION_EXPIRED);
        registry.clock.advance(Duration.ofSeconds(1));
        assertThat(change(agent, session).reason()).isEqualTo(Reason.SESSION_EXPIRED);
        assertThat(read(agent, session).reason()).isEqualTo(Reason.SESSION_EXPIRED);
    }

    @Test
    void closesAtOnceHereAndWithinASecondElsewhere() {
        Party agent = registry.register();
        OpenSessionResponse session = opened(agent, 900);
        try (GuardedRegistry other = registry.another()) {
            Party there = agent.over(other.channel());
            assertThat(read(there, session).isOk()).isTrue();
            assertThat(agent.bySession(
                                    session.getToken(),
                                    SessionServiceGrpc.getCloseSessionMethod(),
                                    CloseSessionRequest.getDefaultInstance())
                            .isOk())
                    .isTrue();
            assertThat(read(agent, session).reason()).isEqualTo(Reason.SESSION_EXPIRED);
            registry.clock.advance(Duration.ofSeconds(1));
            assertThat(read(there, session).reason()).isEqualTo(Reason.SESSION_EXPIRED);
        }
    }

    @Test
    void opensOnceForASignatureInAllProcesses() {
        Party agent = registry.register();
        OpenSessionRequest request = OpenSessionRequest.getDefaultInstance();
        Metadata headers = agent.signed(SessionServiceGrpc.getOpenSessionMethod(), request);
        assertThat(agent.send(SessionServiceGrpc.getOpenSessionMethod(), request, headers)
                        .isOk())
                .isTrue();
        try (GuardedRegistry other = registry.another()) {
            assertThat(agent.over(other.channel())
                            .send(SessionServiceGrpc.getOpenSessionMethod(), request, headers)
                            .reason())
                    .isEqualTo(Reason.SIGNATURE_REPLAYED);
        }
    }

    @Test
    void opensNothingForASessionAndClosesNothingForASignature() {
        Party agent = registry.register();
        OpenSessionResponse session = opened(agent, 900);
        assertThat(agent.bySession(
                                session.getToken(),
                                SessionServiceGrpc.getOpenSessionMethod(),
                                OpenSessionRequest.getDefaultInstance())
                        .reason())
                .isEqualTo(Reason.BAD_AUTHORIZATION);
        assertThat(agent.call(SessionServiceGrpc.getCloseSessionMethod(), CloseSessionRequest.getDefaultInstance())
                        .reason())
                .isEqualTo(Reason.BAD_AUTHORIZATION);
        assertThat(agent.bySession(
                                "hs_made-up",
                                AgentServiceGrpc.getListAgentsMethod(),
                                ListAgentsRequest.getDefaultInstance())
                        .reason())
                .isEqualTo(Reason.SESSION_EXPIRED);
    }

    @Test
    void speaksForAnOperatorToo() {
        Party operator = registry.operator();
        OpenSessionResponse session = opened(operator, 900);
        assertThat(read(operator, session).isOk()).isTrue();
    }

    @Test
    void changesNoKeyAndEndsNoAgent() {
        Party agent = registry.register();
        String token = opened(agent, 900).getToken();
        SigningKey next = SigningKey.generate();
        Reply<?> rotated = agent.bySession(
                token,
                AgentServiceGrpc.getRotateKeyMethod(),
                RotateKeyRequest.newBuilder()
                        .setAgentId(agent.name())
                        .setPublicKey(agent.with(next).publicKey())
                        .setProof(agent.rotationProof(next, 1))
                        .build());
        Reply<?> updated = agent.bySession(
                token,
                AgentServiceGrpc.getUpdateAgentMethod(),
                UpdateAgentRequest.newBuilder()
                        .setAgentId(agent.name())
                        .setPublicKey(agent.with(next).publicKey())
                        .setKeyProof(agent.rotationProof(next, 1))
                        .build());
        Reply<?> deactivated = agent.bySession(
                token,
                AgentServiceGrpc.getDeactivateAgentMethod(),
                DeactivateAgentRequest.newBuilder().setAgentId(agent.name()).build());
        String operators = opened(registry.operator(), 900).getToken();
        Reply<?> put = agent.bySession(
                operators,
                OperatorServiceGrpc.getPutOperatorMethod(),
                PutOperatorRequest.newBuilder()
                        .setName("mallory")
                        .setPublicKey(agent.with(next).publicKey())
                        .build());
        Reply<?> removed = agent.bySession(
                operators,
                OperatorServiceGrpc.getRemoveOperatorMethod(),
                RemoveOperatorRequest.newBuilder().setName("admin").build());
        assertThat(List.of(rotated, updated, deactivated, put, removed))
                .extracting(Reply::reason)
                .containsOnly(Reason.SIGNATURE_REQUIRED);
    }

    @Test
    void refusesALongerTimeThanFifteenMinutes() {
        Party agent = registry.register();
        Reply<?> reply = agent.call(
                SessionServiceGrpc.getOpenSessionMethod(),
                OpenSessionRequest.newBuilder()
                        .setTtl(com.google.protobuf.util.Durations.fromSeconds(901))
                        .build());
        assertThat(reply.reason()).isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(reply.violations()).containsExactly("ttl");
    }

    @Test
    void forgetsWhatHasExpired() {
        Party agent = registry.register();
        opened(agent, 60);
        registry.clock.advance(Duration.ofMinutes(20));
        registry.sessions.prune();
        assertThat(registry.<Integer>read("select count(*)::int from session")).isZero();
    }

    private static OpenSessionResponse opened(Party agent, long seconds) {
        return agent.call(
                        SessionServiceGrpc.getOpenSessionMethod(),
                        OpenSessionRequest.newBuilder()
                                .setTtl(com.google.protobuf.util.Durations.fromSeconds(seconds))
                                .build())
                .answer();
    }

    private static Reply<?> read(Party agent, OpenSessionResponse session) {
        return agent.bySession(
                session.getToken(), AgentServiceGrpc.getListAgentsMethod(), ListAgentsRequest.getDefaultInstance());
    }

    private static Reply<?> change(Party agent, OpenSessionResponse session) {
        return agent.bySession(
                session.getToken(),
                AgentServiceGrpc.getUpdateAgentMethod(),
                UpdateAgentRequest.newBuilder()
                        .setAgentId(agent.name())
                        .setDisplayName(UUID.randomUUID().toString())
                        .build());
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
