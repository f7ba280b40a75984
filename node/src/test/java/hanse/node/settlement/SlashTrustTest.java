package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import hanse.dispute.v1.ListPeerSlashConfigsRequest;
import hanse.dispute.v1.ListPeerSlashConfigsResponse;
import hanse.dispute.v1.PeerSlashConfig;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Settlement.Status;
import hanse.node.call.AgentId;
import hanse.node.dispute.Disputes;
import hanse.node.federation.TestNode;
import hanse.node.testing.Asked;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What rulings against agents of a peer come to in trust: spec/protocol, Disputes, first key property, and per-peer
/// auto-slash configuration.
@Timeout(120)
class SlashTrustTest {
    private Saga saga;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void start(@TempDir Path directory) {
        saga = new Saga(directory);
        alice = saga.alpha().agent("1000");
        bob = saga.beta().agent("100");
    }

    @AfterEach
    void whole() {
        saga.requireWhole();
        saga.close();
    }

    /// "on IN_FAVOR_OF_COMPLAINANT, the system writes an unsatisfactory_delta=3 signal from complainant→defendant";
    /// "How many disputes this peer has lost against us".
    @Test
    void aLostDisputeCountsAgainstTheDefendantAndItsRegistryWhateverTheHomeThenDecides() {
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, bob, "10"), ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        assertThat(saga.reject(dispute).join().getStatus()).isEqualTo(Status.FAILED);
        saga.settlesAs(dispute, Status.FAILED);
        assertThat(rows(saga.alpha())).containsExactly("0 3");
        assertThat(rows(saga.beta())).isEmpty();
        PeerSlashConfig seen = config();
        assertThat(seen.getDisputesLostWith()).isOne();
        assertThat(seen.getBayesianDiscount()).isEqualTo(1 / 3.0, within(1e-9));
    }

    /// "on IN_FAVOR_OF_DEFENDANT, the system writes a satisfactory_delta=1 signal"; "on DISMISSED, no bilateral
    /// update is written at all".
    @Test
    void aVindicatedDefendantGainsALittleAndADismissedDisputeIsNeutral() {
        var dismissed = saga.rule(saga.voting(alice, saga.settled(alice, bob, "1"), ""), Ruling.DISMISSED)
                .join();
        assertThat(rows(saga.alpha())).isEmpty();
        var vindicated = saga.rule(saga.voting(alice, saga.settled(alice, bob, "1"), ""), Ruling.IN_FAVOR_OF_DEFENDANT)
                .join();
        assertThat(rows(saga.alpha())).containsExactly("1 0");
        assertThat(config().getDisputesLostWith()).isZero();
    }

    @Test
    void theBondPaysFirstAndIsNotGivenBackWhileTheDefendantIsAccused() {
        saga.beta().bond(bob, "6");
        String payment = saga.settled(alice, bob, "10");
        assertThat(isAccused()).isFalse();
        String dispute = saga.filed(alice, payment, "");
        eventually("beta knows", this::isAccused);
        saga.openVoting(dispute);
        saga.pair.rest();
        assertThat(isAccused()).isTrue();
        var unused = saga.ruled(dispute);
        eventually("it is held", () -> saga.isHeld(dispute));
        assertThat(saga.beta().bonded(bob)).isEqualTo("6, held 6");
        assertThat(saga.beta().held(bob)).isEqualTo("4");
        assertThat(isQueued()).isTrue();
        assertThat(saga.approve(dispute).join().getStatus()).isEqualTo(Status.SLASHED);
        saga.settlesAs(dispute, Status.SETTLED);
        assertThat(saga.beta().bonded(bob)).isEqualTo("0, held 0");
        assertThat(saga.beta().balance(bob)).isEqualTo("99.95");
        assertThat(isQueued()).isFalse();
        assertThat(isAccused()).isFalse();
    }

    @Test
    void aPeerCannotTieUpAnAgentForEverOrOverADealingThatNeverWas() {
        // A payment that is only verified has paid nobody anything.
        var unpaid = saga.filed(alice, saga.consumed(alice, bob, "10").getPaymentId(), "");
        saga.pair.rest();
        assertThat(isAccused()).isFalse();
        var paid = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", this::isAccused);
        saga.pair.pass(Duration.ofDays(30));
        assertThat(isAccused()).isFalse();
    }

    private boolean isAccused() {
        return saga.beta().read(tx -> Disputes.accused(saga.beta().id).has(tx, bob));
    }

    private boolean isQueued() {
        return saga.beta().read(tx -> Settlements.queued().has(tx, bob));
    }

    /// What the complainant's rows say of the defendant.
    private List<String> rows(TestNode node) {
        return node.read(tx -> tx
                .sql()
                .fetch(
                        "select satisfactory, unsatisfactory from trust_row where rater = ? and rated = ? and rated_home = ?",
                        alice.value(),
                        bob.value(),
                        saga.beta().id.value())
                .stream()
                .map(row -> row.get(0) + " " + row.get(1))
                .toList());
    }

    private PeerSlashConfig config() {
        return Asked.<ListPeerSlashConfigsResponse>ask(
                        Saga.OPERATOR,
                        observer -> saga.alpha()
                                .settling
                                .listPeerSlashConfigs(ListPeerSlashConfigsRequest.getDefaultInstance(), observer))
                .value()
                .getPeers(0);
    }
}
