package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;
import static hanse.schema.jooq.Tables.OUTBOX;
import static hanse.schema.jooq.Tables.OUTCOME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.error.v1.Reason;
import hanse.federation.v1.Message;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.testing.FaultySource;
import hanse.node.testing.Postgres;
import hanse.peer.MessageIds;
import hanse.peer.v1.SignedCard;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Money between two registries, with everything going wrong that can.
class TransferTest {
    @TempDir
    Path directory;

    private TestNode alpha;
    private TestNode beta;

    @BeforeEach
    void peer() {
        alpha = new TestNode("alpha.example", directory.resolve("alpha"), Postgres.fresh()).start();
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh()).start();
        alpha.trust(beta);
        beta.trust(alpha);
        eventually("both have greeted", this::bothActive);
    }

    private boolean bothActive() {
        return alpha.position(beta).status() == PeerStatus.ACTIVE
                && beta.position(alpha).status() == PeerStatus.ACTIVE;
    }

    /// Whatever happened in a test: in the end every pair is legal and both books hold.
    @AfterEach
    void holds() {
        try {
            Pair.requireWhole(alpha, beta);
        } finally {
            alpha.close();
            beta.close();
            alpha.fresh.close();
            beta.fresh.close();
        }
    }

    @Test
    void moneyArrivesAtThePeerLessThePeersFee() {
        AgentId alice = alpha.agent("100");
        AgentId weather = beta.agent("0");
        CrossRegistryTransferResponse answer =
                alpha.send(alice, beta, weather, "10").join();
        assertThat(answer.getState()).isEqualTo(State.EXPORTED);
        assertThat(alpha.balance(alice)).isEqualTo("90");
        assertThat(beta.balance(weather)).isEqualTo("9.95");
        CrossRegistryTransferResponse back =
                beta.send(weather, alpha, alice, "9.95").join();
        assertThat(back.getState()).isEqualTo(State.EXPORTED);
        assertThat(alpha.balance(alice)).isEqualTo("99.90025");
        assertThat(beta.position(alpha).net()).isEqualTo(Avt.parse("0.05").micros());
    }

    @Test
    void aRepeatAnswersWithWhatHasBecomeOfTheFirst() {
        AgentId alice = alpha.agent("100");
        AgentId weather = beta.agent("0");
        beta.network.messagesLost.set(1);
        CrossRegistryTransferResponse first =
                alpha.send(alice, beta, weather, "10", "once").join();
        CrossRegistryTransferResponse second =
                alpha.send(alice, beta, weather, "10", "once").join();
        assertThat(second.getTransferId()).isEqualTo(first.getTransferId());
        assertThat(second.getState()).isEqualTo(State.EXPORTED);
        assertThat(alpha.balance(alice)).isEqualTo("90");
    }

    @Test
    void aRepeatPaysOnceEvenWhenThePeerIsSilentForLongerThanOutcomesAreRemembered() {
        AgentId alice = alpha.agent("100");
        AgentId weather = beta.agent("0");
        beta.network.messagesLost.set(Integer.MAX_VALUE);
        CrossRegistryTransferResponse first =
                alpha.send(alice, beta, weather, "10", "once").join();
        alpha.database.write(tx -> tx.sql().deleteFrom(OUTCOME).execute());
        assertThat(alpha.send(alice, beta, weather, "10", "once").join()).isEqualTo(first);
        assertThatThrownBy(() -> alpha.send(alice, beta, weather, "11", "once").join())
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining("REQUEST_ID_REUSED");
        assertThat(alpha.balance(alice)).isEqualTo("90");
        beta.network.messagesLost.set(0);
        eventually("it arrives", () -> beta.balance(weather).equals("9.95"));
    }

    @Test
    void anotherContentUnderTheSameRequestIdIsRefused() {
        AgentId alice = alpha.agent("100");
        AgentId weather = beta.agent("0");
        alpha.send(alice, beta, weather, "10", "once").join();
        assertThat(refusal(alpha.send(alice, beta, weather, "11", "once"))).contains(Reason.REQUEST_ID_REUSED);
    }

    @Test
    void whatThePeerRefusesComesBack() {
        AgentId alice = alpha.agent("100");
        CrossRegistryTransferResponse answer =
                alpha.send(alice, beta, new AgentId(UUID.randomUUID()), "10").join();
        assertThat(answer.getState()).isEqualTo(State.REFUNDED);
        assertThat(answer.getRefusal()).isEqualTo("UNKNOWN_AGENT");
        assertThat(alpha.balance(alice)).isEqualTo("100");
        AgentId weather = beta.agent("0");
        assertThat(alpha.send(alice, beta, weather, "0.000001").join().getRefusal())
                .isEqualTo("AMOUNT_TOO_SMALL");
        beta.database.write(tx -> {
            beta.ledger.suspend(tx, weather);
            return weather;
        });
        assertThat(alpha.send(alice, beta, weather, "1").join().getRefusal()).isEqualTo("AGENT_NOT_ACTIVE");
    }

    @Test
    void nothingIsTakenFromWhoHasNotEnoughOrForWhomNobodyIsKnown() {
        AgentId alice = alpha.agent("1");
        AgentId weather = beta.agent("0");
        assertThat(refusal(alpha.send(alice, beta, weather, "2"))).contains(Reason.INSUFFICIENT_FUNDS);
        assertThatThrownBy(() -> alpha.send(alice, alpha, weather, "1"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOCAL_AGENT));
        alpha.federation.peers().suspend(alpha.operator(), beta.id);
        assertThat(refusal(alpha.send(alice, beta, weather, "1"))).contains(Reason.PEER_SUSPENDED);
        alpha.federation.peers().resume(alpha.operator(), beta.id);
        assertThat(alpha.frames()).isEmpty();
    }

    @Test
    void whatALaterVersionWroteHoldsUpNothingBehindIt() {
        AgentId alice = alpha.agent("100");
        AgentId weather = beta.agent("0");
        beta.wire().cut();
        var sent = alpha.send(alice, beta, weather, "10");
        eventually("it is committed", () -> alpha.unanswered() == 1);
        assertThat(sent.join().getState()).isEqualTo(State.PREPARED);
        alpha.close();
        // More than a look takes, and older.
        for (int i = 0; i < 600; i++) {
            writeWithoutKnownBody(new UUID(0, i));
        }
        alpha = alpha.again().start();
        beta.wire().restore();
        eventually("it arrives", () -> beta.balance(weather).equals("9.95"));
        eventually("nothing else goes", () -> alpha.unanswered() == 600);
        alpha.database.write(tx ->
                tx.sql().deleteFrom(OUTBOX).where(OUTBOX.ID.lt(new UUID(1, 0))).execute());
    }

    private void writeWithoutKnownBody(UUID id) {
        alpha.database.write(tx -> tx.sql()
                .insertInto(OUTBOX)
                .set(OUTBOX.PEER, beta.id.value())
                .set(OUTBOX.ID, id)
                .set(OUTBOX.CREATED_AT, tx.now())
                .set(
                        OUTBOX.MESSAGE,
                        Message.newBuilder()
                                .setFrom(alpha.id.value())
                                .setTo(beta.id.value())
                                .setId(MessageIds.bytes(id))
                                .build()
                                .toByteArray())
                .execute());
    }

    @Test
    void nothingIsTakenForAMessageThatNoPeerWouldRead() {
        AgentId alice = alpha.agent("100");
        CrossRegistryTransferRequest request = CrossRegistryTransferRequest.newBuilder()
                .setTo(new Did(beta.id, beta.agent("0")).toString())
                .setAmount("10")
                .setMemo("x".repeat(70_000))
                .build();
        assertThat(alpha.federation.transfers().transfer(TestNode.call(alice, "large", ""), request))
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(IllegalArgumentException.class);
        assertThat(alpha.unanswered()).isZero();
        assertThat(alpha.balance(alice)).isEqualTo("100");
    }

    @Test
    void neverHoldsMoreOfAPeerThanTheLimit() {
        AgentId alice = alpha.agent("100");
        AgentId weather = beta.agent("0");
        beta.federation.peers().limit(beta.operator(), alpha.id, Avt.parse("25"));
        List<CompletableFuture<CrossRegistryTransferResponse>> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sent.add(alpha.send(alice, beta, weather, "10"));
        }
        assertThat(sent.stream().map(CompletableFuture::join).map(CrossRegistryTransferResponse::getRefusal))
                .containsExactlyInAnyOrder("", "", "EXPOSURE_EXCEEDED", "EXPOSURE_EXCEEDED", "EXPOSURE_EXCEEDED");
        assertThat(beta.position(alpha).net()).isEqualTo(Avt.parse("20").micros());
        // What goes back makes room.
        beta.send(weather, alpha, alice, "10").join();
        assertThat(alpha.send(alice, beta, weather, "15").join().getState()).isEqualTo(State.EXPORTED);
    }

    @Test
    void aLinkCutBeforeAndAfterEveryMessageLosesAndDoublesNothing() {
        AgentId alice = alpha.agent("1000");
        AgentId weather = beta.agent("0");
        Map<UUID, String> refusals = new HashMap<>();
        for (int i = 0; i < 8; i++) {
            beta.network.messagesLost.set(i % 2);
            beta.network.answersLost.set(i / 2 % 2);
            alpha.network.outcomesLost.set(i / 4 % 2);
            alpha.network.recordsLost.set(i % 3);
            AgentId payee = i % 2 == 0 ? weather : new AgentId(UUID.randomUUID());
            CrossRegistryTransferResponse answer =
                    alpha.send(alice, beta, payee, "10").join();
            refusals.put(UUID.fromString(answer.getTransferId()), answer.getRefusal());
        }
        eventually("every transfer ends", () -> alpha.unanswered() == 0);
        assertThat(alpha.frames().values())
                .containsExactlyInAnyOrder(
                        Frame.State.EXPORTED,
                        Frame.State.EXPORTED,
                        Frame.State.EXPORTED,
                        Frame.State.EXPORTED,
                        Frame.State.REFUNDED,
                        Frame.State.REFUNDED,
                        Frame.State.REFUNDED,
                        Frame.State.REFUNDED);
        assertThat(alpha.balance(alice)).isEqualTo("960");
        assertThat(beta.balance(weather)).isEqualTo("39.8");
    }

    @Test
    void everyCommitMayFailBeforeOrAfterItHappened() {
        AgentId alice = alpha.agent("1000");
        AgentId weather = beta.agent("0");
        List<CompletableFuture<CrossRegistryTransferResponse>> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            TestNode unlucky = i % 2 == 0 ? alpha : beta;
            if (i % 5 == 0) {
                unlucky.faults.plan(i % 3 == 0 ? FaultySource.Fault.ANSWER_LOST : FaultySource.Fault.KILLED_BEFORE);
            }
            sent.add(alpha.send(alice, beta, i % 10 == 0 ? new AgentId(UUID.randomUUID()) : weather, "1"));
            if (i % 10 == 9) {
                sent.forEach(CompletableFuture::join);
            }
        }
        sent.forEach(CompletableFuture::join);
        eventually("every transfer ends", () -> alpha.unanswered() == 0);
        assertThat(alpha.faults.happened() + beta.faults.happened()).isPositive();
        assertThat(alpha.frames()).hasSize(100);
        assertThat(alpha.balance(alice)).isEqualTo("910");
        assertThat(beta.balance(weather)).isEqualTo("89.55");
    }

    @Test
    void whatIsUnderWayGoesOnAfterBothRestart() {
        AgentId alice = alpha.agent("1000");
        AgentId weather = beta.agent("0");
        beta.close();
        List<String> ids = new ArrayList<>();
        List<CompletableFuture<CrossRegistryTransferResponse>> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add(alpha.send(alice, beta, weather, "10"));
        }
        for (CompletableFuture<CrossRegistryTransferResponse> answer : sent) {
            assertThat(answer.join().getState()).isEqualTo(State.PREPARED);
            ids.add(answer.join().getTransferId());
        }
        alpha.close();
        assertThat(alpha.total(AccountKind.IN_FLIGHT, beta))
                .isEqualTo(Avt.parse("200").micros());
        alpha = alpha.again().start();
        beta = beta.again().start();
        eventually("every transfer ends", () -> alpha.unanswered() == 0);
        assertThat(beta.balance(weather)).isEqualTo("199");
        for (String id : ids) {
            assertThat(alpha.federation
                            .transfers()
                            .get(
                                    TestNode.call(alice, "any", ""),
                                    GetCrossRegistryTransferRequest.newBuilder()
                                            .setTransferId(id)
                                            .build())
                            .getState())
                    .isEqualTo(State.EXPORTED);
        }
    }

    @Test
    void aSecondProcessTakesOverWhatADeadOneLeft() {
        AgentId alice = alpha.agent("1000");
        AgentId weather = beta.agent("0");
        beta.network.messagesLost.set(Integer.MAX_VALUE);
        CrossRegistryTransferResponse answer =
                alpha.send(alice, beta, weather, "10").join();
        assertThat(answer.getState()).isEqualTo(State.PREPARED);
        alpha.close();
        beta.network.messagesLost.set(0);
        alpha = alpha.again().start();
        eventually("the transfer ends", () -> alpha.unanswered() == 0);
        assertThat(beta.balance(weather)).isEqualTo("9.95");
    }

    @Test
    void aRemovedPeersConnectionsCloseAlsoThoseOfOtherProcesses() {
        try (TestNode other = new TestNode(
                        "alpha.example", directory.resolve("alpha"), alpha.fresh, InstantSource.system())
                .start()) {
            eventually(
                    "all are connected",
                    () -> alpha.link(beta).connected()
                            && other.link(beta).connected()
                            && beta.link(alpha).connected());
            alpha.federation.peers().remove(alpha.operator(), beta.id);
            eventually(
                    "none is connected",
                    () -> !alpha.link(beta).connected()
                            && !other.link(beta).connected()
                            && !beta.link(alpha).connected());
            AgentId weather = beta.agent("10");
            beta.send(weather, alpha, alpha.agent("0"), "10").join();
            assertThat(beta.unanswered()).isEqualTo(1);
            alpha.trust(beta);
            eventually("the transfer ends", () -> beta.unanswered() == 0);
            assertThat(beta.balance(weather)).isEqualTo("0");
        }
    }

    @Test
    void anotherKeyIsRefusedWhileTransfersAreOpen() {
        AgentId alice = alpha.agent("100");
        AgentId weather = beta.agent("0");
        beta.network.messagesLost.set(Integer.MAX_VALUE);
        alpha.send(alice, beta, weather, "10").join();
        try (TestNode impostor = beta.impostor(directory.resolve("impostor"))) {
            assertThatThrownBy(() -> alpha.trust(impostor))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PEER_KEY_CHANGED));
        }
        alpha.federation.peers().remove(alpha.operator(), beta.id);
        beta.network.messagesLost.set(0);
        assertThat(alpha.unanswered()).isEqualTo(1);
        // The same identity again: what was open goes on under the same id.
        alpha.trust(beta);
        eventually("the transfer ends", () -> alpha.unanswered() == 0);
        assertThat(beta.balance(weather)).isEqualTo("9.95");
    }

    @Test
    void addingAPeerTwiceChangesAtMostTheLimit() {
        hanse.peer.v1.Peer before = alpha.federation.peers().get(beta.id);
        alpha.trust(beta);
        hanse.peer.v1.Peer after = alpha.federation.peers().get(beta.id);
        assertThat(after.getStatus()).isEqualTo(hanse.peer.v1.Peer.Status.ACTIVE);
        assertThat(after.getAddedAt()).isEqualTo(before.getAddedAt());
        SignedCard card = beta.federation.peers().card();
        alpha.federation.peers().add(alpha.operator(), card, Optional.of(Avt.parseLimit("0")), "");
        assertThat(alpha.position(beta).limit()).isEqualTo(Avt.ZERO);
        assertThatThrownBy(() -> alpha.trust(alpha))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OWN_CARD));
        assertThat(alpha.federation
                        .directory()
                        .byIssuer("https://beta.example/")
                        .id())
                .isEqualTo(beta.id);
    }

    private static Optional<Reason> refusal(CompletableFuture<?> answer) {
        try {
            answer.join();
            return Optional.empty();
        } catch (CompletionException e) {
            return e.getCause() instanceof RefusedException refused ? Optional.of(refused.reason()) : Optional.empty();
        }
    }
}
