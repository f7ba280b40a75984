package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.federation.v1.Message;
import hanse.node.call.AgentId;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.node.settlement.Settlement.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When a peer's slash is carried out without anyone, and when it waits for the operator. Source: design §8,
/// "Auto-approval needs"; spec/protocol, Per-peer auto-slash configuration.
@Timeout(60)
class AutoApprovalTest {
    private static final int MAX = 2;
    private static final Duration WEEK = Duration.ofDays(7);

    private Strait strait;
    private AgentId alice;
    private List<AgentId> payees;
    private final Map<AgentId, String> payments = new HashMap<>();

    /// Seven agents of beta have received 20 AVT each from alice of alpha.
    @BeforeEach
    void deal(@TempDir Path directory) {
        strait = new Strait(directory, 8);
        alice = strait.alpha.agent("1000");
        payees = IntStream.range(0, 7).mapToObj(i -> strait.beta.agent("1")).toList();
        new Trade(strait, alice, payees)
                .payments(0, payees.size(), 0)
                .forEach(deal ->
                        payments.put(deal.payee(), deal.subjects().getFirst().getId()));
        trust(true, MAX);
    }

    @AfterEach
    void booksHold() {
        assertThat(strait.beta.fault()).isEmpty();
        assertThat(strait.beta.sum()).isZero();
        strait.close();
    }

    @Test
    void whatMeetsAllConditionsIsSlashedAtOnce() {
        assertThat(asked(payees.getFirst(), "2")).isEqualTo(State.SLASHED);
    }

    @Test
    void nothingIsWhereTheOperatorHasSetNothing() {
        TestNode beta = strait.beta;
        beta.database.write(tx -> tx.sql().execute("delete from peer_slash_config"));
        assertThat(asked(payees.getFirst(), "0.000001")).isEqualTo(State.PENDING_SLASH);
    }

    @Test
    void nothingIsWhileItIsNotEnabled() {
        trust(false, MAX);
        assertThat(asked(payees.getFirst(), "0.000001")).isEqualTo(State.PENDING_SLASH);
        trust(true, MAX);
        assertThat(asked(payees.getFirst(), "0.000001")).isEqualTo(State.SLASHED);
    }

    @Test
    void nothingIsAboveTheLargestRequest() {
        assertThat(asked(payees.getFirst(), "2.000001")).isEqualTo(State.PENDING_SLASH);
        trust(true, 3);
        assertThat(asked(payees.getFirst(), "2.000001")).isEqualTo(State.SLASHED);
        trust(true, 0);
        assertThat(asked(payees.getFirst(), "0.000001")).isEqualTo(State.PENDING_SLASH);
    }

    @Test
    void nothingIsWhileThePeerIsSuspended() {
        strait.beta.suspendPeer(strait.alpha);
        assertThat(asked(payees.getFirst(), "1")).isEqualTo(State.PENDING_SLASH);
        strait.beta.resumePeer(strait.alpha);
        assertThat(asked(payees.getFirst(), "1")).isEqualTo(State.SLASHED);
    }

    @Test
    void nothingIsEvenDecidedWhileThePeerIsRemoved() {
        strait.beta.removePeer(strait.alpha);
        UUID dispute = UUID.randomUUID();
        Message request = request(dispute, payees.getFirst(), "1");
        assertThat(strait.beta.receive(strait.alpha, request).getUndecided().getReason())
                .isEqualTo("PEER_REMOVED");
        assertThat(states(dispute)).isEmpty();
        strait.befriend();
        assertThat(Saga.refusal(strait.beta, strait.alpha, request)).isEmpty();
        assertThat(states(dispute)).containsExactly(State.SLASHED);
    }

    /// Twice the largest request.
    @Test
    void ofOneAgentNoMoreIsInAWeekThanItsCap() {
        AgentId bob = payees.getFirst();
        assertThat(asked(bob, "2")).isEqualTo(State.SLASHED);
        assertThat(asked(bob, "1.999999")).isEqualTo(State.SLASHED);
        assertThat(asked(bob, "0.000002")).isEqualTo(State.PENDING_SLASH);
        assertThat(asked(bob, "0.000001")).isEqualTo(State.SLASHED);
        assertThat(asked(payees.getLast(), "2")).isEqualTo(State.SLASHED);
    }

    /// Ten times the largest request.
    @Test
    void ofAllAgentsTogetherNoMoreIsInAWeekThanThePeersCap() {
        for (AgentId payee : payees.subList(0, 5)) {
            assertThat(asked(payee, "2")).isEqualTo(State.SLASHED);
            assertThat(asked(payee, "2")).isEqualTo(State.SLASHED);
        }
        assertThat(asked(payees.getLast(), "0.000001")).isEqualTo(State.PENDING_SLASH);
        // All that there is of it is free again when a week has passed.
        strait.clock.advance(WEEK);
        assertThat(asked(payees.getLast(), "2")).isEqualTo(State.SLASHED);
    }

