package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.federation.v1.Answer;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.ledger.Avt;
import hanse.node.testing.Postgres;
import hanse.peer.MessageIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What beta decides when alpha's messages come as no honest node would send them: said at its door, past the network.
class ReceivedMessageTest {
    @TempDir
    Path directory;

    private TestNode alpha;
    private TestNode beta;

    @BeforeEach
    void trust() {
        alpha = new TestNode("alpha.example", directory.resolve("alpha"), Postgres.fresh());
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh());
        beta.trust(alpha);
    }

    @AfterEach
    void booksHold() {
        assertThat(beta.sum()).isZero();
        alpha.close();
        beta.close();
        alpha.fresh.close();
        beta.fresh.close();
    }

    @Test
    void aRepeatFindsTheStoredOutcomeThoughThePeerIsSuspendedSince() {
        Message message = credit(new AgentId(UUID.randomUUID()), beta.agent("0"), "5");
        Outcome first = outcome(receive(message));
        assertThat(first.hasAccepted()).isTrue();
        beta.federation.peers().suspend(beta.operator(), alpha.id);
        assertThat(outcome(receive(message))).isEqualTo(first);
        Message fresh = credit(new AgentId(UUID.randomUUID()), beta.agent("0"), "5");
        assertThat(outcome(receive(fresh)).getRefused().getReason()).isEqualTo("PEER_SUSPENDED");
        beta.federation.peers().resume(beta.operator(), alpha.id);
        assertThat(outcome(receive(fresh)).getRefused().getReason()).isEqualTo("PEER_SUSPENDED");
    }

    @Test
    void theSameIdWithAnotherContentDecidesNothing() {
        Message message = credit(new AgentId(UUID.randomUUID()), beta.agent("0"), "5");
        receive(message);
        Message other = message.toBuilder()
                .setCreditTransfer(message.getCreditTransfer().toBuilder().setAmountMicros(6))
                .build();
        assertThat(receive(other).getUndecided().getReason()).isEqualTo("REQUEST_ID_REUSED");
    }

    @Test
    void partiesThatAreNotTheSendersOrNotOursAreRefused() {
        AgentId somebody = beta.agent("100");
        Message foreignPayer = edited(
                credit(new AgentId(UUID.randomUUID()), somebody, "5"),
                credit -> credit.setPayer(new Did(beta.id, somebody).toString()));
        assertThat(outcome(receive(foreignPayer)).getRefused().getReason()).isEqualTo("MESSAGE_REFUSED");
        Message foreignPayee = edited(
                credit(new AgentId(UUID.randomUUID()), somebody, "5"),
                credit -> credit.setPayee(new Did(alpha.id, somebody).toString()));
        assertThat(outcome(receive(foreignPayee)).getRefused().getReason()).isEqualTo("MESSAGE_REFUSED");
        assertThat(beta.balance(somebody)).isEqualTo("100");
    }

    @Test
    void manyAtOnceWithTheSameIdAreDecidedOnce() {
        AgentId payee = beta.agent("0");
        Message message = credit(new AgentId(UUID.randomUUID()), payee, "5");
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(CompletableFuture.supplyAsync(() -> receive(message), Thread::startVirtualThread));
        }
        assertThat(answers.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        assertThat(beta.balance(payee)).isEqualTo("4.975");
    }

    @Test
    void aMessageOfALaterVersionIsLeftUndecided() {
        Message later = credit(new AgentId(UUID.randomUUID()), beta.agent("0"), "5").toBuilder()
                .clearBody()
                .build();
        assertThat(receive(later).getUndecided().getReason()).isEqualTo("MESSAGE_UNREADABLE");
    }

    @Test
    void aTextThatNoDatabaseHoldsIsLeftUndecided() {
        AgentId payee = beta.agent("0");
        Message unstorable =
                edited(credit(new AgentId(UUID.randomUUID()), payee, "5"), credit -> credit.setMemo("a\0b"));
        assertThat(receive(unstorable).getUndecided().getReason()).isEqualTo("MESSAGE_UNREADABLE");
        assertThat(beta.balance(payee)).isEqualTo("0");
    }

    @Test
    void aMemoOfMoreThan256CharactersIsRefused() {
        AgentId payee = beta.agent("0");
        Message longest = edited(
                credit(new AgentId(UUID.randomUUID()), payee, "5"),
                credit -> credit.setMemo("\uD83D\uDC1F".repeat(256)));
        assertThat(outcome(receive(longest)).hasAccepted()).isTrue();
        Message longer =
                edited(credit(new AgentId(UUID.randomUUID()), payee, "5"), credit -> credit.setMemo("x".repeat(257)));
        assertThat(outcome(receive(longer)).getRefused().getReason()).isEqualTo("MESSAGE_REFUSED");
        assertThat(beta.balance(payee)).isEqualTo("4.975");
    }

    @Test
    void aDayThatItsSenderHasClosedTakesNothingNew() {
        AgentId payee = beta.agent("0");
        Message known = edited(credit(new AgentId(UUID.randomUUID()), payee, "5"), credit -> credit.setBucketDay(100));
        Outcome first = outcome(receive(known));
        assertThat(first.hasAccepted()).isTrue();
        beta.database.write(tx -> tx.sql().execute("update peer_position set closed_day = 100"));
        assertThat(outcome(receive(known))).isEqualTo(first);
        Message late = edited(credit(new AgentId(UUID.randomUUID()), payee, "5"), credit -> credit.setBucketDay(100));
        assertThat(outcome(receive(late)).getRefused().getReason()).isEqualTo("BUCKET_CLOSED");
        Message next = edited(credit(new AgentId(UUID.randomUUID()), payee, "5"), credit -> credit.setBucketDay(101));
        assertThat(outcome(receive(next)).hasAccepted()).isTrue();
        assertThat(beta.balance(payee)).isEqualTo("9.95");
    }

    private Message credit(AgentId payer, AgentId payee, String amount) {
        return Message.newBuilder()
                .setFrom(alpha.id.value())
                .setTo(beta.id.value())
                .setId(MessageIds.bytes(UUID.randomUUID()))
                .setProtocol(1)
                .setCreditTransfer(CreditTransfer.newBuilder()
                        .setPayer(new Did(alpha.id, payer).toString())
                        .setPayee(new Did(beta.id, payee).toString())
                        .setAmountMicros(Avt.parse(amount).micros()))
                .build();
    }

    private static Message edited(Message message, java.util.function.Consumer<CreditTransfer.Builder> edit) {
        CreditTransfer.Builder credit = message.getCreditTransfer().toBuilder();
        edit.accept(credit);
        return message.toBuilder().setCreditTransfer(credit).build();
    }

    private Answer receive(Message message) {
        return beta.receive(alpha, message);
    }

    private static Outcome outcome(Answer answer) {
        try {
            return Outcome.parseFrom(answer.getOutcome().getOutcome());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
