package hanse.node.access;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.agent.v1.Agent;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.GetAgentRequest;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.GuardedRegistry.Options;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import hanse.operator.v1.ListOperatorsRequest;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.ReinstateAgentRequest;
import hanse.operator.v1.Suspension;
import hanse.wire.Headers;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private GuardedRegistry registry;

    @BeforeEach
    void open() {
        registry = new GuardedRegistry(Options.standard().rates(RateLimits.defaults()));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void saysOnEveryAnswerHowMuchIsLeft() {
        Party agent = registry.register();
        Reply<?> first = read(agent);
        assertThat(first.header(Headers.RATE_LIMIT)).contains("120");
        assertThat(first.header(Headers.RATE_REMAINING)).contains("119");
        // One token, at sixty a minute, is back after a second.
        long fullAt = registry.clock.instant().getEpochSecond() + 1;
        assertThat(first.header(Headers.RATE_RESET)).contains(Long.toString(fullAt));
        assertThat(first.header(Headers.RETRY_AFTER)).isEmpty();
        assertThat(read(agent).header(Headers.RATE_REMAINING)).contains("118");
    }

    @Test
    void turnsAwayWhatIsTooMuchAndSaysWhenToComeBack() {
        Party agent = registry.register();
        for (int i = 0; i < 30; i++) {
            assertThat(change(agent).isOk()).isTrue();
        }
        Reply<?> limited = change(agent);
        assertThat(limited.reason()).isEqualTo(Reason.RATE_LIMITED);
        assertThat(limited.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(limited.header(Headers.RETRY_AFTER)).contains("6");
        assertThat(limited.retry().orElseThrow().getRetryDelay().getSeconds()).isEqualTo(6);
        assertThat(limited.header(Headers.RATE_REMAINING)).contains("0");
        // Another tier has a bucket of its own, and another agent too.
        assertThat(read(agent).isOk()).isTrue();
        assertThat(change(registry.register()).isOk()).isTrue();
        registry.clock.advance(Duration.ofSeconds(6));
        assertThat(change(agent).isOk()).isTrue();
        assertThat(change(agent).reason()).isEqualTo(Reason.RATE_LIMITED);
    }

    @Test
    void doesNotCountOperators() {
        Party operator = registry.operator();
        for (int i = 0; i < 200; i++) {
            Reply<?> reply = operator.call(
                    OperatorServiceGrpc.getListOperatorsMethod(), ListOperatorsRequest.getDefaultInstance());
            assertThat(reply.header(Headers.RATE_LIMIT)).isEmpty();
        }
    }

    @Test
    void countsStrangersByTheirAddressAndABridgesByTheClients() {
        Party stranger = registry.register();
        for (int i = 0; i < 120; i++) {
            assertThat(supply(stranger, new Metadata()).isOk()).isTrue();
        }
        assertThat(supply(stranger, new Metadata()).reason()).isEqualTo(Reason.RATE_LIMITED);
        Party bridge = stranger.over(registry.withinProcess());
        for (int i = 0; i < 120; i++) {
            assertThat(supply(bridge, from("2001:4860::" + (i + 1))).isOk()).isTrue();
        }
        assertThat(supply(bridge, from("2001:4860::ffff")).reason()).isEqualTo(Reason.RATE_LIMITED);
        assertThat(supply(bridge, from("2001:4860:0:1::1")).isOk()).isTrue();
        assertThat(supply(bridge, from("198.51.100.1")).isOk()).isTrue();
    }

    @Test
    void countsByTheirAddressThoseWhoMustBeLookedFor() {
        RateLimits usual = RateLimits.defaults();
        RateLimits narrow = new RateLimits(
                usual.discovery(),
                usual.read(),
                usual.write(),
                usual.job(),
                new RateLimits.Limit(3, 1, Duration.ofSeconds(1)),
                usual.registration(),
                1,
                usual.strikes());
        try (GuardedRegistry other = new GuardedRegistry(Options.standard().rates(narrow))) {
            for (int i = 0; i < 3; i++) {
                assertThat(read(stranger(other)).reason()).isEqualTo(Reason.UNKNOWN_CALLER);
            }
            Reply<?> tooMany = read(stranger(other));
            assertThat(tooMany.reason()).isEqualTo(Reason.RATE_LIMITED);
            assertThat(tooMany.retry().orElseThrow().getRetryDelay().getSeconds())
                    .isEqualTo(1);
        }
    }

    @Test
    void countsAChangeThatIsReplayedOnce() {
        Party agent = registry.register();
        UpdateAgentRequest once = UpdateAgentRequest.newBuilder()
                .setAgentId(agent.name())
                .setDisplayName("Once")
                .build();
        Metadata overheard = agent.signed(AgentServiceGrpc.getUpdateAgentMethod(), once);
        assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), once, overheard)
                        .header(Headers.RATE_REMAINING))
                .contains("29");
        for (int i = 0; i < 40; i++) {
            assertThat(agent.send(AgentServiceGrpc.getUpdateAgentMethod(), once, overheard)
                            .reason())
                    .isEqualTo(Reason.SIGNATURE_REPLAYED);
        }
        assertThat(change(agent).header(Headers.RATE_REMAINING)).contains("28");
    }

    @Test
    void limitsRegistrationsPerAddress() {
        for (int i = 0; i < 20; i++) {
            registry.register();
        }
        Party newcomer = new Party("", SigningKey.generate(), registry.clock, registry.channel());
        assertThat(newcomer.register(GuardedRegistry.NAME).reason()).isEqualTo(Reason.RATE_LIMITED);
        registry.clock.advance(Duration.ofMinutes(6));
        assertThat(newcomer.register(GuardedRegistry.NAME).isOk()).isTrue();
    }

    @Test
    void suspendsWhoGoesOnForAnHourThenADayThenUntilAnOperatorLiftsIt() {
        Party agent = registry.register();

        strikeOut(agent);
        Reply<?> suspended = read(agent);
        assertThat(suspended.reason()).isEqualTo(Reason.CALLER_SUSPENDED);
        assertThat(suspended.retry().orElseThrow().getRetryDelay().getSeconds()).isBetween(3_500L, 3_600L);
        assertThat(profile(agent).getStatus()).isEqualTo(Agent.Status.suspended);

        registry.clock.advance(Duration.ofHours(1));
        assertThat(read(agent).isOk()).isTrue();
        assertThat(profile(agent).getStatus()).isEqualTo(Agent.Status.active);

        strikeOut(agent);
        registry.clock.advance(Duration.ofHours(23));
        assertThat(read(agent).reason()).isEqualTo(Reason.CALLER_SUSPENDED);
        registry.clock.advance(Duration.ofHours(1));
        assertThat(read(agent).isOk()).isTrue();

        strikeOut(agent);
        registry.clock.advance(Duration.ofDays(400));
        Reply<?> forGood = read(agent);
        assertThat(forGood.reason()).isEqualTo(Reason.CALLER_SUSPENDED);
        assertThat(forGood.retry()).isEmpty();

        Suspension lifted = registry.operator()
                .call(
                        OperatorServiceGrpc.getReinstateAgentMethod(),
                        ReinstateAgentRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setNote("has mended its loop")
                                .build())
                .answer();
        assertThat(lifted.getSuspended()).isFalse();
        assertThat(lifted.getSuspensions()).isZero();
        assertThat(read(agent).isOk()).isTrue();

        strikeOut(agent);
        registry.clock.advance(Duration.ofHours(1));
        assertThat(read(agent).isOk()).as("the count begins anew").isTrue();
    }

    @Test
    void liftsSuspensionsWhoseTimeIsOverWithoutACall() {
        Party agent = registry.register();
        strikeOut(agent);
        registry.clock.advance(Duration.ofHours(1));
        registry.suspensions.liftAllOver();
        assertThat(profile(agent).getStatus()).isEqualTo(Agent.Status.active);
    }

    @Test
    void doesNotStrikeWhoHitsALimitOnceInAWhile() {
        Party agent = registry.register();
        for (int minute = 0; minute < 10; minute++) {
            for (int i = 0; i < 35; i++) {
                change(agent);
            }
            registry.clock.advance(Duration.ofMinutes(30));
        }
        assertThat(read(agent).isOk()).isTrue();
    }

    @Test
    void forgetsStrikesThatCountNoMore() {
        Party agent = registry.register();
        for (int i = 0; i < 45; i++) {
            change(agent);
        }
        Duration window = RateLimits.defaults().strikes().window();
        registry.suspensions.pruneStrikes(window);
        assertThat(registry.<Long>read("select count(*) from strike")).isEqualTo(1);
        registry.clock.advance(window.plusMinutes(1));
        registry.suspensions.pruneStrikes(window);
        assertThat(registry.<Long>read("select count(*) from strike")).isZero();
    }

    /// Goes on calling in five minutes of an hour.
    private void strikeOut(Party agent) {
        for (int minute = 0; minute < 5; minute++) {
            for (int i = 0; i < 45; i++) {
                Reply<?> reply = change(agent);
                if (!reply.isOk() && reply.reason() == Reason.CALLER_SUSPENDED) {
                    return;
                }
            }
            registry.clock.advance(Duration.ofMinutes(1));
        }
    }

    private Agent profile(Party agent) {
        return registry.operator()
                .unsigned(
                        AgentServiceGrpc.getGetAgentMethod(),
                        GetAgentRequest.newBuilder().setAgentId(agent.name()).build())
                .answer();
    }

    private static Party stranger(GuardedRegistry at) {
        return new Party(UUID.randomUUID().toString(), SigningKey.generate(), at.clock, at.channel());
    }

    private static Reply<?> supply(Party party, Metadata headers) {
        return party.send(LedgerServiceGrpc.getGetSupplyMethod(), GetSupplyRequest.getDefaultInstance(), headers);
    }

    private static Metadata from(String address) {
        return Party.headers(Headers.CLIENT_ADDRESS, address);
    }

    private static Reply<?> read(Party agent) {
        return agent.call(AgentServiceGrpc.getListAgentsMethod(), ListAgentsRequest.getDefaultInstance());
    }

    private static Reply<?> change(Party agent) {
        return agent.call(
                AgentServiceGrpc.getUpdateAgentMethod(),
                UpdateAgentRequest.newBuilder()
                        .setAgentId(agent.name())
                        .setDisplayName(UUID.randomUUID().toString())
                        .build());
    }
}