    @Test
    void capsAreFreeAgainEvenlyOverTheWeek() {
        AgentId bob = payees.getFirst();
        assertThat(asked(bob, "2")).isEqualTo(State.SLASHED);
        assertThat(asked(bob, "2")).isEqualTo(State.SLASHED);
        strait.clock.advance(WEEK.dividedBy(4));
        assertThat(asked(bob, "1.000001")).isEqualTo(State.PENDING_SLASH);
        assertThat(asked(bob, "1")).isEqualTo(State.SLASHED);
        assertThat(asked(bob, "0.000001")).isEqualTo(State.PENDING_SLASH);
        // Nothing is saved up for later.
        strait.clock.advance(WEEK.multipliedBy(3));
        assertThat(asked(bob, "2")).isEqualTo(State.SLASHED);
        assertThat(asked(bob, "2")).isEqualTo(State.SLASHED);
        assertThat(asked(bob, "0.000001")).isEqualTo(State.PENDING_SLASH);
    }

    @Test
    void whatTheOperatorDecidesCountsAgainstNoCap() {
        AgentId bob = payees.getFirst();
        List<UUID> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            UUID dispute = UUID.randomUUID();
            held.add(dispute);
            assertThat(asked(dispute, bob, "3")).isEqualTo(State.PENDING_SLASH);
        }
        held.forEach(dispute -> strait.demands
                .approve(
                        strait.newRequest(),
                        Settlement.atHome(strait.alpha.id, dispute).toString())
                .join());
        assertThat(held).allSatisfy(dispute -> assertThat(states(dispute)).containsExactly(State.SLASHED));
        assertThat(asked(bob, "2")).isEqualTo(State.SLASHED);
        assertThat(asked(bob, "2")).isEqualTo(State.SLASHED);
    }

    /// Not over all time either: what is slashed of a dealing, by anyone's approval, is no more than was paid for it.
    @Test
    void ofADealingNoMoreIsEverThanWasReceived() {
        AgentId bob = payees.getFirst();
        trust(true, 20);
        assertThat(asked(bob, "19.5")).isEqualTo(State.SLASHED);
        Message more = request(UUID.randomUUID(), bob, "0.500001");
        assertThat(Saga.refusal(strait.beta, strait.alpha, more)).isEqualTo("SLASH_ABOVE_RECEIVED");
        assertThat(asked(bob, "0.5")).isEqualTo(State.SLASHED);
        strait.clock.advance(WEEK);
        Message late = request(UUID.randomUUID(), bob, "0.000001");
        assertThat(Saga.refusal(strait.beta, strait.alpha, late)).isEqualTo("SLASH_ABOVE_RECEIVED");
    }

    /// "used to inform threshold adjustments by the operator": by itself the discount neither carries out nor holds.
    @Test
    void howDealingWithThePeerHasGoneDecidesNothingByItself() {
        gone(0, 1_000);
        assertThat(asked(payees.getFirst(), "2")).isEqualTo(State.SLASHED);
        gone(1_000_000, 0);
        assertThat(asked(payees.getLast(), "2.000001")).isEqualTo(State.PENDING_SLASH);
    }

    private void gone(long interactions, long lost) {
        strait.beta.database.write(tx -> tx.sql()
                .execute(
                        "insert into peer_trust (peer, interactions, disputes_lost) values (?, ?, ?) on conflict (peer)"
                                + " do update set interactions = excluded.interactions, disputes_lost = excluded.disputes_lost",
                        strait.alpha.id.value(),
                        interactions,
                        lost));
    }

    private void trust(boolean enabled, int maxAvt) {
        var unused = strait.demands.trust(strait.newRequest(), enabled, maxAvt).join();
    }

    /// Where a request of alpha stands at beta.
    private State asked(AgentId defendant, String amount) {
        return asked(UUID.randomUUID(), defendant, amount);
    }

    private State asked(UUID dispute, AgentId defendant, String amount) {
        assertThat(Saga.refusal(strait.beta, strait.alpha, request(dispute, defendant, amount)))
                .isEmpty();
        return states(dispute).getFirst();
    }

    private Message request(UUID dispute, AgentId defendant, String amount) {
        return Saga.request(
                strait.alpha,
                strait.beta,
                dispute,
                payments.get(defendant),
                alice,
                defendant,
                Avt.parse(amount).micros());
    }

    private List<State> states(UUID dispute) {
        return strait.beta.read(tx -> tx.sql()
                .fetch("select state from settlement where id = ?", Settlement.atHome(strait.alpha.id, dispute))
                .map(row -> State.of(row.get(0, Short.class))));
    }
}
