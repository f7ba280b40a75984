package hanse.node.contract;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Contract;
import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Terms;
import hanse.node.call.RefusedException;
import hanse.node.federation.Pair;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Either registry is killed at every commit of a contract between them, before it takes effect and after, and starts
/// again.
@Timeout(240)
class PeerContractDeathTest {
    private Pair pair;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
    }

    @AfterEach
    void stop() {
        pair.close();
    }

    @Test
    void atEachCommitOfAContractInEscrow() {
        int deaths = pair.dieAtEachCommit(() -> {
            Voyage voyage = new Voyage(pair::alpha, pair::beta, Terms.Funding.ESCROWED, "10");
            done(() -> voyage.create("create " + voyage.id), contract -> true);
            pair.rest();
            done(() -> voyage.accept("accept " + voyage.id), is(State.ACTIVE));
            done(() -> voyage.submit("submit " + voyage.id, "1"), is(State.ACTIVE));
            done(() -> voyage.approve("approve " + voyage.id, "1"), is(State.COMPLETED));
            pair.rest();
            assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("90");
            assertThat(pair.beta().balance(voyage.provider)).isEqualTo("9.95");
            eventually("the mirror has followed", () -> mirrors(voyage, State.COMPLETED));
        });
        // Twice each: alpha keeps proposal, acceptance, work and approval, and records three outcomes and the pay; beta
        // keeps the proposal, passes on two changes and records what became of them, is paid and shown the end.
        assertThat(deaths).isGreaterThanOrEqualTo(28);
    }

    private void done(Supplier<CompletableFuture<Contract>> request, Predicate<Contract> isFinal) {
        pair.insist(request, isFinal);
    }

    private static Predicate<Contract> is(State state) {
        return contract -> contract.getState() == state;
    }

    private static boolean mirrors(Voyage voyage, State state) {
        try {
            return voyage.mirrored().getState() == state;
        } catch (RefusedException notThereYet) {
            return false;
        }
    }
}
