package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.certs.CaRotation;
import hanse.certs.KeyRotation;
import hanse.error.v1.Reason;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.testing.Postgres;
import hanse.peer.TrustedPeer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Alpha changes its leaf, its CA and its signing key, while transfers go each way and either asks the other for DID
/// documents. None fails.
@Timeout(120)
class RotationTest {
    @TempDir
    Path directory;

    private final AtomicReference<TestNode> serving = new AtomicReference<>();
    private final AtomicBoolean more = new AtomicBoolean(true);
    private final AtomicInteger done = new AtomicInteger();
    private final ConcurrentLinkedQueue<Object> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> load = new ArrayList<>();
    private TestNode alpha;
    private TestNode beta;
    private Path keys;

    @BeforeEach
    void peer() {
        keys = directory.resolve("alpha");
        alpha = new TestNode("alpha.example", keys, Postgres.fresh()).start();
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh()).start();
        alpha.trust(beta);
        beta.trust(alpha);
        eventually("both have greeted", () -> alpha.isActive(beta) && beta.isActive(alpha));
        serving.set(alpha);
        AgentId alice = alpha.agent("100000");
        AgentId bob = beta.agent("100000");
        for (int i = 0; i < 4; i++) {
            load(() -> ended(serving.get().send(alice, beta, bob, "0.01").join()));
            load(() -> ended(beta.send(bob, serving.get(), alice, "0.01").join()));
        }
        load(() -> unknown(serving.get(), beta));
        load(() -> unknown(beta, serving.get()));
    }

    private void load(Runnable work) {
        load.add(Thread.startVirtualThread(() -> {
            while (more.get()) {
                try {
                    work.run();
                    done.incrementAndGet();
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }
        }));
    }

    private void ended(CrossRegistryTransferResponse transfer) {
        if (transfer.getState() != State.EXPORTED) {
            failures.add(transfer);
        }
    }

    /// The peer was reached, and says that it has no such agent.
    private static void unknown(TestNode at, TestNode of) {
        try {
            at.federation
                    .resolve(of.id, "did:theprotocol:" + of.id + ":0")
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof RefusedException refused) || refused.reason() != Reason.UNKNOWN_AGENT) {
                throw e;
            }
        }
    }

    @AfterEach
    void nothingHasFailed() throws InterruptedException {
        try {
            more.set(false);
            for (Thread thread : load) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            Pair.requireWhole(alpha, beta);
        } finally {
            alpha.close();
            beta.close();
            alpha.fresh.close();
            beta.fresh.close();
        }
    }

    @Test
    void leafAndCaAreReplacedUnderLoad() {
        goesOn();
        alpha.renewLeaf();
        beta.renewLeaf();
        goesOn();
        CaRotation.prepare(keys, "alpha.example", InstantSource.system());
        alpha.followAuthority();
        eventually("beta trusts both", () -> pinned().bundle().authorities().size() == 2);
        goesOn();
        var before = pinned().bundle().authorities().getFirst();
        CaRotation.turn(keys);
        alpha.followAuthority();
        goesOn();
        CaRotation.finish(keys, "alpha.example", InstantSource.system());
        alpha.followAuthority();
        eventually(
                "beta trusts the next one only",
                () -> pinned().bundle().authorities().size() == 1);
        assertThat(pinned().bundle().authorities()).doesNotContain(before);
        goesOn();
    }

    @Test
    void theSigningKeyIsReplacedUnderLoadFromProcessToProcess() {
        goesOn();
        var first = pinned().signingKeys().getFirst();
        KeyRotation.prepare(keys);
        eventually("beta believes both", () -> pinned().signingKeys().size() == 2);
        goesOn();
        KeyRotation.turn(keys);
        TestNode next = alpha.beside().start();
        eventually(
                "beta is shown the next one's card",
                () -> !pinned().signingKeys().getFirst().equals(first));
        goesOn();
        serving.set(next);
        goesOn();
        alpha.close();
        alpha = next;
        goesOn();
        KeyRotation.finish(keys);
        eventually(
                "beta believes the next one only", () -> pinned().signingKeys().size() == 1);
        assertThat(pinned().signingKeys()).doesNotContain(first);
        goesOn();
    }

    /// What beta pins of alpha.
    private TrustedPeer pinned() {
        return beta.federation.directory().find(alpha.id).orElseThrow().trusted();
    }

    /// Each of those that make the load has done something since, and more than once.
    private void goesOn() {
        int now = done.get();
        eventually("work goes on", () -> done.get() >= now + 300 || !failures.isEmpty());
        assertThat(failures).isEmpty();
    }
}
