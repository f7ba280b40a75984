package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hanse.error.v1.Reason;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.federation.TestNode.Network.Moment;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Treasury;
import hanse.peer.v1.PeerTransfer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The treasury gives payers what waits for the outcome of a silent peer.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class AdvanceTest {
    private static final long TEN = Avt.parse("10").micros();

    private Pair pair;
    private TestNode alpha;
    private TestNode beta;
    private AgentId alice;
    private AgentId weather;
    private long treasury;

    @BeforeAll
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = pair.alpha();
        beta = pair.beta();
    }

    @AfterAll
    void stop() {
        pair.close();
    }

    @BeforeEach
    void fund() {
        alice = alpha.agent("100");
        weather = beta.agent("0");
        spendAll();
        // What one advance needs is not in one stripe.
        alpha.earn(0, "4");
        alpha.earn(1, "8");
        treasury = alpha.treasury();
    }

    /// What earlier tests have left in the treasury.
    private void spendAll() {
        Avt left = new Avt(alpha.treasury());
        AccountId somebody = AccountId.of(alpha.agent("0"));
        if (!left.isZero()) {
            alpha.database.write(tx -> {
                Treasury all = Treasury.open(alpha.ledger, tx);
                return alpha.ledger.post(
                        tx,
                        wanted -> {
                            wanted.account(somebody);
                            all.accounts(wanted);
                        },
                        books -> all.pay(books, EntryKind.TREASURY_PAID, somebody, left, part -> part));
            });
        }
    }

    @AfterEach
    void holds() {
        beta.wire().restore();
        Pair.requireWhole(alpha, beta);
    }

    @Test
    void aRefundAfterAnAdvanceGoesToTheTreasury() {
        UUID transfer = stuck(nobody());
        requireInFlight("90", treasury);
        PeerTransfer advanced = alpha.advance(transfer, "refunded");
        assertThat(advanced.getState()).isEqualTo(PeerTransfer.State.PREPARED);
        assertThat(advanced.hasAdvancedAt()).isTrue();
        requireInFlight("100", treasury - TEN);

        CrossRegistryTransferResponse ended = end(transfer);
        assertThat(ended.getState()).isEqualTo(State.REFUNDED);
        assertThat(ended.getAdvancedAt()).isEqualTo(advanced.getAdvancedAt());
        assertThat(alpha.balance(alice)).isEqualTo("100");
        assertThat(alpha.treasury()).isEqualTo(treasury);
        // In two entries: no stripe had enough.
        assertThat(statement().stream().map(Entry::kind))
                .containsExactly(
                        EntryKind.TRANSFER_ADVANCED,
                        EntryKind.TRANSFER_ADVANCED,
                        EntryKind.TRANSFER_PREPARED,
                        EntryKind.TOKENS_ISSUED);
        assertThat(statement().subList(0, 2)).allSatisfy(entry -> {
            assertThat(entry.subject()).contains(transfer);
            assertThat(entry.note()).isEqualTo("be patient");
        });
    }

    @Test
    void aCreditAfterAnAdvanceIsTheOperatorsLoss() {
        alpha.earn(2, "10");
        UUID transfer = stuck(weather);
        alpha.advance(transfer, "credited");
        requireInFlight("100", treasury);

        CrossRegistryTransferResponse ended = end(transfer);
        assertThat(ended.getState()).isEqualTo(State.EXPORTED);
        assertThat(ended.hasAdvancedAt()).isTrue();
        assertThat(alpha.balance(alice)).isEqualTo("100");
        assertThat(beta.balance(weather)).isEqualTo("9.95");
        assertThat(alpha.treasury()).isEqualTo(treasury);
        PeerTransfers transfers = alpha.federation.peerTransfers();
        assertThat(transfers.page(beta.id, false, new UUID(0, 0), 10)).isEmpty();
        assertThat(transfers.page(beta.id, true, new UUID(0, 0), 10))
                .filteredOn(lost -> lost.getTransferId().equals(transfer.toString()))
                .singleElement()
                .satisfies(lost -> assertThat(lost.getState()).isEqualTo(PeerTransfer.State.EXPORTED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"suspended", "removed"})
    void isAdvancedWhateverThePeersStatusAndResumesUnderTheSameId(String status) {
        UUID transfer = stuck(nobody());
        if (status.equals("suspended")) {
            alpha.suspendPeer(beta);
        } else {
            alpha.federation.peers().remove(alpha.operator(), beta.id);
        }
        alpha.advance(transfer, status);
        requireInFlight("100", treasury - TEN);
        if (status.equals("suspended")) {
            alpha.resumePeer(beta);
        } else {
            alpha.trust(beta);
        }
        assertThat(end(transfer).getState()).isEqualTo(State.REFUNDED);
        eventually("they are peers again", () -> alpha.isActive(beta));
        assertThat(alpha.balance(alice)).isEqualTo("100");
        assertThat(alpha.treasury()).isEqualTo(treasury);
    }

    @Test
    void isAdvancedOnce() {
        alpha.earn(0, "10");
        UUID transfer = stuck(nobody());
        PeerTransfer first = alpha.advance(transfer, "once");
        assertThat(alpha.advance(transfer, "once")).isEqualTo(first);
        assertThat(refusal(transfer, "twice")).isEqualTo(Reason.ALREADY_ADVANCED);
        requireInFlight("100", treasury);
        end(transfer);
        assertThat(alpha.advance(transfer, "once")).isEqualTo(first);
        assertThat(refusal(transfer, "twice")).isEqualTo(Reason.ALREADY_ADVANCED);
        assertThat(refusal(transfer, "late")).isEqualTo(Reason.ALREADY_ADVANCED);
        assertThat(alpha.balance(alice)).isEqualTo("100");
        assertThat(alpha.treasury()).isEqualTo(treasury + TEN);
    }

    @Test
    void whatHasEndedOrIsNotKnownIsNotAdvanced() {
        for (AgentId payee : List.of(weather, nobody())) {
            UUID transfer = stuck(payee);
            end(transfer);
            assertThat(refusal(transfer, payee.toString())).isEqualTo(Reason.TRANSFER_ENDED);
        }
        assertThat(refusal(UUID.randomUUID(), "unknown")).isEqualTo(Reason.UNKNOWN_TRANSFER);
        assertThat(alpha.balance(alice)).isEqualTo("90");
        assertThat(alpha.treasury()).isEqualTo(treasury);
    }

    @Test
    void aTreasuryThatHasTooLittleGivesNothing() {
        alice = alpha.agent("1000");
        UUID transfer = stuck(nobody(), "990");
        assertThat(refusal(transfer, "too much")).isEqualTo(Reason.INSUFFICIENT_FUNDS);
        assertThat(alpha.balance(alice)).isEqualTo("10");
        assertThat(alpha.treasury()).isEqualTo(treasury);
        CrossRegistryTransferResponse ended = end(transfer);
        assertThat(ended.hasAdvancedAt()).isFalse();
        assertThat(alpha.balance(alice)).isEqualTo("1000");
        assertThat(alpha.treasury()).isEqualTo(treasury);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofManyOperatorsAndTheOutcomeOneDecides(boolean credited) throws Exception {
        for (int round = 0; round < 8; round++) {
            alice = alpha.agent("100");
            alpha.earn(0, "10");
            treasury = alpha.treasury();
            UUID transfer = stuck(credited ? weather : nobody());
            List<Reason> refused = new ArrayList<>();
            CrossRegistryTransferResponse ended;
            try (ExecutorService operators = Executors.newVirtualThreadPerTaskExecutor()) {
                CountDownLatch answered = new CountDownLatch(1);
                List<Future<Reason>> advances = new ArrayList<>();
                for (int operator = 0; operator < 4; operator++) {
                    String request = UUID.randomUUID().toString();
                    advances.add(operators.submit(() -> {
                        answered.await();
                        return attempt(transfer, request);
                    }));
                }
                alpha.network.at(Moment.ANSWERED, answered::countDown);
                ended = end(transfer);
                for (Future<Reason> advance : advances) {
                    refused.add(advance.get());
                }
            }
            boolean advanced = refused.remove(Reason.REASON_UNSPECIFIED);
            assertThat(refused)
                    .hasSize(advanced ? 3 : 4)
                    .allMatch(reason -> reason == (advanced ? Reason.ALREADY_ADVANCED : Reason.TRANSFER_ENDED));
            assertThat(ended.hasAdvancedAt()).isEqualTo(advanced);
            assertThat(alpha.balance(alice)).isEqualTo(credited && !advanced ? "90" : "100");
            assertThat(alpha.treasury()).isEqualTo(credited && advanced ? treasury - TEN : treasury);
            requireEquations();
        }
    }

    private static AgentId nobody() {
        return new AgentId(UUID.randomUUID());
    }

    private UUID stuck(AgentId payee) {
        return stuck(payee, "10");
    }

    /// What alice sends to a peer that cannot be reached.
    private UUID stuck(AgentId payee, String amount) {
        beta.wire().cut();
        var unused = alpha.send(alice, beta, payee, amount);
        eventually("it is in flight", () -> alpha.unanswered() > 0);
        return alpha.underWay();
    }

    /// The peer can be reached again.
    private CrossRegistryTransferResponse end(UUID transfer) {
        beta.wire().restore();
        eventually("the outcome is recorded", () -> alpha.unanswered() == 0);
        requireEquations();
        return alpha.transfer(alice, transfer);
    }

    private void requireInFlight(String balance, long inTreasury) {
        assertThat(alpha.balance(alice)).isEqualTo(balance);
        assertThat(alpha.treasury()).isEqualTo(inTreasury);
        assertThat(alpha.total(AccountKind.IN_FLIGHT, beta)).isEqualTo(TEN);
        requireEquations();
    }

    /// Supply, and what the two registries hold of each other.
    private void requireEquations() {
        assertThat(alpha.sum()).isZero();
        assertThat(beta.sum()).isZero();
        long exported = alpha.total(AccountKind.EXPORTED, beta);
        assertThat(beta.total(AccountKind.IMPORTED, alpha))
                .isBetween(exported, exported + alpha.total(AccountKind.IN_FLIGHT, beta));
    }

    private List<Entry> statement() {
        return alpha.database.read(tx -> alpha.ledger.walk(
                tx,
                AccountId.of(alice),
                alpha.ledger.find(tx, AccountId.of(alice)).orElseThrow().lastEntry(),
                10));
    }

    private Reason attempt(UUID transfer, String request) {
        try {
            alpha.advance(transfer, request);
            return Reason.REASON_UNSPECIFIED;
        } catch (RefusedException refused) {
            return refused.reason();
        }
    }

    private Reason refusal(UUID transfer, String request) {
        return catchThrowableOfType(RefusedException.class, () -> alpha.advance(transfer, request))
                .reason();
    }
}
