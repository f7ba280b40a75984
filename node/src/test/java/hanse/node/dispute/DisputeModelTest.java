package hanse.node.dispute;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Ruling;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.ledger.Account;
import hanse.node.ledger.Avt;
import hanse.node.testing.Asked;
import hanse.payment.v1.Payment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/// Disputes of payments beside a model that says what design §7 says: whoever asks for what and when, both answer the
/// same, and the money is where the model has it.
final class DisputeModelTest {
    private static final int AGENTS = 3;
    private static final long DEPOSIT = 40_000_000;

    enum Act {
        PAY,
        SETTLE,
        WAIVE,
        FILE,
        EVIDENCE,
        VOTE,
        RULE,
        WITHDRAW,
        SPEND,
        PASS_TIME,
        SWEEP,
        SWEEP_PAYMENTS
    }

    /// @param who the agent that acts
    /// @param which the payment or dispute, or the payee's distance
    /// @param number micro-AVT, or what picks something else
    record Step(Act act, int who, int which, long number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Act> acts = Arbitraries.frequency(
                Tuple.of(5, Act.PAY),
                Tuple.of(4, Act.SETTLE),
                Tuple.of(1, Act.WAIVE),
                Tuple.of(7, Act.FILE),
                Tuple.of(3, Act.EVIDENCE),
                Tuple.of(7, Act.VOTE),
                Tuple.of(9, Act.RULE),
                Tuple.of(2, Act.WITHDRAW),
                Tuple.of(1, Act.SPEND),
                Tuple.of(2, Act.PASS_TIME),
                Tuple.of(1, Act.SWEEP),
                Tuple.of(1, Act.SWEEP_PAYMENTS));
        return Combinators.combine(
                        acts,
                        Arbitraries.integers().between(0, AGENTS - 1),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.longs().between(1_000, 6_000_000))
                .as(Step::new)
                .list()
                .ofMinSize(40)
                .ofMaxSize(80);
    }

    @Property(tries = 20, shrinking = ShrinkingMode.BOUNDED)
    void endWhereTheModelEnds(@ForAll("steps") List<Step> steps) {
        try (Court court = new Court()) {
            Both both = new Both(court);
            for (Step step : steps) {
                both.apply(step);
                both.requireSame();
            }
            assertThat(court.registry.verify().fault()).isEmpty();
        }
    }

    private static final class Deal {
        final String id;
        final int payer;
        final int payee;
        final long amount;
        final Instant consumedAt;
        Payment.State state = Payment.State.CONSUMED;
        Instant endedAt = Instant.MIN;
        Instant thawedAt = Instant.MIN;
        long recovered;
        boolean frozen;

        Deal(String id, int payer, int payee, long amount, Instant consumedAt) {
            this.id = id;
            this.payer = payer;
            this.payee = payee;
            this.amount = amount;
            this.consumedAt = consumedAt;
        }
    }

    private static final class Case {
        final String id;
        final Deal deal;
        final long claimed;
        final Instant filedAt;
        Dispute.Status status = Dispute.Status.OPEN;
        final int[] evidence = new int[AGENTS];

        Case(String id, Deal deal, long claimed, Instant filedAt) {
            this.id = id;
            this.deal = deal;
            this.claimed = claimed;
            this.filedAt = filedAt;
        }

        boolean isParty(int who) {
            return who == deal.payer || who == deal.payee;
        }
    }

    private static final class Both {
        final Court court;
        final List<AgentId> agents = new ArrayList<>();
        final long[] balance = new long[AGENTS];
        final List<Deal> deals = new ArrayList<>();
        final List<Case> cases = new ArrayList<>();
        final List<String> signals = new ArrayList<>();
        long burned;

        Both(Court court) {
            this.court = court;
            for (int i = 0; i < AGENTS; i++) {
                agents.add(court.registry.agent("40"));
                balance[i] = DEPOSIT;
            }
        }

