package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Settlement.Status;
import hanse.node.audit.Fault;
import hanse.node.call.AgentId;
import hanse.node.federation.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Somebody alters what settlements and disputes say was slashed and minted, and the audit names it. One slash, of 10
/// AVT, is settled; one was rejected; and one waits for beta's operator.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class SlashPromisesTest {
    private Saga saga;
    private TestNode alpha;
    private TestNode beta;
    private AgentId bob;
    private String paid;
    private String settled;
    private String held;
    private TestNode altered;
    private String undo;

    @BeforeAll
    void slash(@TempDir Path directory) {
        saga = new Saga(directory);
        alpha = saga.alpha();
        beta = saga.beta();
        AgentId alice = alpha.agent("1000");
        bob = beta.agent("100");
        paid = saga.settled(alice, bob, "10");
        settled = waits(saga.voting(alice, paid, ""));
        var unused = saga.approve(settled).join();
        saga.settlesAs(settled, Status.SETTLED);
        String rejected = waits(saga.voting(alice, saga.settled(alice, bob, "1"), ""));
        unused = saga.reject(rejected).join();
        saga.settlesAs(rejected, Status.FAILED);
        beta.bond(bob, "2");
        held = waits(saga.voting(alice, saga.settled(alice, bob, "3"), ""));
        saga.pair.rest();
    }

    private String waits(String dispute) {
        String ruled = saga.ruled(dispute);
        eventually("it is held", () -> saga.isHeld(ruled));
        return ruled;
    }

    @AfterAll
    void stop() {
        saga.close();
    }

    @BeforeEach
    void nothingIsWrong() {
        assertThat(alpha.fault()).isEmpty();
        assertThat(beta.fault()).isEmpty();
    }

    @AfterEach
    void undo() {
        execute(altered, undo);
    }

    @Test
    void namesASettlementThatSaysItBurnedLessThanWasSlashed() {
        alter(beta, "settlement", "burned = burned - 1", "burned = burned + 1", "id = '" + saga.atHome(settled) + "'");
        assertThat(beta.fault())
                .contains(new Fault(
                        "settlement " + saga.atHome(settled),
                        "has 10000000 micro-AVT slashed in the books; its row says 9999999"));
    }

    @Test
    void namesASettlementThatSaysMoreWasBurnedThanWasMinted() {
        alter(alpha, "settlement", "burned = 1", "burned = 0", "id = '" + held + "'");
        assertThat(alpha.fault())
                .contains(new Fault("settlement " + held, "has 0 micro-AVT minted in the books; its row says 1"));
    }

    @Test
    void namesWhatWasMintedWithoutASettlement() {
        alter(alpha, "settlement", "role = 3", "role = 2", "id = '" + settled + "'");
        assertThat(alpha.fault()).map(Fault::row).contains("settlement " + settled);
    }

    @Test
    void namesASettlementThatDoesNotStandWhereItsStepsHaveLed() {
        alter(beta, "settlement", "state = 3", "state = 4", "id = '" + saga.atHome(settled) + "'");
        assertThat(beta.fault()).map(Fault::row).contains("settlement " + saga.atHome(settled));
    }

    @Test
    void namesASettlementOfWhichAStepIsGone() {
        String steps = "settlement = '" + saga.atHome(settled) + "'";
        alter(beta, "settlement_step", "number = 99", "number = 2", steps + " and number in (2, 99)");
        assertThat(beta.fault())
                .contains(new Fault("settlement " + saga.atHome(settled), "does not stand where its steps have led"));
    }

    @Test
    void namesABondThatIsHeldForMoreThanWaits() {
        alter(beta, "settlement", "bond_held = bond_held - 1", "bond_held = bond_held + 1", "bond_held > 0");
        assertThat(beta.fault())
                .contains(new Fault("bond " + bob, "has 2000000 micro-AVT held; slashes that wait are worth 1999999"));
    }

    @Test
    void namesADisputeThatSaysMoreWasMintedForIt() {
        alter(alpha, "dispute", "compensated = 1", "compensated = 0", "id = '" + held + "'");
        assertThat(alpha.fault())
                .contains(new Fault("dispute " + held, "has 0 micro-AVT minted for it; its row says 1"));
    }

    @Test
    void namesADisputeThatNoLongerWaitsForItsSlash() {
        alter(alpha, "dispute", "pending = false", "pending = true", "id = '" + held + "'");
        assertThat(alpha.fault()).map(Fault::row).contains("dispute " + held);
    }

    @Test
    void namesADealingOfWhichMoreCouldBeRecoveredAgain() {
        alter(alpha, "disputed", "recovered = 0", "recovered = 10000000", "subject = '" + paid + "'");
        assertThat(alpha.fault())
                .contains(new Fault(
                        "dealing " + paid, "has 10000000 micro-AVT recovered by its disputes; its row says 0"));
    }

    @Test
    void namesADealingOfWhichMoreCouldBeSlashedAgain() {
        alter(beta, "slash_total", "level = 0", "level = 10000000", "subject = '" + paid + "'");
        assertThat(beta.fault())
                .contains(new Fault(
                        "dealing " + paid,
                        "has 10000000 micro-AVT slashed or waiting to be; the sum that limits it says 0"));
    }

    private void alter(TestNode node, String table, String change, String back, String where) {
        altered = node;
        undo = "update " + table + " set " + back + " where " + where;
        execute(node, "update " + table + " set " + change + " where " + where);
    }

    private static void execute(TestNode node, String sql) {
        assertThat(node.database.<Integer>write(tx -> tx.sql().execute(sql)))
                .as(sql)
                .isEqualTo(1);
    }
}
