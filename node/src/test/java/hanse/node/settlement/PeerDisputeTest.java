package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.ListDisputesRequest;
import hanse.dispute.v1.ListDisputesResponse;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.error.v1.Reason;
import hanse.federation.v1.DisputeEvidence;
import hanse.federation.v1.DisputeNotice;
import hanse.federation.v1.Message;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.WireTime;
import hanse.node.federation.Cut;
import hanse.node.federation.TestNode;
import hanse.node.testing.Asked;
import hanse.node.testing.Exhibit;
import hanse.peer.MessageIds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A defendant on a peer reads and answers its dispute through its own registry.
@Timeout(120)
class PeerDisputeTest {
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

    @Test
    void theDefendantFollowsItsDisputeAndAnswersItAtHome() {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", () -> sees(saga.beta(), bob, dispute).given().isPresent());
        assertThat(sees(saga.beta(), bob, dispute).value().getReason()).isEqualTo("nothing came");
        ListDisputesResponse listed = Asked.<ListDisputesResponse>ask(
                        Saga.agent(bob),
                        observer ->
                                saga.beta().disputes.listDisputes(ListDisputesRequest.getDefaultInstance(), observer))
                .value();
        assertThat(listed.getDisputesList())
                .singleElement()
                .satisfies(found -> assertThat(found.getDisputeId()).isEqualTo(dispute));

        Evidence answer = submit(saga.beta(), bob, dispute, "I have served").value();
        eventually("alpha has it", () -> evidence(saga.alpha(), alice, dispute) == 1);
        assertThat(sees(saga.alpha(), alice, dispute).value().getEvidence(0)).isEqualTo(answer);
        Evidence more = submit(saga.alpha(), alice, dispute, "you have not").value();
        eventually("beta has it", () -> evidence(saga.beta(), bob, dispute) == 2);
        assertThat(sees(saga.beta(), bob, dispute).value().getEvidenceList()).containsExactly(answer, more);

        saga.openVoting(dispute);
        eventually("beta knows", () -> status(dispute) == Dispute.Status.VOTING);
        assertThat(submit(saga.beta(), bob, dispute, "wait").refusal()).contains(Reason.EVIDENCE_CLOSED);
        saga.trust(10);
        var unused = saga.ruled(dispute);
        eventually(
                "beta knows",
                () -> sees(saga.beta(), bob, dispute)
                        .value()
                        .getEffect()
                        .getCompensated()
                        .equals("10"));
        assertThat(sees(saga.beta(), bob, dispute).value().getRuling()).isEqualTo(Ruling.IN_FAVOR_OF_COMPLAINANT);
    }

    @Test
    void nobodyElseAtHomeLearnsOfIt() {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", () -> sees(saga.beta(), bob, dispute).given().isPresent());
        AgentId carol = saga.beta().agent("0");
        assertThat(sees(saga.beta(), carol, dispute).refusal()).contains(Reason.UNKNOWN_DISPUTE);
        assertThat(submit(saga.beta(), carol, dispute, "me too").refusal()).contains(Reason.UNKNOWN_DISPUTE);
    }

    @Test
    void whatArrivesAfterTheVoteWasOpenedDoesNotCount() {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", () -> sees(saga.beta(), bob, dispute).given().isPresent());
        saga.pair.rest();
        Cut.BEFORE_IT_IS_SENT.during(
                saga.beta(),
                saga.alpha(),
                () -> submit(saga.beta(), bob, dispute, "late").value(),
                () -> saga.openVoting(dispute));
        saga.pair.rest();
        assertThat(evidence(saga.alpha(), alice, dispute)).isZero();
        assertThat(evidence(saga.beta(), bob, dispute)).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Cut.class,
            names = {"REQUEST_LOST", "WHEN_IT_IS_DECIDED", "ANSWER_LOST"})
    void theLinkMayBreakWhileEvidenceGoesOver(Cut cut) {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", () -> sees(saga.beta(), bob, dispute).given().isPresent());
        saga.pair.rest();
        cut.during(
                saga.beta(),
                saga.alpha(),
                () -> submit(saga.beta(), bob, dispute, "I have served").value(),
                () -> {});
        saga.pair.rest();
        assertThat(evidence(saga.alpha(), alice, dispute)).isOne();
        assertThat(evidence(saga.beta(), bob, dispute)).isOne();
    }