        void apply(Step step) {
            switch (step.act()) {
                case PAY -> pay(step);
                case SPEND -> spend(step);
                case PASS_TIME -> pass(step.which());
                case SWEEP -> sweep();
                case SWEEP_PAYMENTS -> sweepPayments();
                case SETTLE, WAIVE, FILE -> {
                    if (!deals.isEmpty()) {
                        Deal deal = deals.get(deals.size() - 1 - step.which() % deals.size());
                        switch (step.act()) {
                            case SETTLE -> settle(deal);
                            case WAIVE -> waive(deal);
                            default -> file(deal, step.which() == 6 ? step.who() : deal.payer, step.number());
                        }
                    }
                }
                case EVIDENCE, VOTE, RULE, WITHDRAW -> {
                    if (!cases.isEmpty()) {
                        Case dispute = cases.get(cases.size() - 1 - step.which() % cases.size());
                        switch (step.act()) {
                            case EVIDENCE -> evidence(dispute, step.who());
                            case VOTE -> vote(dispute);
                            case RULE -> rule(dispute, step.who(), step.number());
                            default -> withdraw(dispute, step.who());
                        }
                    }
                }
            }
        }

        private Instant now() {
            return court.clock.instant();
        }

        private void pass(int which) {
            court.clock.advance(List.of(
                            Duration.ofMinutes(5),
                            Duration.ofHours(30),
                            Duration.ofDays(3),
                            Duration.ofDays(8),
                            Duration.ofDays(14),
                            Duration.ofDays(30),
                            Duration.ofDays(31))
                    .get(which));
        }

        private long held(int agent) {
            return deals.stream()
                    .filter(deal -> deal.payer == agent && deal.state == Payment.State.CONSUMED)
                    .mapToLong(deal -> deal.amount)
                    .sum();
        }

        private long available(int agent) {
            return balance[agent] - held(agent);
        }

        private void pay(Step step) {
            int payee = (step.who() + 1 + step.which() % (AGENTS - 1)) % AGENTS;
            if (available(step.who()) >= step.number()) {
                String id =
                        court.consumed(agents.get(step.who()), agents.get(payee), new Avt(step.number()).toString());
                deals.add(new Deal(id, step.who(), payee, step.number(), now()));
            }
        }

        private void spend(Step step) {
            int payee = (step.who() + 1) % AGENTS;
            long amount = available(step.who());
            if (amount > 1_000) {
                var unused = court.registry.pay(agents.get(step.who()), agents.get(payee), new Avt(amount).toString());
                paid(step.who(), payee, amount);
            }
        }

        private void paid(int payer, int payee, long amount) {
            balance[payer] -= amount;
            balance[payee] += amount - (amount * 5_000 + 999_999) / 1_000_000;
        }

        private static Optional<Reason> ending(Deal deal) {
            return switch (deal.state) {
                case CONSUMED -> deal.frozen ? Optional.of(Reason.SUBJECT_FROZEN) : Optional.empty();
                case SETTLED -> Optional.of(Reason.ALREADY_SETTLED);
                default -> Optional.of(Reason.TOKEN_RELEASED);
            };
        }

        private void settle(Deal deal) {
            Optional<Reason> refusal = ending(deal);
            assertThat(court.settle(agents.get(deal.payer), deal.id).refusal()).isEqualTo(refusal);
            if (refusal.isEmpty()) {
                deal.state = Payment.State.SETTLED;
                deal.endedAt = now();
                paid(deal.payer, deal.payee, deal.amount);
            }
        }

        private void waive(Deal deal) {
            Optional<Reason> refusal = ending(deal);
            assertThat(court.waive(agents.get(deal.payee), deal.id).refusal()).isEqualTo(refusal);
            if (refusal.isEmpty()) {
                deal.state = Payment.State.RELEASED;
            }
        }

