package hanse.node.contract;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.certs.SigningKey;
import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Terms;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.error.v1.Reason;
import hanse.federation.v1.Answer;
import hanse.federation.v1.DisputeFiling;
import hanse.federation.v1.DisputeNotice;
import hanse.federation.v1.DisputeWithdrawal;
import hanse.federation.v1.DisputedSubject;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.testing.Exhibit;
import hanse.peer.MessageIds;
import hanse.peer.MessageSigner;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A peer lies about disputes that its agents file here, or that ours file there.
@Timeout(120)
final class PeerContractFilingLiesTest {
    private Pair pair;
    private Voyage voyage;
    private Plaintiff bob;
    private Path directory;

    @BeforeEach
    void start(@TempDir Path temporary) {
        directory = temporary;
        pair = new Pair(temporary);
        voyage = new Voyage(pair::alpha, pair::beta, Terms.Funding.ESCROWED, "10", "20");
        voyage.create("create").join();
        pair.rest();
        voyage.accept("accept").join();
        bob = new Plaintiff(pair, voyage);
    }

    @AfterEach
    void whole() {
        pair.alpha().network.told = UnaryOperator.identity();
        pair.rest();
        Pair.requireWhole(pair.alpha(), pair.beta());
        pair.close();
    }

    private String alphas(AgentId agent) {
        return new Did(pair.alpha().id, agent).toString();
    }

    private String betas(AgentId agent) {
        return new Did(pair.beta().id, agent).toString();
    }

    private DisputeFiling.Builder filing() {
        return DisputeFiling.newBuilder()
                .setComplainant(betas(voyage.provider))
                .setSubject(DisputedSubject.newBuilder().setKind(2).setId(MessageIds.bytes(voyage.id)))
                .setReason("the ship has arrived");
    }

    private DisputeFiling.Builder filing(DisputedSubject.Builder subject) {
        return filing().setSubject(subject);
    }

    /// What alpha says to a filing that beta has sent.
    private String filed(DisputeFiling.Builder filing) {
        return refusal(
                pair.alpha(),
                pair.beta(),
                message(pair.beta(), pair.alpha()).setDisputeFiling(filing).build());
    }

    private static Message.Builder message(TestNode from, TestNode to) {
        return Message.newBuilder()
                .setFrom(from.id.value())
                .setTo(to.id.value())
                .setProtocol(1)
                .setId(MessageIds.bytes(UUID.randomUUID()));
    }

