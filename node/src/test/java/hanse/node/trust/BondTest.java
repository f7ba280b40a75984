package hanse.node.trust;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.audit.Fault;
import hanse.node.audit.Verification;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.identity.UnfinishedBusiness;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Posting;
import hanse.node.ledger.SystemAccount;
import hanse.node.outcome.OutcomeStore;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Pipeline;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.TestRegistry;
import hanse.trust.v1.Bond;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A bond's life. Source: spec/protocol, Disputes, "Reputation bond": `amount_avt`, `min_transactions`,
/// `min_age_days`, `min_eigentrust`.
final class BondTest {
    private static final BondPolicy LENIENT =
            new BondPolicy(Optional.of(Avt.parse("10")), 0, Duration.ZERO, 0, Duration.ofDays(30), Set.of());

    private final GuardedRegistry alpha = new GuardedRegistry();
    private final Parties parties = new Parties(GuardedRegistry.NAME, alpha.agents);
    private final Trust trust = new Trust(GuardedRegistry.NAME, alpha.database, List.of(), 0.15, alpha.clock);
    private final AtomicBoolean disputed = new AtomicBoolean();
    private final Bonds bonds = bonds(LENIENT);
    private AgentId alice;

    @BeforeEach
    void register() {
        alice = alpha.id(alpha.register());
        issue(alice, "100");
    }

    @AfterEach
    void booksHold() {
        assertThat(fault()).isEmpty();
        alpha.close();
    }

    @Test
    void movesMoneyIntoTheBondAndBackAfterTheWait() {
        Bond posted = post(bonds, "40");
        assertThat(posted.getState()).isEqualTo(Bond.State.POSTED);
        assertThat(posted.getAmount()).isEqualTo("40");
        assertThat(posted.getSufficient()).isTrue();
        assertThat(balance(AccountId.of(alice))).isEqualTo("60");
        assertThat(total(AccountKind.BOND)).isEqualTo("40");

        Bond releasing = bonds.release(call());
        assertThat(releasing.getState()).isEqualTo(Bond.State.RELEASING);
        assertThat(releasing.getSufficient()).isFalse();
        alpha.clock.advance(Duration.ofDays(30).minusMillis(1));
        bonds.sweep();
        assertThat(bonds.get(alice).getState()).isEqualTo(Bond.State.RELEASING);

        alpha.clock.advance(Duration.ofMillis(1));
        bonds.sweep();
        bonds.sweep();
        assertThat(bonds.get(alice).getState()).isEqualTo(Bond.State.RELEASED);
        assertThat(balance(AccountId.of(alice))).isEqualTo("100");
        assertThat(refusal(() -> bonds.release(call()))).contains(Reason.UNKNOWN_BOND);
        assertThat(post(bonds, "10").getState()).isEqualTo(Bond.State.POSTED);
    }

    @Test
    void askingTwiceDoesNotMakeTheWaitLonger() {
        post(bonds, "40");
        Bond once = bonds.release(call());
        alpha.clock.advance(Duration.ofDays(10));
        assertThat(bonds.release(call())).isEqualTo(once);
    }

    @Test
    void aRepeatedRequestPostsOnce() {
        var call = call();
        Bond first = bonds.post(call, Avt.parse("40"));
        assertThat(bonds.post(call, Avt.parse("40"))).isEqualTo(first);
        assertThat(balance(AccountId.of(alice))).isEqualTo("60");
    }

    @Test
    void postingAgainTakesTheReleaseBack() {
        post(bonds, "40");
        bonds.release(call());
        Bond again = post(bonds, "5");
        assertThat(again.getState()).isEqualTo(Bond.State.POSTED);
        assertThat(again.getAmount()).isEqualTo("45");
        assertThat(again.hasReleaseAt()).isFalse();
        alpha.clock.advance(Duration.ofDays(31));
        bonds.sweep();
        assertThat(bonds.get(alice).getState()).isEqualTo(Bond.State.POSTED);
    }

    @Test
    void isNotGivenBackWhileADisputeIsOpenOrASlashHoldsIt() {
        post(bonds, "40");
        bonds.release(call());
        alpha.clock.advance(Duration.ofDays(30));
        disputed.set(true);
        bonds.sweep();
        assertThat(bonds.get(alice).getState()).isEqualTo(Bond.State.RELEASING);

        disputed.set(false);
        hold("15");
        bonds.sweep();
        assertThat(bonds.get(alice).getHeld()).isEqualTo("15");
        assertThat(bonds.get(alice).getState()).isEqualTo(Bond.State.RELEASING);
        assertThat(refusal(() -> forfeit("late"))).contains(Reason.FUNDS_PROMISED);

        slash("15");
        bonds.sweep();
        assertThat(bonds.get(alice).getState()).isEqualTo(Bond.State.RELEASED);
        assertThat(balance(AccountId.of(alice))).isEqualTo("85");
    }

