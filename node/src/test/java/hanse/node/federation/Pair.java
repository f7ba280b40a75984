package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.federation.v1.Outcome;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.FaultySource;
import hanse.node.testing.FaultySource.Fault;
import hanse.node.testing.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Two registries that trust each other, by one clock that a test moves. Each may die, and comes back as a new process
/// on its database.
public final class Pair implements AutoCloseable {
    /// After this long nothing that a dead process had claimed is its own any more.
    private static final Duration LEASES = Duration.ofSeconds(31);

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private TestNode alpha;
    private TestNode beta;

    public Pair(Path directory) {
        this(directory, TestNode.Fit.USUAL);
    }

    public Pair(Path directory, TestNode.Fit fit) {
        this(directory, fit, Postgres.fresh(), Postgres.fresh());
    }

    public Pair(Path directory, TestNode.Fit fit, Postgres.Fresh alphas, Postgres.Fresh betas) {
        InstantSource clock = () -> Instant.now().plus(ahead.get());
        alpha = new TestNode("alpha.example", directory.resolve("alpha"), alphas, clock, fit).start();
        beta = new TestNode("beta.example", directory.resolve("beta"), betas, clock, fit).start();
        alpha.trust(beta);
        beta.trust(alpha);
        eventually("both have greeted", () -> alpha.isActive(beta) && beta.isActive(alpha));
    }

    public TestNode alpha() {
        return alpha;
    }

    public TestNode beta() {
        return beta;
    }

    /// Time passes.
    public void pass(Duration time) {
        ahead.updateAndGet(before -> before.plus(time));
    }

    /// The answer to a request that its caller repeats until it is final, whoever dies meanwhile.
    public <T> T insist(Supplier<CompletableFuture<T>> request, Predicate<T> isFinal) {
        while (true) {
            CompletableFuture<T> answer = asked(request);
            eventually("it is answered or somebody dies", () -> answer.isDone() || somebodyIsDead());
            if (somebodyIsDead()) {
                revive();
            } else if (!isUnreached(answer) && isFinal.test(answer.join())) {
                return answer.join();
            }
        }
    }

    private static <T> CompletableFuture<T> asked(Supplier<CompletableFuture<T>> request) {
        try {
            return request.get();
        } catch (FaultySource.Killed killed) {
            return CompletableFuture.failedFuture(killed);
        }
    }

    private static boolean isUnreached(CompletableFuture<?> answer) {
        try {
            answer.join();
            return false;
        } catch (CompletionException e) {
            return e.getCause() instanceof RefusedException refused && refused.reason() == Reason.PEER_UNREACHABLE;
        }
    }

    /// Tells a story again and again: one side dies at its first commit in it, at its second, and so on until the story
    /// has no more of them, each commit taking effect or not. What must always hold is looked at after each time.
    ///
    /// @param story to be told with [#insist]
    /// @return how many commits were died at
    public int dieAtEachCommit(Runnable story) {
        return dieAtEachCommit(true, story) + dieAtEachCommit(false, story);
    }

    /// The same of one side only.
    ///
    /// @param first whether it is alpha
    public int dieAtEachCommit(boolean first, Runnable story) {
        int deaths = 0;
        for (Fault fault : Fault.values()) {
            boolean died = true;
            for (int commit = 1; died; commit++) {
                FaultySource mortal = (first ? alpha : beta).faults;
                mortal.dieAt(commit, fault);
                story.run();
                rest();
                requireWhole(alpha, beta);
                died = mortal.isDead();
                mortal.spare();
                deaths += died ? 1 : 0;
            }
        }
        return deaths;
    }

    /// Until nothing is under way, whoever dies meanwhile.
    public void rest() {
        do {
            revive();
            eventually(
                    "every message is answered",
                    () -> somebodyIsDead() || alpha.unanswered() == 0 && beta.unanswered() == 0);
        } while (somebodyIsDead());
    }

    private boolean somebodyIsDead() {
        return alpha.faults.isDead() || beta.faults.isDead();
    }

    private void revive() {
        if (somebodyIsDead()) {
            pass(LEASES);
            alpha = revived(alpha);
            beta = revived(beta);
        }
    }

    private static TestNode revived(TestNode node) {
        if (!node.faults.isDead()) {
            return node;
        }
        node.close();
        return node.again().start();
    }

    /// Whatever has happened: in the end every message is answered, every pair is legal, and both books hold.
    public static void requireWhole(TestNode alpha, TestNode beta) {
        eventually("every message is answered", () -> alpha.unanswered() == 0 && beta.unanswered() == 0);
        requireLegalPairs(alpha, beta);
        requireLegalPairs(beta, alpha);
        for (TestNode node : List.of(alpha, beta)) {
            TestNode other = node == alpha ? beta : alpha;
            assertThat(node.sum()).isZero();
            assertThat(node.total(AccountKind.IN_FLIGHT, other)).isZero();
            assertThat(node.total(AccountKind.EXPORTED, other)).isEqualTo(other.total(AccountKind.IMPORTED, node));
            assertThat(node.position(other).position())
                    .isEqualTo(node.total(AccountKind.IMPORTED, other)
                            + node.total(AccountKind.COMPENSATED, other)
                            - node.total(AccountKind.EXPORTED, other)
                            - node.total(AccountKind.SLASHED, other));
            assertThat(node.total(AccountKind.COMPENSATED, other)).isEqualTo(other.total(AccountKind.SLASHED, node));
            assertThat(node.fault()).isEmpty();
        }
    }

    private static void requireLegalPairs(TestNode source, TestNode destination) {
        Map<UUID, Outcome> decisions = destination.decisions();
        source.frames().forEach((id, state) -> {
            Outcome decision = decisions.get(id);
            assertThat(decision).isNotNull();
            assertThat(state).isEqualTo(decision.hasAccepted() ? Frame.State.EXPORTED : Frame.State.REFUNDED);
        });
    }

    @Override
    public void close() {
        for (TestNode node : List.of(alpha, beta)) {
            node.close();
            node.fresh.close();
        }
    }
}
