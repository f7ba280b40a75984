package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Settlement.Status;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.federation.Cut;
import hanse.node.federation.TestNode;
import hanse.node.identity.Agents;
import hanse.node.identity.SealedSecrets;
import hanse.node.identity.SigningKeys;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.BondPolicy;
import hanse.node.trust.Bonds;
import hanse.node.trust.Trust;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two things about one slash at the same moment.
@Timeout(120)
class SlashRaceTest {
    private static final int ROUNDS = 6;
    private static final Duration LIFE = hanse.node.settlement.Settlement.LIFE;

    private Saga saga;
    private AgentId alice;

    @BeforeEach
    void start(@TempDir Path directory) {
        saga = new Saga(directory);
        alice = saga.alpha().agent("1000");
    }

    @AfterEach
    void whole() {
        saga.requireWhole();
        saga.close();
    }

    @Test
    void operatorsWhoDecideAtOnceDecideOnce() {
        AgentId bob = saga.beta().agent("0");
        for (int round = 0; round < ROUNDS; round++) {
            String dispute = held(saga.settled(alice, bob, "2"), "1");
            List<Optional<Reason>> ends = atOnce(
                    () -> refusal(saga.approve(dispute, "one")),
                    () -> refusal(saga.approve(dispute, "two")),
                    () -> refusal(saga.reject(dispute)));
            assertThat(ends).containsOnlyOnce(Optional.empty()).contains(Optional.of(Reason.SETTLEMENT_NOT_HELD));
            saga.pair.rest();
            assertThat(saga.origin(dispute).getBurned())
                    .isEqualTo(ends.getLast().isEmpty() ? "0" : "1");
        }
    }

    @Test
    void anApprovalAtTheLastMomentBurnsOrExpires() {
        AgentId bob = saga.beta().agent("0");
        for (int round = 0; round < ROUNDS; round++) {
            String dispute = held(saga.settled(alice, bob, "2"), "1");
            saga.pair.pass(LIFE.minus(Duration.ofSeconds(30)));
            List<Optional<Reason>> ends = atOnce(() -> refusal(saga.approve(dispute)), () -> {
                saga.pair.pass(Duration.ofSeconds(31));
                var swept = saga.beta().settlements.sweep();
                return Optional.empty();
            });
            saga.pair.rest();
            Settlement end = saga.origin(dispute);
            // Refused is only what the sweep had let expire before.
            assertThat(end.getStatus()).isIn(Status.SETTLED, Status.EXPIRED);
            if (ends.getFirst().isPresent()) {
                assertThat(ends.getFirst()).contains(Reason.SETTLEMENT_NOT_HELD);
                assertThat(end.getStatus()).isEqualTo(Status.EXPIRED);
            }
        }
    }

    @Test
    void aConfirmationThatArrivesAsTheOriginGivesUpIsMinted() {
        AgentId bob = saga.beta().agent("0");
        for (int round = 0; round < ROUNDS; round++) {
            String dispute = held(saga.settled(alice, bob, "2"), "1");
            saga.pair.rest();
            // What was approved waits for the link, and 24 h are over when it comes back.
            Cut.BEFORE_IT_IS_SENT.during(
                    saga.beta(), saga.alpha(), () -> saga.approve(dispute).join(), () -> saga.pair.pass(LIFE));
            while (!saga.origin(dispute).hasEndedAt()) {
                var swept = saga.alpha().settlements.sweep();
            }
            assertThat(saga.origin(dispute).getStatus()).isEqualTo(Status.SETTLED);
        }
    }

    @Test
    void theDefendantSpendsWhatIsNotHeldAndNothingElse() {
        AgentId carol = saga.beta().agent("0");
        for (int round = 0; round < ROUNDS; round++) {
            AgentId bob = saga.beta().agent("0");
            String payment = saga.settled(alice, bob, "10");
            String dispute = saga.voting(alice, payment, "");
            List<Optional<Reason>> ends = atOnce(() -> refusal(saga.rule(dispute)), () -> {
                for (int i = 0; i < 5; i++) {
                    saga.beta().pay(bob, carol, "1.99");
                }
                return Optional.empty();
            });
            assertThat(ends.getFirst()).isEmpty();
            eventually("it is held", () -> saga.isHeld(dispute));
            // What is held is there, and stays there.
            String held = saga.beta().held(bob);
            assertThat(saga.home(dispute).getHeld()).isEqualTo(held);
            assertThat(saga.beta().balance(bob)).isEqualTo(held);
            Status end = saga.approve(dispute).join().getStatus();
            assertThat(end).isEqualTo(held.equals("10") ? Status.SLASHED : Status.FAILED);
            saga.pair.rest();
            assertThat(saga.beta().held(bob)).isEqualTo("0");
        }
    }

    @Test
    void aBondThatIsGivenBackPaysOnceWhicheverComesFirst() {
        saga.trust(1_000);
        for (int round = 0; round < ROUNDS; round++) {
            AgentId bob = saga.beta().agent("20");
            saga.beta().bond(bob, "6");
            saga.beta().askBack(bob);
            String dispute = saga.voting(alice, saga.settled(alice, bob, "10"), "");
            saga.pair.rest();
            atOnce(() -> refusal(saga.rule(dispute)), () -> {
                bonds().sweep();
                return Optional.empty();
            });
            saga.settlesAs(dispute, Status.SETTLED);
            bonds().sweep();
            assertThat(saga.beta().bonded(bob)).isEqualTo("0, held 0");
            assertThat(saga.beta().balance(bob)).isEqualTo("19.95");
        }
    }

    /// A slash that waits for beta's operator.
    private String held(String payment, String amount) {
        String dispute = saga.ruled(saga.voting(alice, payment, amount));
        eventually("it is held", () -> saga.isHeld(dispute));
        return dispute;
    }

    private Bonds bonds() {
        TestNode beta = saga.beta();
        SecureRandom random = new SecureRandom();
        return new Bonds(
                beta.database,
                beta.ledger,
                beta.outcomes,
                new Agents(
                        beta.id,
                        beta.database,
                        beta.ledger,
                        new SigningKeys(),
                        new SealedSecrets(new byte[32], random),
                        UUID::randomUUID,
                        random,
                        List.of()),
                beta.parties(),
                new Trust(beta.id, beta.database, List.of(), 0.15, beta::now),
                new BondPolicy(Optional.empty(), 0, Duration.ZERO, 0, Duration.ZERO, Set.of()),
                List.of(Settlements.queued()::has));
    }

    private static Optional<Reason> refusal(CompletableFuture<?> asked) {
        return TestRegistry.refusal(asked);
    }

    @SafeVarargs
    private static List<Optional<Reason>> atOnce(Callable<Optional<Reason>>... calls) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Optional<Reason>> ends = new ArrayList<>();
            for (Future<Optional<Reason>> end :
                    threads.invokeAll(Stream.of(calls).toList())) {
                ends.add(end.get());
            }
            return ends;
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
