package hanse.node.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.testing.TestRegistry;
import hanse.node.testing.Work;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/// The ledger beside a model of a few lines: whatever is done, in whatever order, through the group commit or in a
/// cold transaction, both refuse the same and hold the same, and the equations hold after every step.
final class LedgerModelTest {
    private static final int AGENTS = 5;

    enum Kind {
        DEPOSIT,
        DESTROY,
        TRANSFER,
        HOLD,
        UNHOLD,
        CAPTURE,
        PREPARE,
        PREPARE_OUT_OF_HOLD,
        EXPORT,
        REFUND,
        IMPORT
    }

    record Step(Kind kind, int from, int to, long micros, boolean cold) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Long> micros = Arbitraries.oneOf(
                Arbitraries.longs().between(1, 50_000_000),
                Arbitraries.longs().between(1, 300),
                Arbitraries.of(Avt.MAX.micros(), 1_000_000L));
        return Combinators.combine(
                        Arbitraries.of(Kind.class),
                        Arbitraries.integers().between(0, AGENTS - 1),
                        Arbitraries.integers().between(1, AGENTS - 1),
                        micros,
                        Arbitraries.of(true, false))
                .as((kind, from, step, amount, cold) -> new Step(kind, from, (from + step) % AGENTS, amount, cold))
                .list()
                .ofMinSize(10)
                .ofMaxSize(40);
    }

    @Property(tries = 12, shrinking = ShrinkingMode.BOUNDED)
    void holdsWhatTheModelHolds(@ForAll("steps") List<Step> steps) {
        try (TestRegistry registry = TestRegistry.fresh()) {
            Model model = new Model();
            Real real = new Real(registry);
            for (Step step : steps) {
                Optional<Reason> expected = model.apply(step);
                assertThat(real.apply(step)).as("%s", step).isEqualTo(expected);
                requireSame(model, real, registry);
            }
            registry.promiseWhatIsBooked();
            assertThat(registry.verify().fault()).isEmpty();
        }
    }

    @Property(tries = 8, shrinking = ShrinkingMode.BOUNDED)
    void holdsTheEquationsWhenEverythingIsAskedAtOnce(@ForAll("steps") List<Step> steps) {
        try (TestRegistry registry = TestRegistry.fresh()) {
            Real real = new Real(registry);
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (Step step : steps) {
                answers.add(registry.commit.submit(real.work(step)));
            }
            answers.forEach(TestRegistry::refusal);
            requireEquations(registry);
            registry.promiseWhatIsBooked();
            assertThat(registry.verify().fault()).isEmpty();
        }
    }

    private static void requireSame(Model model, Real real, TestRegistry registry) {
        for (int i = 0; i < AGENTS; i++) {
            Account account = registry.account(real.agents.get(i));
            assertThat(account.balance()).isEqualTo(model.balance[i]);
            assertThat(account.held().micros()).isEqualTo(model.held[i]);
        }
        model.totals.forEach(
                (kind, total) -> assertThat(registry.total(kind)).as("%s", kind).isEqualTo(total));
        requireEquations(registry);
    }

    private static void requireEquations(TestRegistry registry) {
        Map<AccountKind, Long> totals = new EnumMap<>(AccountKind.class);
        registry.database
                .read(registry.ledger::totals)
                .forEach(total -> totals.merge(total.kind(), total.micros(), Math::addExact));
        Function<AccountKind, Long> of = kind -> Math.abs(totals.getOrDefault(kind, 0L));
        assertThat(totals.values().stream().mapToLong(Long::longValue).sum()).isZero();
        assertThat(of.apply(AccountKind.ISSUED)
                        + of.apply(AccountKind.IMPORTED)
                        - of.apply(AccountKind.DESTROYED)
                        - of.apply(AccountKind.EXPORTED))
                .isEqualTo(
                        of.apply(AccountKind.AGENT) + of.apply(AccountKind.TREASURY) + of.apply(AccountKind.IN_FLIGHT));
    }

    /// What should happen.
    private static final class Model {
        final long[] balance = new long[AGENTS];
        final long[] held = new long[AGENTS];
        final Map<AccountKind, Long> totals = new EnumMap<>(AccountKind.class);

        Optional<Reason> apply(Step step) {
            long amount = step.micros();
            long fee = (amount * 5_000 + 999_999) / 1_000_000;
            boolean paysFee = step.kind() == Kind.TRANSFER || step.kind() == Kind.CAPTURE || step.kind() == Kind.IMPORT;
            if (paysFee && amount - fee < 1) {
                return Optional.of(Reason.AMOUNT_TOO_SMALL);
            }
            long there = switch (step.kind()) {
                case DEPOSIT, IMPORT -> Long.MAX_VALUE;
                case DESTROY, TRANSFER, HOLD, PREPARE -> balance[step.from()] - held[step.from()];
                case UNHOLD, CAPTURE, PREPARE_OUT_OF_HOLD -> held[step.from()];
                case EXPORT, REFUND -> totals.getOrDefault(AccountKind.IN_FLIGHT, 0L);
            };
            if (there < amount) {
                return Optional.of(Reason.INSUFFICIENT_FUNDS);
            }
            switch (step.kind()) {
                case DEPOSIT -> {
                    balance[step.from()] += amount;
                    add(AccountKind.ISSUED, -amount);
                }
                case DESTROY -> {
                    balance[step.from()] -= amount;
                    add(AccountKind.DESTROYED, amount);
                }
                case TRANSFER, CAPTURE -> {
                    balance[step.from()] -= amount;
                    held[step.from()] -= step.kind() == Kind.CAPTURE ? amount : 0;
                    balance[step.to()] += amount - fee;
                    add(AccountKind.TREASURY, fee);
                }
                case HOLD -> held[step.from()] += amount;
                case UNHOLD -> held[step.from()] -= amount;
                case PREPARE, PREPARE_OUT_OF_HOLD -> {
                    balance[step.from()] -= amount;
                    held[step.from()] -= step.kind() == Kind.PREPARE_OUT_OF_HOLD ? amount : 0;
                    add(AccountKind.IN_FLIGHT, amount);
                }
                case EXPORT -> {
                    add(AccountKind.IN_FLIGHT, -amount);
                    add(AccountKind.EXPORTED, amount);
                }
                case REFUND -> {
                    add(AccountKind.IN_FLIGHT, -amount);
                    balance[step.from()] += amount;
                }
                case IMPORT -> {
                    add(AccountKind.IMPORTED, -amount);
                    balance[step.from()] += amount - fee;
                    add(AccountKind.TREASURY, fee);
                }
            }
            return Optional.empty();
        }

        private void add(AccountKind kind, long micros) {
            totals.merge(kind, micros, Math::addExact);
        }
    }

    /// What does happen.
    private static final class Real {
        /// One stripe for what is on its way, so that the model need not know of lanes.
        private static final SystemAccount IN_FLIGHT = SystemAccount.inFlight(TestRegistry.PEER, 1);

        final TestRegistry registry;
        final List<AgentId> agents = new ArrayList<>();

        Real(TestRegistry registry) {
            this.registry = registry;
            for (int i = 0; i < AGENTS; i++) {
                agents.add(registry.agent("0"));
            }
        }

        Optional<Reason> apply(Step step) {
            Work work = work(step);
            if (!step.cold()) {
                return TestRegistry.refusal(registry.commit.submit(work));
            }
            try {
                registry.database.write(tx -> registry.ledger.post(tx, work.needs(), work.decision()));
                return Optional.empty();
            } catch (RefusedException refused) {
                return Optional.of(refused.reason());
            }
        }

        Work work(Step step) {
            AccountId from = AccountId.of(agents.get(step.from()));
            AgentId to = agents.get(step.to());
            Avt amount = new Avt(step.micros());
            Consumer<Wanted> needs = wanted -> {
                wanted.account(from);
                wanted.account(IN_FLIGHT);
                wanted.account(SystemAccount.issued(wanted.lane()));
                wanted.account(SystemAccount.destroyed(wanted.lane()));
                wanted.account(SystemAccount.exported(TestRegistry.PEER, wanted.lane()));
                wanted.account(SystemAccount.imported(TestRegistry.PEER, wanted.lane()));
                registry.transfers.accounts(wanted, to);
            };
            return new Work(Optional.empty(), needs, books -> {
                decide(books, step.kind(), from, to, amount);
                return "done";
            });
        }

        private void decide(Books books, Kind kind, AccountId from, AgentId to, Avt amount) {
            Account account = books.account(from);
            int lane = books.lane();
            switch (kind) {
                case DEPOSIT ->
                    move(
                            books,
                            EntryKind.TOKENS_ISSUED,
                            SystemAccount.issued(lane).id(),
                            from,
                            amount);
                case DESTROY -> {
                    account.requireAvailable(amount);
                    move(
                            books,
                            EntryKind.TOKENS_DESTROYED,
                            from,
                            SystemAccount.destroyed(lane).id(),
                            amount);
                }
                case TRANSFER -> {
                    registry.transfers.fee(amount);
                    account.requireAvailable(amount);
                    pay(books, from, to, amount, false);
                }
                case HOLD -> {
                    account.requireAvailable(amount);
                    books.post(Posting.hold(EntryKind.PAYMENT_AUTHORIZED, from, amount));
                }
                case UNHOLD -> {
                    requireHeld(account, amount);
                    books.post(Posting.unhold(EntryKind.PAYMENT_RELEASED, from, amount));
                }
                case CAPTURE -> {
                    registry.transfers.fee(amount);
                    requireHeld(account, amount);
                    pay(books, from, to, amount, true);
                }
                case PREPARE -> {
                    account.requireAvailable(amount);
                    move(books, EntryKind.TRANSFER_PREPARED, from, IN_FLIGHT.id(), amount);
                }
                case PREPARE_OUT_OF_HOLD -> {
                    requireHeld(account, amount);
                    books.post(Posting.move(EntryKind.TRANSFER_PREPARED, from, IN_FLIGHT.id(), amount)
                            .outOfHold());
                }
                case EXPORT -> {
                    books.account(IN_FLIGHT.id()).requireAvailable(amount);
                    move(
                            books,
                            EntryKind.TRANSFER_EXPORTED,
                            IN_FLIGHT.id(),
                            SystemAccount.exported(TestRegistry.PEER, lane).id(),
                            amount);
                }
                case REFUND -> {
                    books.account(IN_FLIGHT.id()).requireAvailable(amount);
                    move(books, EntryKind.TRANSFER_REFUNDED, IN_FLIGHT.id(), from, amount);
                }
                case IMPORT -> {
                    registry.transfers.fee(amount);
                    registry.transfers.pay(
                            books,
                            EntryKind.TRANSFER_IMPORTED,
                            SystemAccount.imported(TestRegistry.PEER, lane).id(),
                            new AgentId(from.value()),
                            amount,
                            false,
                            Optional.of(UUID.randomUUID()),
                            "");
                }
            }
        }

        private void pay(Books books, AccountId from, AgentId to, Avt amount, boolean outOfHold) {
            registry.transfers.pay(
                    books, EntryKind.TOKENS_TRANSFERRED, from, to, amount, outOfHold, Optional.empty(), "memo");
        }

        private static void move(Books books, EntryKind kind, AccountId from, AccountId to, Avt amount) {
            books.post(Posting.move(kind, from, to, amount));
        }

        private static void requireHeld(Account account, Avt amount) {
            if (account.held().compareTo(amount) < 0) {
                throw new RefusedException(Reason.INSUFFICIENT_FUNDS);
            }
        }
    }
}
