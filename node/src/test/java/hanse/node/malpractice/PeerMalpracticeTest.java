package hanse.node.malpractice;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.federation.v1.Answer;
import hanse.federation.v1.MalpracticeAnswered;
import hanse.federation.v1.MalpracticeShown;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.malpractice.v1.Dealing;
import hanse.malpractice.v1.Dealing.Kind;
import hanse.malpractice.v1.ListMalpracticeRequest;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.Malpractice.Delivery;
import hanse.malpractice.v1.Malpractice.State;
import hanse.malpractice.v1.Testimony;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.trust.TrustRow;
import hanse.payment.v1.AuthorizeResponse;
import hanse.peer.MessageIds;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A record against an agent of a peer: kept at the reporter's registry, shown at the reported agent's, which
/// sends back what that has to say.
@Timeout(120)
class PeerMalpracticeTest {
    private Pair pair;
    private Desk alpha;
    private Desk beta;
    private AgentId alice;
    private AgentId bob;
    private Did alices;
    private Did bobs;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = Desk.of(pair.alpha());
        beta = Desk.of(pair.beta());
        alice = pair.alpha().agent("100");
        bob = pair.beta().agent("0");
        alices = alpha.did(alice);
        bobs = beta.did(bob);
    }

    @AfterEach
    void holds() {
        Pair.requireWhole(pair.alpha(), pair.beta());
        pair.close();
    }

    @Test
    void isShownToAnAgentOfAPeerAndItsAnswerComesBack() {
        String record = alpha.report(alice, Kind.CONTRACT, contract()).value().getMalpracticeId();
        shown(alpha, beta, record);
        Malpractice there = beta.get(Desk.agent(bob), record).value();
        assertThat(there.getReport()).isEqualTo(alpha.record(record).getReport());
        assertThat(there.getHash()).isEqualTo(alpha.record(record).getHash());
        assertThat(there.getRegistryId()).isEqualTo(pair.alpha().id.value());
        beta.answer(bob, record, "it was the weather").value();
        answered(alpha, record, "it was the weather");
        assertThat(beta.answer(bob, record, "or the tide").refusal()).contains(Reason.ALREADY_ANSWERED);
        assertThat(alpha.rowsAbout(bobs)).containsExactly(new TrustRow(new TrustRow.Pair(alices, bobs), 0, 0, 0, 1, 0));
        assertThat(beta.rowsAbout(bobs))
                .as("what a peer's agent says weighs at the peer")
                .isEmpty();
    }

    @Test
    void isMadeByAProviderOfAContractThatThePeerKeeps() {
        String contract = contract();
        String record = beta.report(bob, Kind.CONTRACT, contract).value().getMalpracticeId();
        shown(beta, alpha, record);
        alpha.answer(alice, record, "the work was late").value();
        answered(beta, record, "the work was late");
        assertThat(beta.rowsAbout(alices))
                .containsExactly(new TrustRow(new TrustRow.Pair(bobs, alices), 0, 0, 0, 1, 0));
        assertThat(alpha.rowsAbout(alices)).isEmpty();
    }

    @Test
    void isMadeByEitherPartyOfAPaymentBetweenRegistries() {
        AuthorizeResponse token = alpha.authorized(alice, bobs);
        beta.verify(bob, pair.alpha().id.value(), token.getPaymentToken());
        String payment = token.getPaymentId();
        shown(alpha, beta, alpha.report(alice, Kind.PAYMENT, payment).value().getMalpracticeId());
        shown(beta, alpha, beta.report(bob, Kind.PAYMENT, payment).value().getMalpracticeId());
    }

    @Test
    void followsWithdrawalAndStrikeAndOnlyItsKeeperStrikesIt() {
        String withdrawn =
                alpha.report(alice, Kind.CONTRACT, contract()).value().getMalpracticeId();
        String struck = alpha.report(alice, Kind.CONTRACT, contract()).value().getMalpracticeId();
        shown(alpha, beta, withdrawn);
        shown(alpha, beta, struck);
        assertThat(beta.strike(struck).refusal()).contains(Reason.KEPT_BY_PEER);
        alpha.withdraw(alice, withdrawn).value();
        alpha.strike(struck).value();
        eventually(
                "both are over there",
                () -> beta.record(withdrawn).getState() == State.WITHDRAWN
                        && beta.record(struck).getState() == State.STRUCK);
        assertThat(beta.record(struck).getEndingNote()).isEqualTo("made up");
        assertThat(alpha.rowsAbout(bobs)).containsExactly(new TrustRow(new TrustRow.Pair(alices, bobs), 0, 0, 0, 2, 2));
    }

    @Test
    void arrivesWhenThePeerIsThereAgainAsItStandsThen() {
        String contract = contract();
        pair.beta().network.messagesLost.set(Integer.MAX_VALUE);
        String record = alpha.report(alice, Kind.CONTRACT, contract).value().getMalpracticeId();
        assertThat(alpha.record(record).getDelivery()).isEqualTo(Delivery.UNDER_WAY);
        assertThat(beta.get(Desk.agent(bob), record).refusal()).contains(Reason.UNKNOWN_MALPRACTICE);
        alpha.withdraw(alice, record).value();
        pair.beta().network.messagesLost.set(0);
        eventually(
                "it is known and over",
                () -> beta.get(Desk.agent(bob), record)
                        .given()
                        .filter(shown -> shown.getState() == State.WITHDRAWN)
                        .isPresent());
        eventually("that is known", () -> alpha.record(record).getDelivery() == Delivery.SHOWN);
    }

    @Test
    void everyMessageMayBeLostAndEveryAnswer() {
        TestNode here = pair.alpha();
        TestNode there = pair.beta();
        for (int i = 0; i < 4; i++) {
            String contract = contract();
            there.network.messagesLost.set(i % 2);
            there.network.answersLost.set(i / 2);
            here.network.outcomesLost.set(i % 2);
            here.network.recordsLost.set(i / 2);
            String record = alpha.report(alice, Kind.CONTRACT, contract).value().getMalpracticeId();
            shown(alpha, beta, record);
            here.network.messagesLost.set(i % 2);
            here.network.answersLost.set(i / 2);
            beta.answer(bob, record, "no").value();
            answered(alpha, record, "no");
        }
        assertThat(alpha.rowsAbout(bobs)).containsExactly(new TrustRow(new TrustRow.Pair(alices, bobs), 0, 0, 0, 4, 0));
    }

    @Test
    void orderNeverMatters() {
        Malpractice standing = record(bobs, alices, contract());
        Malpractice over = standing.toBuilder().setState(State.WITHDRAWN).build();
        assertThat(show(over).hasAccepted()).isTrue();
        assertThat(show(standing).hasAccepted()).isTrue();
        assertThat(alpha.record(standing.getMalpracticeId()).getState()).isEqualTo(State.WITHDRAWN);
    }

    @Test
    void aPeerThatLiesIsNotBelieved() {
        String contract = contract();
        String others = alpha.active(pair.alpha().agent("20"), pair.alpha().agent("0"));
        Did another = beta.did(pair.beta().agent("0"));
        Did local = alpha.did(pair.alpha().agent("0"));
        Malpractice real = record(bobs, alices, contract);
        refused(record(bobs, alices, UUID.randomUUID().toString()), Reason.UNKNOWN_SUBJECT);
        refused(record(bobs, alices, others), Reason.UNKNOWN_SUBJECT);
        refused(record(another, alices, contract), Reason.UNKNOWN_SUBJECT);
        refused(record(bobs, local, contract), Reason.UNKNOWN_SUBJECT);
        refused(record(bobs, bobs, contract), Reason.MESSAGE_REFUSED);
        refused(record(local, alices, contract), Reason.MESSAGE_REFUSED);
        refused(real.toBuilder().setMalpracticeId(UUID.randomUUID().toString()).build(), Reason.MESSAGE_REFUSED);
        refused(real.toBuilder().clearReport().build(), Reason.MESSAGE_UNREADABLE);
        refused(real.toBuilder().clearState().build(), Reason.MESSAGE_UNREADABLE);
        refused(
                real.toBuilder()
                        .setReport(real.getReport().toBuilder().setStatement("x".repeat(4_001)))
                        .build(),
                Reason.MESSAGE_UNREADABLE);
        refused(
                record(
                        bobs,
                        alices,
                        alpha.proposed(alice, alpha.did(local.agent())).getContractId()),
                Reason.UNKNOWN_SUBJECT);
        assertThat(alpha.list(Desk.OPERATOR, ListMalpracticeRequest.newBuilder())
                        .getRecordsList())
                .isEmpty();
        assertThat(alpha.rowsAbout(alices)).isEmpty();
    }

    @Test
    void aPeerAnswersForItsOwnAgentsOnly() {
        AgentId carol = pair.alpha().agent("0");
        String local = alpha.report(alice, Kind.CONTRACT, alpha.active(alice, carol))
                .value()
                .getMalpracticeId();
        assertThat(answer(local).getRefused().getReason()).isEqualTo("UNKNOWN_MALPRACTICE");
        assertThat(answer(UUID.randomUUID().toString()).getRefused().getReason())
                .isEqualTo("UNKNOWN_MALPRACTICE");
        assertThat(alpha.record(local).hasAnswer()).isFalse();
        String own = alpha.report(alice, Kind.CONTRACT, contract()).value().getMalpracticeId();
        assertThat(answer(own).hasAccepted()).isTrue();
        assertThat(answer(own).getRefused().getReason()).isEqualTo("ALREADY_ANSWERED");
    }

    @Test
    void aPeerThatRefusesToShowItChangesNothingOfIt() {
        String contract = contract();
        pair.beta().database.write(tx -> tx.sql().execute("delete from contract_mirror"));
        String record = alpha.report(alice, Kind.CONTRACT, contract).value().getMalpracticeId();
        eventually("it is refused", () -> alpha.record(record).getDelivery() == Delivery.REFUSED);
        assertThat(alpha.record(record).getRefusal()).isEqualTo("UNKNOWN_SUBJECT");
        assertThat(alpha.record(record).getState()).isEqualTo(State.STANDING);
        assertThat(alpha.rowsAbout(bobs)).containsExactly(new TrustRow(new TrustRow.Pair(alices, bobs), 0, 0, 0, 1, 0));
    }

    /// Kept at alpha, provided from beta, signed by both.
    private String contract() {
        Terms terms = alpha.proposed(alice, bobs);
        eventually(
                "beta shows it",
                () -> beta.contract(bob, terms.getContractId()).given().isPresent());
        beta.accept(bob, terms);
        return terms.getContractId();
    }

    private static void shown(Desk from, Desk to, String record) {
        eventually("it is shown", () -> from.record(record).getDelivery() == Delivery.SHOWN);
        assertThat(to.record(record).getState()).isEqualTo(State.STANDING);
    }

    private static void answered(Desk at, String record, String statement) {
        eventually("the answer has come", () -> at.record(record).hasAnswer());
        assertThat(at.record(record).getAnswer().getStatement()).isEqualTo(statement);
    }

    /// What beta could say to alpha.
    private static Malpractice record(Did reporter, Did reported, String dealing) {
        return Malpractice.newBuilder()
                .setMalpracticeId(hanse.node.malpractice.Malpractice.id(
                                Reportable.Kind.CONTRACT, UUID.fromString(dealing), reporter)
                        .toString())
                .setState(State.STANDING)
                .setDealing(Dealing.newBuilder().setKind(Kind.CONTRACT).setId(dealing))
                .setReporter(reporter.toString())
                .setReported(reported.toString())
                .setGrounds(Malpractice.Grounds.NOT_PAID)
                .setReport(Testimony.newBuilder().setStatement("no pay"))
                .build();
    }

    private Outcome show(Malpractice record) {
        return send(
                body -> body.setMalpracticeShown(MalpracticeShown.newBuilder().setRecord(record)));
    }

    private void refused(Malpractice record, Reason reason) {
        assertThat(show(record).getRefused().getReason()).isEqualTo(reason.name());
    }

    private Outcome answer(String record) {
        return send(body -> body.setMalpracticeAnswered(MalpracticeAnswered.newBuilder()
                .setMalpracticeId(MessageIds.bytes(UUID.fromString(record)))
                .setAnswer(Testimony.newBuilder().setStatement("no"))));
    }

    private Outcome send(Consumer<Message.Builder> body) {
        Message.Builder message = Message.newBuilder()
                .setFrom(pair.beta().id.value())
                .setTo(pair.alpha().id.value())
                .setId(MessageIds.bytes(UUID.randomUUID()))
                .setProtocol(1);
        body.accept(message);
        return outcome(pair.alpha().receive(pair.beta(), message.build()));
    }

    private static Outcome outcome(Answer answer) {
        ByteString outcome = answer.getOutcome().getOutcome();
        try {
            return Outcome.parseFrom(outcome);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
