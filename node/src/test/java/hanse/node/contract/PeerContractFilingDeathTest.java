package hanse.node.contract;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Terms;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Ruling;
import hanse.node.federation.Pair;
import hanse.node.ledger.AccountKind;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Either registry is killed at every commit of a dispute that a provider on a peer files, before it takes effect and
/// after, and starts again.
@Timeout(240)
final class PeerContractFilingDeathTest {
    private Pair pair;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
    }

    @AfterEach
    void stop() {
        pair.close();
    }

    private Plaintiff active() {
        Voyage voyage = new Voyage(pair::alpha, pair::beta, Terms.Funding.ESCROWED, "10");
        pair.insist(() -> voyage.create("create " + voyage.id), contract -> true);
        pair.rest();
        pair.insist(() -> voyage.accept("accept " + voyage.id), contract -> contract.getState() == State.ACTIVE);
        return new Plaintiff(pair, voyage);
    }

    @Test
    void atEachCommitOfADisputeThatTheProviderWins() {
        int deaths = pair.dieAtEachCommit(() -> {
            Plaintiff bob = active();
            String dispute = pair.insist(() -> bob.file("file " + bob.voyage().id), filed -> true)
                    .getDisputeId();
            pair.rest();
            assertThat(bob.voyage().kept().getState()).isEqualTo(State.DISPUTED);
            var unused = pair.insist(() -> bob.openVoting(dispute), voted -> true);
            var unusedToo = pair.insist(() -> bob.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT), ruled -> true);
            pair.rest();
            assertThat(bob.voyage().kept().getState()).isEqualTo(State.COMPLETED);
            assertThat(bob.kept().stream()
                            .filter(kept -> kept.getSubject()
                                    .getId()
                                    .equals(bob.voyage().id.toString())))
                    .singleElement();
            assertThat(pair.alpha().balance(bob.voyage().contractor)).isEqualTo("90");
            assertThat(pair.beta().balance(bob.voyage().provider)).isEqualTo("9.95");
            eventually("beta knows", () -> bob.seen(dispute).getStatus() == Dispute.Status.CLOSED);
            assertThat(pair.alpha().total(AccountKind.COMPENSATED, pair.beta())).isZero();
        });
        // Twice each, besides the contract's own: alpha files, opens the vote, rules, records the pay; beta passes on,
        // records what came of it, is paid.
        assertThat(deaths).isGreaterThanOrEqualTo(24);
    }

    @Test
    void atEachCommitOfADisputeThatTheProviderTakesBack() {
        Plaintiff[] next = new Plaintiff[1];
        int deaths = pair.dieAtEachCommit(() -> {
            Plaintiff bob = active();
            next[0] = bob;
            String dispute = pair.insist(() -> bob.file("file " + bob.voyage().id), filed -> true)
                    .getDisputeId();
            Dispute withdrawn = pair.insist(() -> bob.withdraw("withdraw " + dispute, dispute), taken -> true);
            assertThat(withdrawn.getClosing()).isEqualTo(Dispute.Closing.WITHDRAWN);
            pair.rest();
            assertThat(bob.voyage().kept().getState()).isEqualTo(State.ACTIVE);
            eventually("the mirror follows", () -> bob.voyage().mirrored().getState() == State.ACTIVE);
        });
        assertThat(deaths).isGreaterThanOrEqualTo(20);
        assertThat(next[0].kept())
                .allSatisfy(kept -> assertThat(kept.getClosing()).isEqualTo(Dispute.Closing.WITHDRAWN));
    }
}