    @Test
    void aPeerTellsOnlyOfItsOwnDisputesAndNoMoreThanThereMayBe() {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", () -> sees(saga.beta(), bob, dispute).given().isPresent());
        saga.openVoting(dispute);
        eventually("beta knows", () -> status(dispute) == Dispute.Status.VOTING);
        Dispute known = sees(saga.beta(), bob, dispute).value();
        AgentId carol = saga.beta().agent("0");
        assertThat(told(known.toBuilder().setDefendant(beta(carol)), 9_000)).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known.toBuilder().setComplainant(beta(carol)), 9_000)).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known.toBuilder().setComplainant(alpha(new AgentId(UUID.randomUUID()))), 9_000))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known.toBuilder().setReason("x".repeat(40_000)), 9_000)).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known.toBuilder().setDisputeId("1").setReason("x"), 9_000))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(
                        known.toBuilder()
                                .setDisputeId(UUID.randomUUID().toString())
                                .setDefendant(beta(new AgentId(UUID.randomUUID()))),
                        1))
                .isEqualTo("UNKNOWN_AGENT");
        Dispute.Builder invented =
                known.toBuilder().setDisputeId(UUID.randomUUID().toString());
        invented.getSubjectBuilder().setId(UUID.randomUUID().toString());
        assertThat(told(invented, 1)).isEqualTo("DEALING_NOT_PROVEN");
        // What is older than what is known changes nothing.
        assertThat(told(known.toBuilder().setStatus(Dispute.Status.OPEN), 1_000))
                .isEmpty();
        assertThat(sees(saga.beta(), bob, dispute).value()).isEqualTo(known);
        assertThat(sees(saga.beta(), carol, dispute).refusal()).contains(Reason.UNKNOWN_DISPUTE);
    }

    @Test
    void aPeerTellsOnlyOfEvidenceThatItsComplainantMayFile() {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", () -> sees(saga.beta(), bob, dispute).given().isPresent());
        Evidence answer = submit(saga.beta(), bob, dispute, "I have served").value();
        Dispute known = sees(saga.beta(), bob, dispute).value();
        assertThat(told(known, Exhibit.piece(dispute, beta(bob), "I have not"))).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known, Exhibit.piece(dispute, alpha(alice), "x".repeat(8_001))))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known, Exhibit.piece(UUID.randomUUID().toString(), alpha(alice), "elsewhere")))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known, answer.toBuilder().setStatement("I have not").build()))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known, Exhibit.hashed(dispute, answer.toBuilder().setStatement("I have not"))))
                .isEqualTo("MESSAGE_REFUSED");
        for (int i = 0; i < 10; i++) {
            assertThat(told(known, Exhibit.piece(dispute, alpha(alice), "piece " + i)))
                    .isEmpty();
        }
        assertThat(told(known, Exhibit.piece(dispute, alpha(alice), "one more")))
                .isEqualTo("TOO_MUCH_EVIDENCE");
        assertThat(evidence(saga.beta(), bob, dispute)).isEqualTo(11);
    }

    @Test
    void theDefendantFilesNoMoreAtHomeThanWhereTheDisputeIsKept() {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        eventually("beta knows", () -> sees(saga.beta(), bob, dispute).given().isPresent());
        for (int i = 0; i < 10; i++) {
            assertThat(submit(saga.beta(), bob, dispute, "piece " + i).refusal())
                    .isEmpty();
        }
        assertThat(submit(saga.beta(), bob, dispute, "one more").refusal()).contains(Reason.TOO_MUCH_EVIDENCE);
    }

    @Test
    void aHomePassesOnOnlyWhatItsOwnAgentFilesAsDefendant() {
        String dispute = saga.filed(alice, saga.settled(alice, bob, "10"), "");
        String carol = beta(saga.beta().agent("0"));
        assertThat(passedOn(dispute, alpha(alice), true)).isEqualTo("MESSAGE_REFUSED");
        assertThat(passedOn(dispute, beta(bob), false)).isEqualTo("MESSAGE_REFUSED");
        assertThat(passedOn(dispute, carol, true)).isEqualTo("UNKNOWN_DISPUTE");
        assertThat(passedOn(UUID.randomUUID().toString(), beta(bob), true)).isEqualTo("UNKNOWN_DISPUTE");
        assertThat(evidence(saga.alpha(), alice, dispute)).isZero();
        assertThat(passedOn(dispute, beta(bob), true)).isEmpty();
        assertThat(evidence(saga.alpha(), alice, dispute)).isOne();
    }

    private String alpha(AgentId agent) {
        return new Did(saga.alpha().id, agent).toString();
    }

    private String beta(AgentId agent) {
        return new Did(saga.beta().id, agent).toString();
    }

    /// Why beta refuses a notice of alpha; empty when it does not.
    private String told(Dispute.Builder dispute, long version) {
        return told(DisputeNotice.newBuilder().setDispute(dispute).setVersion(version));
    }

    private String told(Dispute dispute, Evidence piece) {
        return told(DisputeNotice.newBuilder().setDispute(dispute).setVersion(1).setEvidence(piece));
    }

    private String told(DisputeNotice.Builder notice) {
        return Saga.refusal(
                saga.beta(),
                saga.alpha(),
                Saga.message(saga.alpha(), saga.beta()).setDisputeNotice(notice).build());
    }

    /// Why alpha refuses evidence that beta passes on; empty when it does not.
    ///
    /// @param ours whether its id is made from the message
    private String passedOn(String dispute, String author, boolean ours) {
        Message.Builder message = Saga.message(saga.beta(), saga.alpha());
        UUID id = MessageIds.parse(message.getId()).orElseThrow();
        UUID made = UUID.nameUUIDFromBytes(
                ("hanse-evidence/" + saga.beta().id + "/" + id).getBytes(StandardCharsets.UTF_8));
        Evidence.Builder piece = Evidence.newBuilder()
                .setEvidenceId((ours ? made : UUID.randomUUID()).toString())
                .setAuthor(author)
                .setStatement("I have served")
                .setSubmittedAt(WireTime.of(Instant.EPOCH));
        return Saga.refusal(
                saga.alpha(),
                saga.beta(),
                message.setDisputeEvidence(DisputeEvidence.newBuilder()
                                .setDisputeId(MessageIds.bytes(UUID.fromString(dispute)))
                                .setEvidence(Exhibit.hashed(dispute, piece)))
                        .build());
    }

    private Dispute.Status status(String dispute) {
        return sees(saga.beta(), bob, dispute).value().getStatus();
    }

    private static int evidence(TestNode node, AgentId agent, String dispute) {
        return sees(node, agent, dispute).value().getEvidenceCount();
    }

    private static Asked<Dispute> sees(TestNode node, AgentId agent, String dispute) {
        return Asked.ask(
                Saga.agent(agent),
                observer -> node.disputes.getDispute(
                        GetDisputeRequest.newBuilder().setDisputeId(dispute).build(), observer));
    }

    private static Asked<Evidence> submit(TestNode node, AgentId agent, String dispute, String statement) {
        return Asked.ask(
                Saga.agent(agent),
                observer -> node.disputes.submitEvidence(
                        SubmitEvidenceRequest.newBuilder()
                                .setDisputeId(dispute)
                                .setStatement(statement)
                                .build(),
                        observer));
    }
}
