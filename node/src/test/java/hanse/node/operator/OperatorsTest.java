package hanse.node.operator;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.access.v1.OpenSessionRequest;
import hanse.access.v1.SessionServiceGrpc;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.node.identity.Ed25519Key;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import hanse.operator.v1.ListOperatorsRequest;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.PutOperatorRequest;
import hanse.operator.v1.ReinstateAgentRequest;
import hanse.operator.v1.RemoveOperatorRequest;
import hanse.operator.v1.SuspendAgentRequest;
import java.sql.Connection;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OperatorsTest {
    private GuardedRegistry registry;

    @BeforeEach
    void open() {
        registry = new GuardedRegistry();
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void makesTheFirstOperatorOnce() {
        Ed25519Key other = Ed25519Key.of(SigningKey.generate().publicKey());
        assertThat(registry.operators.bootstrap("admin", other)).isFalse();
        assertThat(registry.operators.bootstrap("somebody", other)).isFalse();
        assertThat(list(registry.operator()).isOk()).isTrue();
    }

    @Test
    void addsReplacesAndRemovesButNeverTheLast() {
        Party admin = registry.operator();
        assertThat(remove(admin, "admin").reason()).isEqualTo(Reason.LAST_OPERATOR);
        Party second = new Party("operator:night-shift", SigningKey.generate(), registry.clock, registry.channel());
        assertThat(put(admin, "night-shift", second).isOk()).isTrue();
        assertThat(list(second).isOk()).isTrue();
        assertThat(put(admin, "night-shift", second).isOk())
                .as("the same again")
                .isTrue();
        assertThat(put(admin, "third", second).reason()).isEqualTo(Reason.PUBLIC_KEY_TAKEN);

        Party replaced = second.with(SigningKey.generate());
        assertThat(put(second, "night-shift", replaced).isOk()).isTrue();
        registry.clock.advance(Duration.ofSeconds(1));
        assertThat(list(second).reason()).isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(list(replaced).isOk()).isTrue();

        assertThat(remove(replaced, "nobody").reason()).isEqualTo(Reason.UNKNOWN_OPERATOR);
        assertThat(remove(replaced, "admin").isOk()).isTrue();
        registry.clock.advance(Duration.ofSeconds(1));
        assertThat(list(admin).reason()).isEqualTo(Reason.UNKNOWN_CALLER);
        assertThat(remove(replaced, "night-shift").reason()).isEqualTo(Reason.LAST_OPERATOR);
    }

    @Test
    void admitsANewOneAtOnceHoweverOftenItWasTriedBefore() {
        Party second = new Party("operator:night-shift", SigningKey.generate(), registry.clock, registry.channel());
        for (int i = 0; i < 10; i++) {
            assertThat(list(second).reason()).isEqualTo(Reason.UNKNOWN_CALLER);
        }
        assertThat(put(registry.operator(), "night-shift", second).isOk()).isTrue();
        assertThat(list(second).isOk()).isTrue();
    }

    @Test
    void revivesNoSessionOfOneThatIsAddedAgain() {
        Party admin = registry.operator();
        Party second = new Party("operator:night-shift", SigningKey.generate(), registry.clock, registry.channel());
        put(admin, "night-shift", second).answer();
        String token = second.call(SessionServiceGrpc.getOpenSessionMethod(), OpenSessionRequest.getDefaultInstance())
                .answer()
                .getToken();
        assertThat(listBySession(second, token).isOk()).isTrue();
        remove(admin, "night-shift").answer();
        put(admin, "night-shift", second.with(SigningKey.generate())).answer();
        registry.clock.advance(Duration.ofSeconds(1));
        assertThat(listBySession(second, token).reason()).isEqualTo(Reason.SESSION_EXPIRED);
    }

    @Test
    void doesNothingForOneWhoIsBeingRemoved() throws Exception {
        Party admin = registry.operator();
        Party bob = new Party("operator:bob", SigningKey.generate(), registry.clock, registry.channel());
        put(admin, "bob", bob).answer();
        CompletableFuture<Reply<?>> late;
        try (Connection removal = registry.postgres.pool().getConnection()) {
            removal.setAutoCommit(false);
            try (var statement = removal.createStatement()) {
                statement.execute("delete from operator where name = 'bob'");
            }
            late = CompletableFuture.supplyAsync(() -> put(bob, "mallory", bob.with(SigningKey.generate())));
            Awaitility.await("bob waits")
                    .until(() -> registry.<Long>read("select count(*) from pg_stat_activity"
                                    + " where datname = current_database() and wait_event_type = 'Lock'")
                            > 0);
            removal.commit();
        }
        assertThat(late.join().reason()).isEqualTo(Reason.UNKNOWN_CALLER);
        assertThat(registry.<Long>read("select count(*) from operator where name = 'mallory'"))
                .isZero();
    }

    @Test
    void refusesABadKeyAndAnAgentsKey() {
        Party admin = registry.operator();
        Party agent = registry.register();
        assertThat(put(admin, "x", agent).reason()).isEqualTo(Reason.PUBLIC_KEY_TAKEN);
        assertThat(admin.call(
                                OperatorServiceGrpc.getPutOperatorMethod(),
                                PutOperatorRequest.newBuilder()
                                        .setName("x")
                                        .setPublicKey("short")
                                        .build())
                        .reason())
                .isEqualTo(Reason.BAD_PUBLIC_KEY);
    }

    @Test
    void suspendsUntilItReinstates() {
        Party admin = registry.operator();
        Party agent = registry.register();
        var suspension = admin.call(
                        OperatorServiceGrpc.getSuspendAgentMethod(),
                        SuspendAgentRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setNote("complaints")
                                .build())
                .answer();
        assertThat(suspension.getSuspended()).isTrue();
        assertThat(suspension.hasUntil()).isFalse();
        registry.clock.advance(Duration.ofDays(100));
        registry.suspensions.liftAllOver();
        Reply<?> refused = agent.call(
                hanse.agent.v1.AgentServiceGrpc.getListAgentsMethod(),
                hanse.agent.v1.ListAgentsRequest.getDefaultInstance());
        assertThat(refused.reason()).isEqualTo(Reason.CALLER_SUSPENDED);
        assertThat(admin.call(
                                OperatorServiceGrpc.getReinstateAgentMethod(),
                                ReinstateAgentRequest.newBuilder()
                                        .setAgentId(agent.name())
                                        .build())
                        .answer()
                        .getSuspended())
                .isFalse();
        assertThat(agent.call(
                                hanse.agent.v1.AgentServiceGrpc.getListAgentsMethod(),
                                hanse.agent.v1.ListAgentsRequest.getDefaultInstance())
                        .isOk())
                .isTrue();
        assertThat(admin.call(
                                OperatorServiceGrpc.getSuspendAgentMethod(),
                                SuspendAgentRequest.newBuilder()
                                        .setAgentId(UUID.randomUUID().toString())
                                        .build())
                        .reason())
                .isEqualTo(Reason.UNKNOWN_AGENT);
    }

    private static Reply<?> list(Party by) {
        return by.call(OperatorServiceGrpc.getListOperatorsMethod(), ListOperatorsRequest.getDefaultInstance());
    }

    private static Reply<?> listBySession(Party by, String token) {
        return by.bySession(
                token, OperatorServiceGrpc.getListOperatorsMethod(), ListOperatorsRequest.getDefaultInstance());
    }

    private static Reply<?> put(Party by, String name, Party key) {
        return by.call(
                OperatorServiceGrpc.getPutOperatorMethod(),
                PutOperatorRequest.newBuilder()
                        .setName(name)
                        .setPublicKey(key.publicKey())
                        .build());
    }

    private static Reply<?> remove(Party by, String name) {
        return by.call(
                OperatorServiceGrpc.getRemoveOperatorMethod(),
                RemoveOperatorRequest.newBuilder().setName(name).build());
    }
}