        /// @param number picks the amount: all, a part, or perhaps too much
        private void file(Deal deal, int who, long number) {
            Optional<Long> asked =
                    number % 3 == 0 ? Optional.empty() : Optional.of(number % 3 == 1 ? number / 2 : number);
            Asked<Dispute> answer = court.file(
                    agents.get(who),
                    deal.id,
                    asked.map(micros -> new Avt(micros).toString()).orElse(""));
            Optional<Reason> refusal = filing(deal, who, asked);
            assertThat(answer.refusal()).isEqualTo(refusal);
            if (refusal.isEmpty()) {
                long claimed = asked.orElse(deal.amount - deal.recovered);
                assertThat(answer.value().getAmount()).isEqualTo(new Avt(claimed).toString());
                assertThat(answer.value().getSnapshot().getState()).isEqualTo(deal.state.name());
                deal.frozen = true;
                cases.add(new Case(answer.value().getDisputeId(), deal, claimed, now()));
            }
        }

        private Optional<Reason> filing(Deal deal, int who, Optional<Long> asked) {
            if (who != deal.payer) {
                return Optional.of(who == deal.payee ? Reason.NOT_YOURS : Reason.UNKNOWN_SUBJECT);
            }
            if (deal.state == Payment.State.RELEASED) {
                return Optional.of(Reason.SUBJECT_NOT_DISPUTABLE);
            }
            if (deal.state == Payment.State.SETTLED && !now().isBefore(deal.endedAt.plus(Duration.ofDays(14)))) {
                return Optional.of(Reason.FILING_WINDOW_CLOSED);
            }
            if (deal.frozen) {
                return Optional.of(Reason.ALREADY_DISPUTED);
            }
            long left = deal.amount - deal.recovered;
            if (left == 0) {
                return Optional.of(Reason.NOTHING_TO_RECOVER);
            }
            return asked.filter(amount -> amount > left).map(amount -> Reason.CLAIM_TOO_LARGE);
        }

        private void evidence(Case dispute, int who) {
            Optional<Reason> refusal = !dispute.isParty(who)
                    ? Optional.of(Reason.UNKNOWN_DISPUTE)
                    : dispute.status != Dispute.Status.OPEN
                            ? Optional.of(Reason.EVIDENCE_CLOSED)
                            : dispute.evidence[who] == 10 ? Optional.of(Reason.TOO_MUCH_EVIDENCE) : Optional.empty();
            assertThat(court.submit(agents.get(who), dispute.id, "so it was").refusal())
                    .isEqualTo(refusal);
            dispute.evidence[who] += refusal.isEmpty() ? 1 : 0;
        }

        private void vote(Case dispute) {
            boolean open = dispute.status == Dispute.Status.OPEN;
            assertThat(court.openVoting(dispute.id).refusal())
                    .isEqualTo(open ? Optional.empty() : Optional.of(Reason.DISPUTE_NOT_OPEN));
            if (open) {
                dispute.status = Dispute.Status.VOTING;
            }
        }

        /// @param number picks the award: all, or some amount
        private void rule(Case dispute, int which, long number) {
            Ruling ruling = List.of(Ruling.IN_FAVOR_OF_COMPLAINANT, Ruling.IN_FAVOR_OF_DEFENDANT, Ruling.DISMISSED)
                    .get(number % 4 < 2 ? 0 : which);
            Optional<Long> award = number % 5 < 3 ? Optional.empty() : Optional.of(number);
            Asked<Dispute> answer = court.rule(
                    dispute.id,
                    ruling,
                    award.map(micros -> new Avt(micros).toString()).orElse(""));
            Optional<Reason> refusal = ruling(dispute, ruling, award);
            assertThat(answer.refusal()).isEqualTo(refusal);
            if (refusal.isPresent()) {
                return;
            }
            Deal deal = dispute.deal;
            close(dispute);
            String pair = agents.get(deal.payer) + "→" + agents.get(deal.payee);
            switch (ruling) {
                case IN_FAVOR_OF_DEFENDANT -> signals.add(pair + " +1 −0");
                case IN_FAVOR_OF_COMPLAINANT -> {
                    signals.add(pair + " +0 −3");
                    if (deal.state == Payment.State.CONSUMED) {
                        deal.state = Payment.State.RELEASED;
                    } else {
                        long due = Math.min(award.orElse(dispute.claimed), deal.amount - deal.recovered);
                        boolean can = available(deal.payee) >= due;
                        assertThat(answer.value().getEffect().getFailure())
                                .isEqualTo(can ? "" : Reason.INSUFFICIENT_FUNDS.name());
                        if (can) {
                            balance[deal.payee] -= due;
                            balance[deal.payer] += due;
                            deal.recovered += due;
                            burned += due;
                        }
                    }
                }
                default -> {}
            }
        }

