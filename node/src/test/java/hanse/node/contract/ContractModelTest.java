package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Terms;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Ruling;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.testing.Asked;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/// Contracts beside a model that says what design §6 says: whoever asks for what and when, both answer the same, and
/// the
/// money is where the model has it.
final class ContractModelTest {
    private static final long DEPOSIT = 40_000_000;

    enum Act {
        CREATE,
        ACCEPT,
        DECLINE,
        WITHDRAW,
        SUBMIT,
        REJECT,
        APPROVE,
        CLAIM,
        FAIL,
        CANCEL,
        TAKE_BACK,
        DISPUTE,
        END_DISPUTE,
        PASS_TIME,
        SWEEP
    }

    /// @param who 0 the contractor, 1 the provider, 2 a stranger
    /// @param which the contract
    /// @param number a milestone, a price or what picks a duration
    record Step(Act act, int who, int which, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> any = Combinators.combine(
                        Arbitraries.of(Act.class),
                        Arbitraries.frequency(
                                net.jqwik.api.Tuple.of(4, 0),
                                net.jqwik.api.Tuple.of(4, 1),
                                net.jqwik.api.Tuple.of(1, 2)),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 11))
                .as(Step::new);
        Arbitrary<Step> likely = Combinators.combine(
                        Arbitraries.of(Act.CREATE, Act.ACCEPT, Act.SUBMIT, Act.APPROVE, Act.SUBMIT, Act.APPROVE),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 11))
                .as((act, which, number) ->
                        new Step(act, act == Act.CREATE || act == Act.APPROVE ? 0 : 1, which, number));
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(1, any), net.jqwik.api.Tuple.of(1, likely))
                .list()
                .ofMinSize(40)
                .ofMaxSize(80);
    }

    @Property(tries = 20, shrinking = ShrinkingMode.BOUNDED)
    void endWhereTheModelEnds(@ForAll("steps") List<Step> steps) {
        TestClock clock = new TestClock();
        try (TestRegistry registry = TestRegistry.fresh(clock)) {
            Both both = new Both(new Workshop(registry, clock));
            for (Step step : steps) {
                both.apply(step);
                both.requireSame();
            }
            assertThat(registry.verify().fault()).isEmpty();
        }
    }

    /// What the model knows of a contract.
    private static final class Expected {
        final UUID id;
        final Terms terms;
        final boolean escrowed;
        final long[] amounts;
        final Milestone.State[] work;
        final Instant[] submittedAt;
        Contract.State state = Contract.State.PROPOSED;
        int wantsEnd = -1;
        long escrow;
        long compensated;
        Instant over;
        Instant endedAt = Instant.MAX;
        Contract.State resumes = Contract.State.PROPOSED;
        int complainant;
        Dispute dispute = Dispute.getDefaultInstance();

        Expected(Terms terms, boolean escrowed, long... amounts) {
            this.id = UUID.fromString(terms.getContractId());
            this.terms = terms;
            this.escrowed = escrowed;
            this.amounts = amounts;
            this.work = new Milestone.State[amounts.length];
            this.submittedAt = new Instant[amounts.length];
            java.util.Arrays.fill(work, Milestone.State.DUE);
            this.over = Instant.ofEpochSecond(terms.getAcceptBy().getSeconds());
        }

        long total() {
            return java.util.Arrays.stream(amounts).sum();
        }

        void touched(Instant now) {
            over = escrowed ? now.plus(Duration.ofDays(30)) : Instant.MAX;
        }

        void ended(Contract.State end, Instant now) {
            state = end;
            over = Instant.MAX;
            endedAt = now;
        }

        boolean isPaid() {
            return java.util.Arrays.stream(work).allMatch(Milestone.State.PAID::equals);
        }

        long captured() {
            return java.util.stream.IntStream.range(0, work.length)
                    .filter(i -> work[i] == Milestone.State.PAID)
                    .mapToLong(i -> amounts[i])
                    .sum();
        }
    }

    private static final class Both {
        final Workshop shop;
        final Tribunal tribunal;
        final TestClock clock;
        final List<AgentId> agents = new ArrayList<>();
        final long[] balance = {DEPOSIT, 0, 0};
        final List<Expected> expected = new ArrayList<>();

        Both(Workshop shop) {
            this.shop = shop;
            this.tribunal = shop.tribunal();
            this.clock = shop.clock;
            agents.add(shop.agent("40"));
            agents.add(shop.agent("0"));
            agents.add(shop.agent("0"));
        }

        void apply(Step step) {
            switch (step.act()) {
                case CREATE -> create(step);
                case PASS_TIME ->
                    clock.advance(
                            List.of(Duration.ofHours(5), Duration.ofHours(20), Duration.ofDays(3), Duration.ofDays(30))
                                    .get(step.which()));
                case SWEEP -> {
                    tribunal.rulings.sweep();
                    lapse();
                    assertThat(shop.contracts.sweep()).isEqualTo(sweep());
                }
                case DISPUTE -> {
                    if (!expected.isEmpty()) {
                        dispute(step, expected.get(step.which() % expected.size()));
                    }
                }
                case END_DISPUTE ->
                    expected.stream()
                            .filter(contract -> contract.state == Contract.State.DISPUTED)
                            .findFirst()
                            .ifPresent(contract -> endDispute(step, contract));
                default -> {
                    if (!expected.isEmpty()) {
                        change(step, expected.get(step.which() % expected.size()));
                    }
                }
            }
        }

        private void dispute(Step step, Expected contract) {
            Asked<Dispute> answer = tribunal.file(agents.get(step.who()), contract.id, "", "");
            assertThat(answer.refusal()).as("%s", step).isEqualTo(disputeRefusal(step, contract));
            answer.given().ifPresent(filed -> {
                contract.dispute = filed;
                contract.complainant = step.who();
                contract.resumes = contract.state;
                contract.state = Contract.State.DISPUTED;
                contract.over = Instant.MAX;
            });
        }

        private Optional<Reason> disputeRefusal(Step step, Expected contract) {
            if (step.who() == 2) {
                return Optional.of(Reason.UNKNOWN_SUBJECT);
            }
            boolean isDisputed = contract.state == Contract.State.DISPUTED;
            return switch (isDisputed ? contract.resumes : contract.state) {
                case ACTIVE, FAILED, COMPLETED -> {
                    if (contract.endedAt != Instant.MAX
                            && !clock.instant().isBefore(contract.endedAt.plus(Duration.ofDays(14)))) {
                        yield Optional.of(Reason.FILING_WINDOW_CLOSED);
                    }
                    long captured = step.who() == 0 ? contract.captured() : 0;
                    yield isDisputed
                            ? Optional.of(Reason.ALREADY_DISPUTED)
                            : captured + contract.escrow - (step.who() == 0 ? contract.compensated : 0) <= 0
                                    ? Optional.of(Reason.NOTHING_TO_RECOVER)
                                    : Optional.empty();
                }
                default -> Optional.of(Reason.SUBJECT_NOT_DISPUTABLE);
            };
        }

        /// Withdrawn, dismissed or ruled for the complainant, as the step's number says.
        private void endDispute(Step step, Expected contract) {
            Instant now = clock.instant();
            if (step.number() % 3 == 0) {
                tribunal.withdraw(agents.get(contract.complainant), contract.dispute);
            } else {
                tribunal.voting(contract.dispute);
                Ruling ruling = step.number() % 3 == 1 ? Ruling.DISMISSED : Ruling.IN_FAVOR_OF_COMPLAINANT;
                var unused = tribunal.rule(contract.dispute, ruling, "").value();
                if (ruling == Ruling.IN_FAVOR_OF_COMPLAINANT) {
                    award(contract, now);
                }
            }
            thaw(contract, now);
        }

        private void award(Expected contract, Instant now) {
            if (contract.complainant == 1) {
                for (int i = 0; i < contract.work.length; i++) {
                    if (contract.work[i] != Milestone.State.PAID) {
                        contract.work[i] = Milestone.State.PAID;
                        balance[1] += contract.amounts[i] - fee(contract.amounts[i]);
                    }
                }
                contract.escrow = 0;
                return;
            }
            if (contract.escrow > 0) {
                giveBack(contract);
                contract.resumes = Contract.State.FAILED;
                contract.endedAt = now;
            }
            long due = contract.captured() - contract.compensated;
            if (due <= balance[1]) {
                balance[1] -= due;
                balance[0] += due;
                contract.compensated += due;
            }
        }

        private void thaw(Expected contract, Instant now) {
            contract.state = contract.resumes;
            switch (contract.state) {
                case ACTIVE -> {
                    contract.touched(now);
                    if (contract.isPaid()) {
                        contract.ended(Contract.State.COMPLETED, now);
                    }
                }
                case FAILED -> contract.over = contract.escrow > 0 ? now.plus(Duration.ofHours(24)) : Instant.MAX;
                default -> {}
            }
        }

        private void lapse() {
            Instant now = clock.instant();
            expected.stream()
                    .filter(contract -> contract.state == Contract.State.DISPUTED)
                    .filter(contract -> !now.isBefore(Instant.ofEpochSecond(
                            contract.dispute.getRuleBy().getSeconds(),
                            contract.dispute.getRuleBy().getNanos())))
                    .forEach(contract -> thaw(contract, now));
        }

        private static long fee(long amount) {
            return (amount * 5_000 + 999_999) / 1_000_000;
        }

        private void create(Step step) {
            long one = 1_000_000L + step.number() * 2_000_000L;
            boolean escrowed = step.which() % 2 == 0;
            Terms.Builder terms = step.number() % 3 == 0
                    ? shop.terms(agents.get(0), agents.get(1), avt(one))
                    : shop.terms(agents.get(0), agents.get(1), avt(one), "2");
            Terms made = terms.setFunding(escrowed ? Terms.Funding.ESCROWED : Terms.Funding.ON_APPROVAL)
                    .build();
            shop.create(agents.get(0), made).join();
            expected.add(
                    step.number() % 3 == 0
                            ? new Expected(made, escrowed, one)
                            : new Expected(made, escrowed, one, 2_000_000));
        }

        private static String avt(long micros) {
            return new hanse.node.ledger.Avt(micros).toString();
        }

        private void change(Step step, Expected contract) {
            int at = step.number() % contract.amounts.length;
            String name = contract.amounts.length == 1 && step.number() % 2 == 0 ? "" : Integer.toString(at + 1);
            CompletableFuture<hanse.contract.v1.Contract> answer = ask(step, contract, name);
            Optional<Reason> refusal = refusal(step, contract, at);
            assertThat(TestRegistry.refusal(answer)).as("%s", step).isEqualTo(refusal);
            if (refusal.isEmpty()) {
                done(step, contract, at);
            }
        }

        private CompletableFuture<hanse.contract.v1.Contract> ask(Step step, Expected contract, String name) {
            AgentId who = agents.get(step.who());
            return switch (step.act()) {
                case ACCEPT -> shop.accept(who, contract.terms);
                case DECLINE -> shop.change(who, contract.id, new Change.Decline(""));
                case WITHDRAW -> shop.change(who, contract.id, new Change.Withdraw(""));
                case SUBMIT -> shop.change(who, contract.id, new Change.Submit(name, "done"));
                case REJECT -> shop.change(who, contract.id, new Change.Reject(name, "no"));
                case APPROVE -> shop.approve(who, contract.id, name);
                case CLAIM -> shop.change(who, contract.id, new Change.Claim(name));
                case FAIL -> shop.change(who, contract.id, new Change.MarkFailed("no"));
                case CANCEL -> shop.change(who, contract.id, new Change.Cancel(true, ""));
                case TAKE_BACK -> shop.change(who, contract.id, new Change.Cancel(false, ""));
                case CREATE, DISPUTE, END_DISPUTE, PASS_TIME, SWEEP -> throw new IllegalStateException();
            };
        }

        private Optional<Reason> refusal(Step step, Expected contract, int at) {
            if (step.who() == 2) {
                return Optional.of(Reason.UNKNOWN_CONTRACT);
            }
            int may = switch (step.act()) {
                case ACCEPT, DECLINE, SUBMIT, CLAIM -> 1;
                case WITHDRAW, REJECT, APPROVE, FAIL -> 0;
                default -> step.who();
            };
            if (may != step.who()) {
                return Optional.of(Reason.NOT_YOURS);
            }
            boolean proposal = step.act() == Act.ACCEPT || step.act() == Act.DECLINE || step.act() == Act.WITHDRAW;
            if (proposal && contract.state != Contract.State.PROPOSED) {
                return Optional.of(Reason.CONTRACT_NOT_PROPOSED);
            }
            if (!proposal && contract.state == Contract.State.DISPUTED) {
                return Optional.of(Reason.SUBJECT_FROZEN);
            }
            if (!proposal && contract.state != Contract.State.ACTIVE) {
                return Optional.of(Reason.CONTRACT_NOT_ACTIVE);
            }
            return switch (step.act()) {
                case ACCEPT ->
                    !clock.instant().isBefore(contract.over)
                            ? Optional.of(Reason.CONTRACT_EXPIRED)
                            : contract.escrowed && balance[0] < contract.total()
                                    ? Optional.of(Reason.CONTRACT_NOT_FUNDED)
                                    : Optional.empty();
                case SUBMIT ->
                    switch (contract.work[at]) {
                        case DUE, REJECTED -> Optional.empty();
                        case SUBMITTED -> Optional.of(Reason.WORK_ALREADY_SUBMITTED);
                        case APPROVED, PAYING, PAID -> Optional.of(Reason.ALREADY_APPROVED);
                    };
                case REJECT -> notSubmitted(contract, at);
                case APPROVE ->
                    notSubmitted(contract, at)
                            .or(() -> !contract.escrowed && balance[0] < contract.amounts[at]
                                    ? Optional.of(Reason.INSUFFICIENT_FUNDS)
                                    : Optional.empty());
                case CLAIM ->
                    notSubmitted(contract, at)
                            .or(() -> contract.escrowed ? Optional.empty() : Optional.of(Reason.CONTRACT_NOT_ESCROWED))
                            .or(() -> clock.instant().isBefore(contract.submittedAt[at].plus(Duration.ofDays(3)))
                                    ? Optional.of(Reason.REVIEW_WINDOW_OPEN)
                                    : Optional.empty());
                default -> Optional.empty();
            };
        }

        private static Optional<Reason> notSubmitted(Expected contract, int at) {
            return switch (contract.work[at]) {
                case SUBMITTED -> Optional.empty();
                case DUE, REJECTED -> Optional.of(Reason.WORK_NOT_SUBMITTED);
                case APPROVED, PAYING, PAID -> Optional.of(Reason.ALREADY_APPROVED);
            };
        }

        private void done(Step step, Expected contract, int at) {
            Instant now = clock.instant();
            switch (step.act()) {
                case ACCEPT -> {
                    contract.state = Contract.State.ACTIVE;
                    contract.touched(now);
                    if (contract.escrowed) {
                        contract.escrow = contract.total();
                        balance[0] -= contract.total();
                    }
                }
                case DECLINE -> contract.ended(Contract.State.DECLINED, now);
                case WITHDRAW -> contract.ended(Contract.State.WITHDRAWN, now);
                case SUBMIT -> {
                    contract.work[at] = Milestone.State.SUBMITTED;
                    contract.submittedAt[at] = now;
                    contract.touched(now);
                }
                case REJECT -> {
                    contract.work[at] = Milestone.State.REJECTED;
                    contract.touched(now);
                }
                case APPROVE, CLAIM -> pay(contract, at, now);
                case FAIL -> {
                    contract.ended(Contract.State.FAILED, now);
                    contract.over = contract.escrow > 0 ? now.plus(Duration.ofHours(24)) : Instant.MAX;
                }
                case CANCEL -> {
                    if (contract.wantsEnd == 1 - step.who()) {
                        giveBack(contract);
                        contract.ended(Contract.State.CANCELLED, now);
                    } else {
                        contract.wantsEnd = step.who();
                        contract.touched(now);
                    }
                }
                case TAKE_BACK -> {
                    contract.wantsEnd = contract.wantsEnd == step.who() ? -1 : contract.wantsEnd;
                    contract.touched(now);
                }
                case CREATE, DISPUTE, END_DISPUTE, PASS_TIME, SWEEP -> throw new IllegalStateException();
            }
        }

        private void pay(Expected contract, int at, Instant now) {
            long amount = contract.amounts[at];
            contract.work[at] = Milestone.State.PAID;
            if (contract.escrowed) {
                contract.escrow -= amount;
            } else {
                balance[0] -= amount;
            }
            balance[1] += amount - fee(amount);
            contract.touched(now);
            if (contract.isPaid()) {
                contract.ended(Contract.State.COMPLETED, now);
            }
        }

        private void giveBack(Expected contract) {
            balance[0] += contract.escrow;
            contract.escrow = 0;
        }

        private int sweep() {
            int swept = 0;
            for (Expected contract : expected) {
                if (!clock.instant().isBefore(contract.over)) {
                    swept++;
                    giveBack(contract);
                    Instant endedAt = contract.endedAt == Instant.MAX ? clock.instant() : contract.endedAt;
                    contract.ended(
                            switch (contract.state) {
                                case PROPOSED -> Contract.State.EXPIRED;
                                case ACTIVE -> Contract.State.CANCELLED;
                                default -> contract.state;
                            },
                            endedAt);
                }
            }
            return swept;
        }

        void requireSame() {
            for (int i = 0; i < balance.length; i++) {
                assertThat(shop.registry.balance(agents.get(i))).isEqualTo(balance[i]);
            }
            for (Expected contract : expected) {
                hanse.contract.v1.Contract shown = shop.show(agents.get(0), contract.id);
                assertThat(shown.getState().name()).isEqualTo(contract.state.name());
                assertThat(shop.escrow(contract.id)).isEqualTo(contract.escrow);
                for (int i = 0; i < contract.work.length; i++) {
                    assertThat(shown.getMilestones(i).getState().name()).isEqualTo(contract.work[i].name());
                }
            }
        }
    }
}