    @Test
    void whatASlashHasTakenIsMissingUntilItIsPostedAgain() {
        post(bonds, "10");
        assertThat(bonds.isInForce(alice)).isTrue();
        hold("0.000001");
        slash("0.000001");
        assertThat(bonds.isInForce(alice)).isFalse();
        assertThat(bonds.get(alice).getSufficient()).isFalse();
        post(bonds, "0.000001");
        assertThat(bonds.isInForce(alice)).isTrue();
    }

    @Test
    void aBondThatSlashesHaveEmptiedEndsWithoutMoney() {
        post(bonds, "10");
        hold("10");
        slash("10");
        bonds.release(call());
        alpha.clock.advance(Duration.ofDays(30));
        bonds.sweep();
        assertThat(bonds.get(alice).getState()).isEqualTo(Bond.State.RELEASED);
        assertThat(balance(AccountId.of(alice))).isEqualTo("90");
    }

    @Test
    void aForfeitedBondIsDestroyed() {
        post(bonds, "40");
        Bond forfeited = forfeit("it sold what it did not have");
        assertThat(forfeited.getState()).isEqualTo(Bond.State.FORFEITED);
        assertThat(forfeited.getReason()).isEqualTo("it sold what it did not have");
        assertThat(forfeited.getAmount()).isEqualTo("0");
        assertThat(total(AccountKind.DESTROYED)).isEqualTo("40");
        assertThat(balance(AccountId.of(alice))).isEqualTo("60");
        assertThat(bonds.isInForce(alice)).isFalse();
        assertThat(refusal(() -> forfeit("again"))).contains(Reason.UNKNOWN_BOND);
        assertThat(refusal(() -> bonds.release(call()))).contains(Reason.UNKNOWN_BOND);
    }

    @Test
    void refusesWhatThePolicyDoesNotAllow() {
        assertThat(refusal(() -> post(bonds, "9.999999"))).contains(Reason.BOND_TOO_SMALL);
        assertThat(refusal(() -> post(bonds, "100.000001"))).contains(Reason.INSUFFICIENT_FUNDS);
        assertThat(refusal(() -> bonds.get(alice))).contains(Reason.UNKNOWN_BOND);
        assertThat(refusal(() -> bonds.release(call()))).contains(Reason.UNKNOWN_BOND);
        assertThat(refusal(() -> forfeit("nothing there"))).contains(Reason.UNKNOWN_BOND);

        Bonds old = bonds(policy(0, Duration.ofDays(7), 0));
        assertThat(refusal(() -> post(old, "40"))).contains(Reason.BOND_NOT_ELIGIBLE);
        alpha.clock.advance(Duration.ofDays(7));
        assertThat(post(old, "1").getSufficient()).as("no amount is asked for").isTrue();

        Bonds busy = bonds(policy(3, Duration.ZERO, 0));
        deal(alice, other(), 1);
        deal(other(), alice, 1);
        assertThat(refusal(() -> post(busy, "1"))).contains(Reason.BOND_NOT_ELIGIBLE);
        deal(other(), alice, 1);
        assertThat(post(busy, "1").getState()).isEqualTo(Bond.State.POSTED);

        Bonds trusted = bonds(policy(0, Duration.ZERO, 0.5));
        assertThat(refusal(() -> post(trusted, "1"))).contains(Reason.BOND_NOT_ELIGIBLE);
        trust.compute();
        assertThat(post(trusted, "1").getState()).isEqualTo(Bond.State.POSTED);
    }

    @Test
    void moneyInABondIsUnfinishedBusiness() {
        UnfinishedBusiness unfinished = Bonds.unfinished(alpha.ledger);
        assertThat(alpha.database.<Boolean>read(tx -> unfinished.has(tx, alice)))
                .isFalse();
        post(bonds, "40");
        assertThat(alpha.database.<Boolean>read(tx -> unfinished.has(tx, alice)))
                .isTrue();
    }

