package hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.DeactivateAgentRequest;
import hanse.agent.v1.GetAgentRequest;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.RotateKeyRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import hanse.operator.v1.ListOperatorsRequest;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.SuspendAgentRequest;
import hanse.wire.Headers;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Who is calling, over a real socket.
class AuthenticationTest {
    private static final ListAgentsRequest READ = ListAgentsRequest.getDefaultInstance();
    private static final Optional<String> HERE = Optional.of(GuardedRegistry.NAME.value());
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
    void admitsAnAgentByItsUuidAndByItsDid() {
        Party agent = registry.register();
        assertThat(read(agent).isOk()).isTrue();
        assertThat(read(agent.named("did:theprotocol:alpha.example:" + agent.name()))
                        .isOk())
                .isTrue();
    }

    @Test
    void refusesACallerWithoutASignature() {
        Reply<?> reply = registry.register().unsigned(AgentServiceGrpc.getListAgentsMethod(), READ);
        assertThat(reply.reason()).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(reply.status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void refusesAnUnknownAgent() {
        Party stranger = registry.register().named(UUID.randomUUID().toString());
        assertThat(read(stranger).reason()).isEqualTo(Reason.UNKNOWN_CALLER);
        Party foreigner = stranger.named("did:theprotocol:beta.example:" + UUID.randomUUID());
        assertThat(read(foreigner).reason()).isEqualTo(Reason.UNKNOWN_CALLER);
        Party nobody = stranger.named("operator:nobody");
        assertThat(read(nobody).reason()).isEqualTo(Reason.UNKNOWN_CALLER);
    }

    @Test
    void refusesASignatureByAnotherKeyOrOverAnotherMessage() {
        Party agent = registry.register();
        assertThat(read(agent.with(SigningKey.generate())).reason()).isEqualTo(Reason.BAD_SIGNATURE);
        Metadata forAnother = agent.signed(
                AgentServiceGrpc.getListAgentsMethod(),
                ListAgentsRequest.newBuilder().setPageSize(7).build());
        assertThat(agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, forAnother)
                        .reason())
                .isEqualTo(Reason.BAD_SIGNATURE);
        Metadata forAnotherRpc =
                agent.signed(AgentServiceGrpc.getGetAgentMethod(), GetAgentRequest.getDefaultInstance());
        assertThat(agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, forAnotherRpc)
                        .reason())
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void acceptsATimestampFromThirtySecondsAgoToFiveAhead() {
        Party agent = registry.register();
        assertThat(readAt(agent, Duration.ofSeconds(-30)).isOk()).isTrue();
        assertThat(readAt(agent, Duration.ofSeconds(5)).isOk()).isTrue();
        assertThat(readAt(agent, Duration.ofMillis(-30_001)).reason()).isEqualTo(Reason.SIGNATURE_STALE);
        assertThat(readAt(agent, Duration.ofMillis(5_001)).reason()).isEqualTo(Reason.SIGNATURE_FROM_FUTURE);
    }

    @Test
    void refusesAnotherRegistrysAudienceAndNone() {
        Party agent = registry.register();
        assertThat(readFor(agent, Optional.of("beta.example")).reason()).isEqualTo(Reason.WRONG_AUDIENCE);
        assertThat(readFor(agent, Optional.empty()).reason()).isEqualTo(Reason.WRONG_AUDIENCE);
    }

    @Test
    void refusesAnUnreadableHeader() {
        Party agent = registry.register();
        String signature = Base64.getEncoder().encodeToString(new byte[SigningKey.SIGNATURE_SIZE]);
        for (String header : new String[] {
            "AgentSig",
            "AgentSig x",
            "AgentSig " + agent.name() + ":!!",
            "AgentSig not-a-uuid:AAAA",
            "Basic YTpi",
            "AgentSig operator::" + signature,
            "AgentSig operator:" + "x".repeat(8_000) + ":" + signature
        }) {
            Metadata headers = Party.headers(
                    Headers.AUTHORIZATION,
                    header,
                    Headers.TIMESTAMP,
                    registry.clock.instant().toString(),
                    Headers.AUDIENCE,
                    "alpha.example");
            assertThat(agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, headers)
                            .reason())
                    .as(header)
                    .isEqualTo(Reason.BAD_AUTHORIZATION);
        }
        Metadata noTime = agent.signed(AgentServiceGrpc.getListAgentsMethod(), READ);
        noTime.removeAll(Metadata.Key.of(Headers.TIMESTAMP, Metadata.ASCII_STRING_MARSHALLER));
        assertThat(agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, noTime)
                        .reason())
                .isEqualTo(Reason.BAD_AUTHORIZATION);
    }

    @Test
    void acceptsTheSignatureOfAReadOnce() {
        Party agent = registry.register();
        Metadata headers = agent.signed(AgentServiceGrpc.getListAgentsMethod(), READ);
        assertThat(agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, headers)
                        .isOk())
                .isTrue();
        assertThat(agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, headers)
                        .reason())
                .isEqualTo(Reason.SIGNATURE_REPLAYED);
    }

    @Test
    void acceptsTheSignatureOfAChangeOnceInAllProcesses() {
        Party agent = registry.register();
        UpdateAgentRequest change = rename(agent, "Once");
        Metadata headers = agent.signed(AgentServiceGrpc.getUpdateAgentMethod(), change);
        assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), change, headers)
                        .isOk())
                .isTrue();
        assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), change, headers)
                        .reason())
                .isEqualTo(Reason.SIGNATURE_REPLAYED);
        try (GuardedRegistry other = registry.another()) {
            Party there = agent.over(other.channel());
            assertThat(there.send(AgentServiceGrpc.getUpdateAgentMethod(), change, headers)
                            .reason())
                    .isEqualTo(Reason.SIGNATURE_REPLAYED);
        }
    }

    @Test
    void answersARepeatedRequestIdWithTheFirstOutcomeAndSaysSo() {
        Party agent = registry.register();
        UpdateAgentRequest change =
                rename(agent, "First").toBuilder().setRequestId("r1").build();
        Reply<?> first = agent.call(AgentServiceGrpc.getUpdateAgentMethod(), change);
        Reply<?> again = agent.call(AgentServiceGrpc.getUpdateAgentMethod(), change);
        assertThat(again.answer()).isEqualTo(first.answer());
        assertThat(first.header(Headers.IDEMPOTENT_REPLAYED)).isEmpty();
        assertThat(again.header(Headers.IDEMPOTENT_REPLAYED)).contains("true");
        Reply<?> other = agent.call(
                AgentServiceGrpc.getUpdateAgentMethod(),
                rename(agent, "Second").toBuilder().setRequestId("r1").build());
        assertThat(other.reason()).isEqualTo(Reason.REQUEST_ID_REUSED);
    }

    @Test
    void givesNoAnswerToWhoSendsAnOverheardRequestWithItsId() {
        Party agent = registry.register();
        UpdateAgentRequest change =
                rename(agent, "Mine").toBuilder().setRequestId("r2").build();
        Metadata first = agent.signed(AgentServiceGrpc.getUpdateAgentMethod(), change);
        Metadata second = agent.signed(AgentServiceGrpc.getUpdateAgentMethod(), change);
        for (Metadata headers : List.of(first, second)) {
            assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), change, headers)
                            .isOk())
                    .isTrue();
            assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), change, headers)
                            .reason())
                    .isEqualTo(Reason.SIGNATURE_REPLAYED);
        }
    }

    @Test
    void takesTheRequestIdFromTheIdempotencyKeyHeader() {
        Party agent = registry.register();
        UpdateAgentRequest change = rename(agent, "Keyed");
        Metadata first = agent.signed(AgentServiceGrpc.getUpdateAgentMethod(), change);
        first.merge(Party.headers(Headers.IDEMPOTENCY_KEY, "k1"));
        assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), change, first)
                        .isOk())
                .isTrue();
        Metadata again = agent.signed(AgentServiceGrpc.getUpdateAgentMethod(), change);
        again.merge(Party.headers(Headers.IDEMPOTENCY_KEY, "k1"));
        assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), change, again)
                        .header(Headers.IDEMPOTENT_REPLAYED))
                .contains("true");
        // The header is not signed: the same signature under another key is a replay all the same.
        Metadata overheard = new Metadata();
        overheard.merge(first);
        overheard.removeAll(Metadata.Key.of(Headers.IDEMPOTENCY_KEY, Metadata.ASCII_STRING_MARSHALLER));
        overheard.merge(Party.headers(Headers.IDEMPOTENCY_KEY, "k2"));
        assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), change, overheard)
                        .reason())
                .isEqualTo(Reason.SIGNATURE_REPLAYED);
    }

    @Test
    void endsAnOldKeyAtOnceInEveryProcess() {
        Party before = registry.register();
        try (GuardedRegistry other = registry.another()) {
            // Both processes know the old key.
            assertThat(change(before).isOk()).isTrue();
            assertThat(change(before.over(other.channel())).isOk()).isTrue();

            Party after = rotated(before);

            assertThat(change(before).reason()).isIn(Reason.KEY_CHANGED, Reason.BAD_SIGNATURE);
            assertThat(change(before.over(other.channel())).reason()).isEqualTo(Reason.KEY_CHANGED);
            await("the other process forgets the old key")
                    .until(() -> change(before.over(other.channel())).reason() == Reason.BAD_SIGNATURE);
            assertThat(change(after).isOk()).isTrue();
            assertThat(change(after.over(other.channel())).isOk()).isTrue();
        }
    }

    @Test
    void letsReadsByAnOldKeyLagOneSecondAtMost() {
        Party before = registry.register();
        try (GuardedRegistry other = registry.another()) {
            Party there = before.over(other.channel());
            assertThat(read(there).isOk()).isTrue();
            Party after = rotated(before);
            assertThat(read(after.over(other.channel())).isOk()).isTrue();
            registry.clock.advance(Duration.ofSeconds(1));
            assertThat(read(there).reason()).isEqualTo(Reason.BAD_SIGNATURE);
        }
    }

    @Test
    void refusesASuspendedAgentAndADeactivatedOne() {
        Party agent = registry.register();
        assertThat(change(agent).isOk()).isTrue();
        registry.operator()
                .call(
                        OperatorServiceGrpc.getSuspendAgentMethod(),
                        SuspendAgentRequest.newBuilder()
                                .setAgentId(agent.name())
                                .build())
                .answer();
        assertThat(change(agent).reason()).isEqualTo(Reason.CALLER_SUSPENDED);
        registry.clock.advance(Duration.ofSeconds(1));
        assertThat(read(agent).reason()).isEqualTo(Reason.CALLER_SUSPENDED);

        Party leaver = registry.register();
        leaver.call(
                        AgentServiceGrpc.getDeactivateAgentMethod(),
                        DeactivateAgentRequest.newBuilder()
                                .setAgentId(leaver.name())
                                .build())
                .answer();
        assertThat(change(leaver).reason()).isEqualTo(Reason.CALLER_DEACTIVATED);
    }

    @Test
    void refusesWhoHasNotTheRole() {
        Party agent = registry.register();
        Reply<?> byAgent =
                agent.call(OperatorServiceGrpc.getListOperatorsMethod(), ListOperatorsRequest.getDefaultInstance());
        assertThat(byAgent.reason()).isEqualTo(Reason.ROLE_REQUIRED);
        assertThat(byAgent.status().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        Party operator = registry.operator();
        assertThat(operator.call(AgentServiceGrpc.getUpdateAgentMethod(), rename(agent, "x"))
                        .reason())
                .isEqualTo(Reason.ROLE_REQUIRED);
        assertThat(operator.call(
                                OperatorServiceGrpc.getListOperatorsMethod(), ListOperatorsRequest.getDefaultInstance())
                        .answer()
                        .getOperators(0)
                        .getName())
                .isEqualTo("admin");
    }

    static Party rotated(Party agent) {
        SigningKey next = SigningKey.generate();
        agent.call(
                        AgentServiceGrpc.getRotateKeyMethod(),
                        RotateKeyRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setPublicKey(Base64.getEncoder().encodeToString(next.publicKey()))
                                .setProof(agent.rotationProof(next, 1))
                                .build())
                .answer();
        return agent.with(next);
    }

    private static Reply<?> read(Party agent) {
        return agent.call(AgentServiceGrpc.getListAgentsMethod(), READ);
    }

    private static Reply<?> readAt(Party agent, Duration offset) {
        var headers = agent.signed(
                AgentServiceGrpc.getListAgentsMethod(),
                READ,
                registry.clock.instant().plus(offset),
                HERE);
        return agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, headers);
    }

    private static Reply<?> readFor(Party agent, Optional<String> audience) {
        var headers = agent.signed(AgentServiceGrpc.getListAgentsMethod(), READ, registry.clock.instant(), audience);
        return agent.send(AgentServiceGrpc.getListAgentsMethod(), READ, headers);
    }

    private static Reply<?> change(Party agent) {
        return agent.call(
                AgentServiceGrpc.getUpdateAgentMethod(),
                rename(agent, UUID.randomUUID().toString()));
    }

    private static UpdateAgentRequest rename(Party agent, String name) {
        return UpdateAgentRequest.newBuilder()
                .setAgentId(agent.name())
                .setDisplayName(name)
                .build();
    }
}
