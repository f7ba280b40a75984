package hanse.node.contract;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.Terms;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.Ruling;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.dispute.Disputes;
import hanse.node.federation.Cut;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.Asked;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A provider on a peer disputes its contract through its own registry.
@Timeout(120)
final class PeerContractFilingTest {
    private Pair pair;
    private Voyage voyage;
    private Plaintiff bob;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
    }

    @AfterEach
    void whole() {
        pair.rest();
        Pair.requireWhole(pair.alpha(), pair.beta());
        // Nothing is ever minted for an agent of a peer.
        assertThat(pair.alpha().total(AccountKind.COMPENSATED, pair.beta())).isZero();
        assertThat(pair.alpha()
                        .<Boolean>read(tx -> pair.alpha()
                                .ledger
                                .find(tx, AccountId.of(voyage.provider))
                                .isPresent()))
                .isFalse();
        pair.close();
    }

    /// A contract of 10 and 20 AVT in escrow whose first milestone was handed in, and that the contractor calls failed.
    private void failed() {
        active(Terms.Funding.ESCROWED);
        voyage.submit("submit", "1").join();
        voyage.change("fail", new Change.MarkFailed("the ship is lost")).join();
        mirrors(State.FAILED);
    }

    private void active(Terms.Funding funding) {
        voyage = new Voyage(pair::alpha, pair::beta, funding, "10", "20");
        voyage.create("create").join();
        pair.rest();
        voyage.accept("accept").join();
        bob = new Plaintiff(pair, voyage);
    }

    private void mirrors(State state) {
        eventually("the mirror is " + state, () -> voyage.mirrored().getState() == state);
    }

    private String filed() {
        return bob.file("file").join().getDisputeId();
    }

    private Dispute ruled(String dispute, Ruling ruling) {
        var unused = bob.openVoting(dispute).join();
        return bob.rule(dispute, ruling).join();
    }

    private String provider() {
        return new Did(pair.beta().id, voyage.provider).toString();
    }

    private String contractor() {
        return new Did(pair.alpha().id, voyage.contractor).toString();
    }

    @Test
    void theProviderOfAFailedContractIsPaidFromEscrowByTheRuling() {
        failed();
        Dispute filed = bob.file("file").join();
        assertThat(filed.getStatus()).isEqualTo(Dispute.Status.OPEN);
        assertThat(filed.getComplainant()).isEqualTo(provider());
        assertThat(filed.getDefendant()).isEqualTo(contractor());
        assertThat(filed.getAmount()).isEqualTo("30");
        assertThat(filed.getSnapshot().getState()).isEqualTo("FAILED");
        assertThat(filed.getRelayId()).isNotEmpty();
        assertThat(voyage.kept().getState()).isEqualTo(State.DISPUTED);
        mirrors(State.DISPUTED);
        assertThat(bob.kept())
                .singleElement()
                .isEqualTo(filed.toBuilder().clearRelayId().build());
        assertThat(Plaintiff.all(pair.beta(), Plaintiff.agent(voyage.provider))).isEqualTo(bob.kept());
        assertThat(bob.seen(filed.getDisputeId()).getReason()).isEqualTo("the ship has arrived");
        assertThat(isAccused(pair.alpha(), voyage.contractor)).isTrue();
        assertThat(isAccused(pair.beta(), voyage.provider)).isFalse();

        Dispute ruled = ruled(filed.getDisputeId(), Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(ruled.getEffect().getReturned()).isEqualTo("30");
        assertThat(ruled.getEffect().getCompensated()).isEqualTo("0");
        eventually("it is paid", () -> pair.beta().balance(voyage.provider).equals("29.85"));
        pair.rest();
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("70");
        assertThat(voyage.kept().getState()).isEqualTo(State.FAILED);
        assertThat(voyage.kept().getMilestonesList())
                .allSatisfy(paid -> assertThat(paid.getState()).isEqualTo(Milestone.State.PAID));
        mirrors(State.FAILED);
        eventually(
                "beta knows of the ruling",
                () -> bob.seen(filed.getDisputeId()).getRuling() == Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(unsatisfactory()).isEqualTo(3);
    }

    /// Whether its account cannot be closed for that.
    private static boolean isAccused(TestNode node, AgentId agent) {
        return node.read(tx -> Disputes.accused(node.id).has(tx, agent));
    }

    /// What alpha counts against the contractor, by the provider of a peer.
    private long unsatisfactory() {
        return pair.alpha()
                .read(tx -> tx.sql()
                        .fetchSingle(
                                "select unsatisfactory from trust_row where rater = ? and rater_home = ? and rated = ?",
                                voyage.provider.value(),
                                pair.beta().id.value(),
                                voyage.contractor.value())
                        .get(0, Long.class));
    }

    @Test
    void theRulingPaysAlsoWhenThePeerIsNotThereAtThatMoment() {
        failed();
        String dispute = filed();
        var unused = bob.openVoting(dispute).join();
        pair.rest();
        Cut.BEFORE_IT_IS_SENT.during(
                pair.alpha(),
                pair.beta(),
                () -> bob.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT).join(),
                () -> assertThat(voyage.kept().getMilestones(0).getState()).isEqualTo(Milestone.State.PAYING));
        eventually("it is paid", () -> pair.beta().balance(voyage.provider).equals("29.85"));
        eventually("the contract knows", () -> voyage.kept().getMilestones(1).getState() == Milestone.State.PAID);
    }

    @Test
    void oneMilestoneIsAwardedAndTheRestOfTheContractGoesOn() {
        active(Terms.Funding.ESCROWED);
        voyage.submit("submit", "1").join();
        Dispute dispute = bob.filed(voyage.provider, voyage.id, "1", "").value();
        assertThat(dispute.getAmount()).isEqualTo("10");
        var unused = ruled(dispute.getDisputeId(), Ruling.IN_FAVOR_OF_COMPLAINANT);
        eventually("it is paid", () -> pair.beta().balance(voyage.provider).equals("9.95"));
        pair.rest();
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
        mirrors(State.ACTIVE);
        voyage.submit("submit 2", "2").join();
    }

    @Test
    void whatTheProviderHasBeenPaidItDoesNotGetAgain() {
        active(Terms.Funding.ESCROWED);
        voyage.submit("submit", "1").join();
        voyage.approve("approve", "1").join();
        pair.rest();
        voyage.change("fail", new Change.MarkFailed("the ship is lost")).join();
        Dispute filed = bob.file("file").join();
        assertThat(filed.getAmount()).isEqualTo("20");
        assertThat(filed.getSnapshot().getCaptured()).isEqualTo("0");
        var unused = ruled(filed.getDisputeId(), Ruling.IN_FAVOR_OF_COMPLAINANT);
        eventually("it is paid", () -> pair.beta().balance(voyage.provider).equals("29.85"));
        pair.rest();
        assertThat(bob.filed(voyage.provider, voyage.id, "", "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
    }

    @Test
    void whatItsHomeDoesNotTakeIsInEscrowAgainAndGoesBack() {
        failed();
        String dispute = filed();
        pair.beta().database.write(tx -> {
            pair.beta().ledger.deactivate(tx, voyage.provider);
            return dispute;
        });
        var unused = ruled(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT);
        eventually(
                "it has come back",
                () -> voyage.kept().getMilestonesList().stream()
                        .allMatch(milestone -> milestone.getState() == Milestone.State.APPROVED));
        pair.rest();
        pair.pass(Duration.ofHours(25));
        assertThat(pair.alpha().contracts.sweep()).isEqualTo(1);
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("100");
        assertThat(pair.beta().balance(voyage.provider)).isEqualTo("0");
    }

    @Test
    void aPeerThatIsSuspendedMeanwhileStillFilesAboutWhatWasAgreed() {
        failed();
        pair.alpha().suspendPeer(pair.beta());
        assertThat(bob.file("file").join().getStatus()).isEqualTo(Dispute.Status.OPEN);
    }

    @Test
    void aProviderThatLosesGetsNothingAndTheEscrowGoesBack() {
        failed();
        String dispute = filed();
        var unused = ruled(dispute, Ruling.IN_FAVOR_OF_DEFENDANT);
        eventually("beta knows", () -> bob.seen(dispute).getStatus() == Dispute.Status.CLOSED);
        mirrors(State.FAILED);
        pair.pass(Duration.ofHours(25));
        assertThat(pair.alpha().contracts.sweep()).isEqualTo(1);
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("100");
        assertThat(pair.beta().balance(voyage.provider)).isEqualTo("0");
    }

    @Test
    void aProviderTakesItsDisputeBackAtHomeAndNobodyElseDoes() {
        failed();
        String dispute = filed();
        assertThat(bob.withdrawn(pair.beta(), pair.beta().agent("0"), dispute).refusal())
                .contains(Reason.UNKNOWN_DISPUTE);
        assertThat(bob.withdrawn(pair.alpha(), voyage.contractor, dispute).refusal())
                .contains(Reason.NOT_YOURS);
        Dispute withdrawn = bob.withdraw("withdraw", dispute).join();
        assertThat(withdrawn.getClosing()).isEqualTo(Dispute.Closing.WITHDRAWN);
        assertThat(bob.withdraw("withdraw", dispute).join()).isEqualTo(withdrawn);
        assertThat(bob.kept(dispute).getClosing()).isEqualTo(Dispute.Closing.WITHDRAWN);
        assertThat(voyage.kept().getState()).isEqualTo(State.FAILED);
        mirrors(State.FAILED);
        assertThat(bob.withdrawn(pair.beta(), voyage.provider, dispute).refusal())
                .contains(Reason.DISPUTE_CLOSED);
        assertThat(bob.file("again").join().getDisputeId()).isNotEqualTo(dispute);
    }

    @Test
    void aProviderThatIsAccusedTakesNothingBack() {
        active(Terms.Funding.ESCROWED);
        String dispute = Asked.<Dispute>ask(
                        Plaintiff.agent(voyage.contractor),
                        observer -> pair.alpha().disputes.fileDispute(Plaintiff.filing(voyage.id, "", ""), observer))
                .value()
                .getDisputeId();
        eventually(
                "beta knows",
                () -> Plaintiff.sees(pair.beta(), Plaintiff.agent(voyage.provider), dispute)
                        .given()
                        .isPresent());
        assertThat(bob.withdrawn(pair.beta(), voyage.provider, dispute).refusal())
                .contains(Reason.NOT_YOURS);
    }

    @Test
    void bothSidesFileTheirEvidenceEachAtHome() {
        failed();
        String dispute = filed();
        Evidence proof = Plaintiff.submit(pair.beta(), voyage.provider, dispute, "here is the bill of lading")
                .value();
        eventually("alpha has it", () -> bob.kept(dispute).getEvidenceCount() == 1);
        Evidence answer = Plaintiff.submit(pair.alpha(), voyage.contractor, dispute, "it is forged")
                .value();
        eventually("beta has it", () -> bob.seen(dispute).getEvidenceCount() == 2);
        assertThat(bob.kept(dispute).getEvidenceList()).containsExactly(proof, answer);
        assertThat(bob.seen(dispute).getEvidenceList()).containsExactly(proof, answer);
        assertThat(bob.kept(dispute).getComplainantEvidence()).isEqualTo(1);
        for (int i = 1; i < 10; i++) {
            assertThat(Plaintiff.submit(pair.beta(), voyage.provider, dispute, "piece " + i)
                            .refusal())
                    .isEmpty();
        }
        assertThat(Plaintiff.submit(pair.beta(), voyage.provider, dispute, "one more")
                        .refusal())
                .contains(Reason.TOO_MUCH_EVIDENCE);
        pair.rest();
        assertThat(bob.kept(dispute).getComplainantEvidence()).isEqualTo(10);
        var unused = bob.openVoting(dispute).join();
        eventually("beta knows", () -> bob.seen(dispute).getStatus() == Dispute.Status.VOTING);
        assertThat(Plaintiff.submit(pair.beta(), voyage.provider, dispute, "wait")
                        .refusal())
                .contains(Reason.EVIDENCE_CLOSED);
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void aFilingThatIsRepeatedIsOneDisputeWhereverTheLinkBreaks(Cut cut) {
        failed();
        pair.rest();
        CompletableFuture<?>[] first = new CompletableFuture<?>[1];
        cut.during(pair.beta(), pair.alpha(), () -> first[0] = bob.file("file"), () -> {});
        Dispute filed = pair.insist(() -> bob.file("file"), dispute -> true);
        assertThat(filed.getStatus()).isEqualTo(Dispute.Status.OPEN);
        assertThat(bob.kept())
                .singleElement()
                .satisfies(kept -> assertThat(kept.getDisputeId()).isEqualTo(filed.getDisputeId()));
        assertThat(bob.file("another")
                        .handle((dispute, failure) -> reason(failure))
                        .join())
                .isEqualTo(Reason.ALREADY_DISPUTED);
        assertThat(first[0].handle((dispute, failure) -> failure == null || reason(failure) == Reason.PEER_UNREACHABLE)
                        .join())
                .isTrue();
    }

    private static Reason reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return ((RefusedException) cause).reason();
    }

    @Test
    void aRefusalIsTheSameAsAtTheRegistryThatKeepsTheContract() {
        active(Terms.Funding.ON_APPROVAL);
        AgentId stranger = pair.beta().agent("0");
        assertThat(bob.filed(stranger, voyage.id, "", "").refusal()).contains(Reason.UNKNOWN_SUBJECT);
        assertThat(bob.filed(voyage.provider, UUID.randomUUID(), "", "").refusal())
                .contains(Reason.UNKNOWN_SUBJECT);
        assertThat(bob.filed(voyage.provider, voyage.id, "cargo", "").refusal()).contains(Reason.UNKNOWN_MILESTONE);
        assertThat(bob.filed(voyage.provider, voyage.id, "", "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);

        active(Terms.Funding.ESCROWED);
        assertThat(bob.filed(voyage.provider, voyage.id, "", "30.000001").refusal())
                .contains(Reason.CLAIM_TOO_LARGE);
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
        assertThat(bob.filed(voyage.provider, voyage.id, "", "30").value().getAmount())
                .isEqualTo("30");
        assertThat(bob.filed(voyage.provider, voyage.id, "1", "").refusal()).contains(Reason.ALREADY_DISPUTED);
        assertThat(Plaintiff.all(pair.beta(), Plaintiff.agent(voyage.provider))).hasSize(1);
    }

    @Test
    void afterTheWindowNothingIsFiled() {
        failed();
        pair.pass(Duration.ofDays(15));
        assertThat(bob.filed(voyage.provider, voyage.id, "", "").refusal()).contains(Reason.FILING_WINDOW_CLOSED);
    }

    @Test
    void aContractThatWasNotAcceptedCannotBeDisputed() {
        voyage = new Voyage(pair::alpha, pair::beta, Terms.Funding.ESCROWED, "10");
        bob = new Plaintiff(pair, voyage);
        voyage.create("create").join();
        pair.rest();
        assertThat(bob.filed(voyage.provider, voyage.id, "", "").refusal()).contains(Reason.SUBJECT_NOT_DISPUTABLE);
    }
}