        private static Optional<Reason> ruling(Case dispute, Ruling ruling, Optional<Long> award) {
            if (dispute.status != Dispute.Status.VOTING) {
                return Optional.of(Reason.DISPUTE_NOT_VOTING);
            }
            if (ruling != Ruling.IN_FAVOR_OF_COMPLAINANT) {
                return award.map(amount -> Reason.AWARD_WITHOUT_CAUSE);
            }
            if (award.filter(amount -> amount > dispute.claimed).isPresent()) {
                return Optional.of(Reason.AWARD_TOO_LARGE);
            }
            boolean whole = award.orElse(dispute.claimed) >= dispute.deal.amount;
            return dispute.deal.state == Payment.State.CONSUMED && !whole
                    ? Optional.of(Reason.AWARD_NOT_WHOLE)
                    : Optional.empty();
        }

        private void withdraw(Case dispute, int who) {
            Optional<Reason> refusal = !dispute.isParty(who)
                    ? Optional.of(Reason.UNKNOWN_DISPUTE)
                    : who != dispute.deal.payer
                            ? Optional.of(Reason.NOT_YOURS)
                            : dispute.status == Dispute.Status.CLOSED
                                    ? Optional.of(Reason.DISPUTE_CLOSED)
                                    : Optional.empty();
            assertThat(court.withdraw(agents.get(who), dispute.id).refusal()).isEqualTo(refusal);
            if (refusal.isEmpty()) {
                close(dispute);
            }
        }

        private void close(Case dispute) {
            dispute.status = Dispute.Status.CLOSED;
            dispute.deal.frozen = false;
            dispute.deal.thawedAt = now();
        }

        private void sweep() {
            int lapsed = 0;
            for (Case dispute : cases) {
                if (dispute.status != Dispute.Status.CLOSED
                        && !now().isBefore(dispute.filedAt.plus(Duration.ofDays(30)))) {
                    close(dispute);
                    lapsed++;
                }
            }
            assertThat(court.rulings.sweep()).isEqualTo(lapsed);
        }

        private void sweepPayments() {
            // Everything is looked at once a day only.
            court.clock.advance(Duration.ofHours(25));
            for (Deal deal : deals) {
                Instant since = deal.thawedAt.isAfter(deal.consumedAt) ? deal.thawedAt : deal.consumedAt;
                if (deal.state == Payment.State.CONSUMED
                        && !deal.frozen
                        && !now().isBefore(since.plus(Duration.ofDays(30)))) {
                    deal.state = Payment.State.RELEASED;
                }
            }
            int unused = court.payments.sweepAll();
        }

        void requireSame() {
            for (int i = 0; i < AGENTS; i++) {
                Account account = court.registry.account(agents.get(i));
                assertThat(account.balance()).isEqualTo(balance[i]);
                assertThat(account.held().micros()).isEqualTo(held(i));
            }
            assertThat(court.slashed()).isEqualTo(burned);
            assertThat(court.compensated()).isEqualTo(burned);
            assertThat(court.reputation.signals).isEqualTo(signals);
            for (Deal deal : deals) {
                Payment payment = court.payment(deal.id);
                assertThat(payment.getState()).isEqualTo(deal.state);
                assertThat(!payment.getDisputeId().isEmpty()).isEqualTo(deal.frozen);
            }
            for (Case dispute : cases) {
                assertThat(court.dispute(dispute.id).getStatus()).isEqualTo(dispute.status);
            }
        }
    }
}