    @Test
    void processesThatSweepAndForfeitAtOnceMoveItOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 8; round++) {
                AgentId agent = alpha.id(alpha.register());
                issue(agent, "20");
                bonds.post(call(agent), Avt.parse("20"));
                bonds.release(call(agent));
                alpha.clock.advance(Duration.ofDays(30));
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    all.add(threads.submit(bonds::sweep));
                    all.add(threads.submit(() -> refusal(() -> bonds.forfeit(operator(), agent, "a race"))));
                }
                for (Future<?> one : all) {
                    one.get();
                }
                String left = balance(AccountId.of(agent));
                assertThat(left).isEqualTo(bonds.get(agent).getState() == Bond.State.RELEASED ? "20" : "0");
                assertThat(balance(SystemAccount.bond(agent).id())).isEqualTo("0");
            }
        }
    }

    @Test
    void theAuditFindsMoneyInABondThatHasEnded() {
        post(bonds, "40");
        setState(4);
        assertThat(fault()).hasValueSatisfying(found -> assertThat(found.row()).isEqualTo("bond " + alice));
        setState(1);
    }

    private void setState(int code) {
        alpha.database.write(tx -> tx.sql().execute("update bond set state = " + code));
    }

    private Optional<Fault> fault() {
        return new Verification(alpha.database, GuardedRegistry.NAME, (text, signature) -> true)
                .run((checked, total) -> {})
                .fault();
    }

    private Bonds bonds(BondPolicy policy) {
        return new Bonds(
                alpha.database,
                alpha.ledger,
                new Outcomes(alpha.database, new OutcomeStore(), alpha.ledger, (tx, operator) -> {}),
                alpha.agents,
                parties,
                trust,
                policy,
                List.of((tx, agent) -> disputed.get()));
    }

    private static BondPolicy policy(int transactions, Duration age, double eigentrust) {
        return new BondPolicy(Optional.empty(), transactions, age, eigentrust, Duration.ZERO, Set.of());
    }

    private Bond post(Bonds at, String amount) {
        return at.post(call(), Avt.parse(amount));
    }

    private Bond forfeit(String why) {
        return bonds.forfeit(operator(), alice, why);
    }

    private hanse.node.call.Call call() {
        return call(alice);
    }

    private static hanse.node.call.Call call(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "");
    }

    private static hanse.node.call.Call operator() {
        return TestRegistry.call(
                new Caller.Operator("admin", 1), UUID.randomUUID().toString(), "", UUID.randomUUID());
    }

    private void hold(String amount) {
        book(Posting.hold(
                EntryKind.PAYMENT_AUTHORIZED, SystemAccount.bond(alice).id(), Avt.parse(amount)));
    }

    private void slash(String amount) {
        alpha.database.write(tx -> alpha.ledger.post(
                tx,
                wanted -> {
                    wanted.account(SystemAccount.bond(alice));
                    wanted.account(SystemAccount.destroyed(wanted.lane()));
                },
                books -> books.post(Posting.move(
                                EntryKind.TOKENS_DESTROYED,
                                SystemAccount.bond(alice).id(),
                                SystemAccount.destroyed(books.lane()).id(),
                                Avt.parse(amount))
                        .outOfHold())));
    }

    private void book(Posting posting) {
        alpha.database.write(tx -> alpha.ledger.post(
                tx, wanted -> wanted.account(SystemAccount.bond(alice)), books -> books.post(posting)));
    }

    private void issue(AgentId agent, String amount) {
        alpha.database.write(tx -> alpha.ledger.post(
                tx,
                wanted -> {
                    wanted.account(AccountId.of(agent));
                    wanted.account(SystemAccount.issued(wanted.lane()));
                },
                books -> books.post(Posting.move(
                        EntryKind.TOKENS_ISSUED,
                        SystemAccount.issued(books.lane()).id(),
                        AccountId.of(agent),
                        Avt.parse(amount)))));
    }

    private static AgentId other() {
        return new AgentId(UUID.randomUUID());
    }

    private void deal(AgentId from, AgentId to, long dealings) {
        alpha.database.write(tx -> {
            Pipeline pipeline = tx.pipeline();
            new TrustRowStore(GuardedRegistry.NAME)
                    .add(
                            pipeline,
                            List.of(new TrustRow(
                                    new TrustRow.Pair(
                                            new Did(GuardedRegistry.NAME, from), new Did(GuardedRegistry.NAME, to)),
                                    0,
                                    0,
                                    dealings)));
            pipeline.run();
            return dealings;
        });
    }

    private String balance(AccountId account) {
        return Avt.text(alpha.database.read(
                tx -> alpha.ledger.find(tx, account).orElseThrow().balance()));
    }

    private String total(AccountKind kind) {
        return Avt.text(alpha.database.read(alpha.ledger::totals).stream()
                .filter(total -> total.kind() == kind)
                .mapToLong(Ledger.Total::micros)
                .sum());
    }

    private static Optional<Reason> refusal(Supplier<?> work) {
        try {
            work.get();
            return Optional.empty();
        } catch (RefusedException refused) {
            return Optional.of(refused.reason());
        }
    }
}