    /// Why a message is refused for good; empty when it is not.
    private static String refusal(TestNode receiver, TestNode sender, Message message) {
        try {
            return Outcome.parseFrom(
                            receiver.receive(sender, message).getOutcome().getOutcome())
                    .getRefused()
                    .getReason();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aHomeFilesOnlyForItsOwnAgentsAndAboutTheirOwnContracts() {
        String carol = betas(pair.beta().agent("0"));
        assertThat(filed(filing().setComplainant(alphas(voyage.contractor)))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing().setComplainant("did:hanse:gamma.example:" + voyage.provider)))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing().setComplainant("bob"))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing().setComplainant(carol))).isEqualTo("UNKNOWN_SUBJECT");
        DisputedSubject.Builder elsewhere =
                DisputedSubject.newBuilder().setKind(2).setId(MessageIds.bytes(UUID.randomUUID()));
        assertThat(filed(filing(elsewhere))).isEqualTo("UNKNOWN_SUBJECT");
        assertThat(filed(filing(elsewhere.clone().setKind(1)))).isEqualTo("UNKNOWN_SUBJECT");
        assertThat(filed(filing(elsewhere.clone().setKind(4)))).isEqualTo("UNKNOWN_SUBJECT");
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
        assertThat(bob.kept()).isEmpty();
    }

    @Test
    void whatCannotBeReadOrIsTooLargeIsRefused() {
        assertThat(filed(filing().setReason(""))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing().setReason("x".repeat(4_001)))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing().setAmountMicros(-1))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing().setAmountMicros(Long.MAX_VALUE))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing().setGroundsValue(99))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing(DisputedSubject.newBuilder().setKind(2)))).isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing(DisputedSubject.newBuilder().setKind(99).setId(MessageIds.bytes(voyage.id)))))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing(DisputedSubject.newBuilder().setKind(3).setId(MessageIds.bytes(voyage.id)))))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(filed(filing(DisputedSubject.newBuilder()
                        .setKind(3)
                        .setId(MessageIds.bytes(voyage.id))
                        .setMilestoneId("cargo"))))
                .isEqualTo("UNKNOWN_MILESTONE");
        assertThat(filed(filing().setAmountMicros(30_000_001))).isEqualTo("CLAIM_TOO_LARGE");
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
        assertThat(filed(filing().setReason("x".repeat(4_000)).setAmountMicros(30_000_000)))
                .isEmpty();
        assertThat(filed(filing())).isEqualTo("ALREADY_DISPUTED");
        assertThat(voyage.kept().getState()).isEqualTo(State.DISPUTED);
    }

    @Test
    void aHomeWithdrawsOnlyWhatItsOwnAgentHasFiled() {
        UUID dispute = UUID.fromString(bob.file("file").join().getDisputeId());
        DisputedSubject.Builder subject =
                DisputedSubject.newBuilder().setKind(2).setId(MessageIds.bytes(voyage.id));
        String carol = betas(pair.beta().agent("0"));
        assertThat(withdrawn(dispute, subject, alphas(voyage.contractor))).isEqualTo("MESSAGE_REFUSED");
        assertThat(withdrawn(dispute, subject, carol)).isEqualTo("UNKNOWN_DISPUTE");
        assertThat(withdrawn(UUID.randomUUID(), subject, betas(voyage.provider)))
                .isEqualTo("UNKNOWN_DISPUTE");
        assertThat(withdrawn(
                        dispute, subject.clone().setId(MessageIds.bytes(UUID.randomUUID())), betas(voyage.provider)))
                .isEqualTo("UNKNOWN_DISPUTE");
        assertThat(voyage.kept().getState()).isEqualTo(State.DISPUTED);
        assertThat(withdrawn(dispute, subject, betas(voyage.provider))).isEmpty();
        assertThat(withdrawn(dispute, subject, betas(voyage.provider))).isEqualTo("DISPUTE_CLOSED");
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
    }

    private String withdrawn(UUID dispute, DisputedSubject.Builder subject, String complainant) {
        return refusal(
                pair.alpha(),
                pair.beta(),
                message(pair.beta(), pair.alpha())
                        .setDisputeWithdrawal(DisputeWithdrawal.newBuilder()
                                .setDisputeId(MessageIds.bytes(dispute))
                                .setSubject(subject)
                                .setComplainant(complainant))
                        .build());
    }

    @Test
    void theRegistryThatKeepsADisputeCannotMakeAnotherOneOfIt() {
        Dispute filed = bob.file("file").join();
        pair.rest();
        Dispute known = bob.seen(filed.getDisputeId());
        AgentId carol = pair.beta().agent("0");
        String mallory = alphas(new AgentId(UUID.randomUUID()));
        assertThat(told(known.toBuilder().setComplainant(betas(carol)), 9_000)).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known.toBuilder().setDefendant(mallory), 9_000)).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(
                        known.toBuilder().setComplainant(known.getDefendant()).setDefendant(known.getComplainant()),
                        9_000))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known.toBuilder().setDefendant(betas(carol)), 9_000)).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(
                        known.toBuilder()
                                .setSubject(known.getSubject().toBuilder()
                                        .setId(UUID.randomUUID().toString())),
                        9_000))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(
                        known.toBuilder()
                                .setFiledAt(known.getFiledAt().toBuilder().setSeconds(1)),
                        9_000))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(known.toBuilder(), 0)).isEqualTo("MESSAGE_REFUSED");
        assertThat(bob.seen(filed.getDisputeId())).isEqualTo(known);
    }

    @Test
    void nobodyComplainsAtAPeerWithoutHavingAskedForIt() {
        Dispute filed = bob.file("file").join();
        String invented = UUID.randomUUID().toString();
        assertThat(told(filed.toBuilder().setDisputeId(invented), 1)).isEqualTo("MESSAGE_REFUSED");
        assertThat(Plaintiff.all(pair.beta(), Plaintiff.agent(voyage.provider))).hasSize(1);
    }

    @Test
    void aPeerTellsOfNoMoreEvidenceOfItsDefendantThanThatMayFile() {
        Dispute filed = bob.file("file").join();
        String dispute = filed.getDisputeId();
        String alice = alphas(voyage.contractor);
        String invented = UUID.randomUUID().toString();
        assertThat(told(filed, Exhibit.piece(dispute, betas(voyage.provider), "I was paid")))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(told(filed, Exhibit.piece(invented, alice, "elsewhere"))).isEqualTo("MESSAGE_REFUSED");
        assertThat(told(filed, Exhibit.piece(dispute, alice, "x".repeat(8_001))))
                .isEqualTo("MESSAGE_REFUSED");
        for (int i = 0; i < 10; i++) {
            assertThat(told(filed, Exhibit.piece(dispute, alice, "piece " + i))).isEmpty();
        }
        assertThat(told(filed, Exhibit.piece(dispute, alice, "one more"))).isEqualTo("TOO_MUCH_EVIDENCE");
        assertThat(bob.seen(dispute).getEvidenceCount()).isEqualTo(10);
        assertThat(Plaintiff.submit(pair.beta(), voyage.provider, dispute, "mine")
                        .refusal())
                .isEmpty();
    }

    private String told(Dispute dispute, Evidence piece) {
        return told(DisputeNotice.newBuilder().setVersion(1).setDispute(dispute).setEvidence(piece));
    }

    private String told(Dispute.Builder dispute, long version) {
        return told(DisputeNotice.newBuilder().setDispute(dispute).setVersion(version));
    }

    /// What beta says to a notice of alpha.
    private String told(DisputeNotice.Builder notice) {
        return refusal(
                pair.beta(),
                pair.alpha(),
                message(pair.alpha(), pair.beta()).setDisputeNotice(notice).build());
    }

    @Test
    void anAnswerThatShowsAnotherDisputeIsARefusal() {
        AgentId carol = pair.beta().agent("0");
        lying(said -> said.getDisputeBuilder().setComplainant(betas(carol)));
        assertThat(bob.filed(voyage.provider, voyage.id, "", "").refusal()).contains(Reason.MESSAGE_REFUSED);
        assertThat(Plaintiff.all(pair.beta(), Plaintiff.agent(carol))).isEmpty();
        // What alpha has really filed it tells of besides.
        eventually(
                "beta knows",
                () -> Plaintiff.all(pair.beta(), Plaintiff.agent(voyage.provider))
                                .size()
                        == 1);
    }

    private void lying(Consumer<DisputeNotice.Builder> lie) {
        pair.alpha().network.told = answer -> retold(answer, lie);
    }

    private Answer retold(Answer answer, Consumer<DisputeNotice.Builder> lie) {
        SigningKey key = SigningKey.openOrCreate(directory.resolve("alpha").resolve("signing.key"));
        try {
            Outcome.Builder outcome = Outcome.parseFrom(answer.getOutcome().getOutcome()).toBuilder();
            if (outcome.getAccepted().hasDispute()) {
                lie.accept(outcome.getAcceptedBuilder().getDisputeBuilder());
            }
            return answer.toBuilder()
                    .setOutcome(new MessageSigner(pair.alpha().id.value(), key).sign(outcome.build()))
                    .build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
