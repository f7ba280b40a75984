package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.VerifyResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/// Payments beside a model that says what design §5 says: whoever asks for what and when, both answer the same, and the
/// money is where the model has it.
final class PaymentModelTest {
    private static final int AGENTS = 3;
    private static final long DEPOSIT = 20_000_000;

    enum Act {
        AUTHORIZE,
        VERIFY,
        SETTLE,
        CLAIM,
        RELEASE,
        WAIVE,
        PASS_TIME,
        SWEEP,
        SWEEP_ALL
    }

    /// @param who the agent that acts
    /// @param which the payment, or for AUTHORIZE the payee's distance
    /// @param number micro-AVT, or what picks a duration
    record Step(Act act, int who, int which, long number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Act> acts = Arbitraries.frequency(
                net.jqwik.api.Tuple.of(5, Act.AUTHORIZE),
                net.jqwik.api.Tuple.of(6, Act.VERIFY),
                net.jqwik.api.Tuple.of(4, Act.SETTLE),
                net.jqwik.api.Tuple.of(2, Act.CLAIM),
                net.jqwik.api.Tuple.of(3, Act.RELEASE),
                net.jqwik.api.Tuple.of(2, Act.WAIVE),
                net.jqwik.api.Tuple.of(2, Act.PASS_TIME),
                net.jqwik.api.Tuple.of(1, Act.SWEEP),
                net.jqwik.api.Tuple.of(1, Act.SWEEP_ALL));
        return Combinators.combine(
                        acts,
                        Arbitraries.integers().between(0, AGENTS - 1),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.longs().between(1, 9_000_000))
                .as(Step::new)
                .list()
                .ofMinSize(30)
                .ofMaxSize(60);
    }

    @Property(tries = 20, shrinking = ShrinkingMode.BOUNDED)
    void endWhereTheModelEnds(@ForAll("steps") List<Step> steps) {
        TestClock clock = new TestClock();
        try (TestRegistry registry = TestRegistry.fresh(clock)) {
            Both both = new Both(registry, clock);
            for (Step step : steps) {
                both.apply(step);
                both.requireSameMoney();
            }
            assertThat(registry.verify().fault()).isEmpty();
        }
    }

    /// What the model knows of a payment.
    private static final class Expected {
        final UUID id;
        final String token;
        final int payer;
        final int payee;
        final long amount;
        final Instant authorizedAt;
        final Instant expiresAt;
        Payment.State state = Payment.State.AUTHORIZED;
        Instant consumedAt = Instant.MAX;

        Expected(UUID id, String token, int payer, int payee, long amount, Instant authorizedAt, Instant expiresAt) {
            this.id = id;
            this.token = token;
            this.payer = payer;
            this.payee = payee;
            this.amount = amount;
            this.authorizedAt = authorizedAt;
            this.expiresAt = expiresAt;
        }

        boolean isOver(Instant now) {
            return !now.isBefore(expiresAt);
        }
    }

    private static final class Both {
        final TestRegistry registry;
        final TestClock clock;
        final Payments payments;
        final List<AgentId> agents = new ArrayList<>();
        final long[] balance = new long[AGENTS];
        final List<Expected> expected = new ArrayList<>();
        long treasury;

        Both(TestRegistry registry, TestClock clock) {
            this.registry = registry;
            this.clock = clock;
            this.payments = new Payments(
                    registry.database,
                    registry.commit,
                    registry.transfers,
                    registry.parties,
                    new TokenSecret(new byte[32]),
                    clock);
            for (int i = 0; i < AGENTS; i++) {
                agents.add(registry.agent("20"));
                balance[i] = DEPOSIT;
            }
        }

        void apply(Step step) {
            switch (step.act()) {
                case AUTHORIZE -> authorize(step);
                case PASS_TIME ->
                    clock.advance(List.of(
                                    Duration.ofSeconds(20),
                                    Duration.ofSeconds(70),
                                    Duration.ofMinutes(20),
                                    Duration.ofHours(3),
                                    Duration.ofHours(24),
                                    Duration.ofDays(30))
                            .get(step.which()));
                case SWEEP -> assertThat(payments.sweepExpired()).isEqualTo(sweep(Duration.ofHours(2), false));
                case SWEEP_ALL -> assertThat(payments.sweepAll()).isEqualTo(sweep(Duration.ofDays(100_000), true));
                case VERIFY, SETTLE, CLAIM, RELEASE, WAIVE -> {
                    if (!expected.isEmpty()) {
                        Expected payment = expected.get(step.which() % expected.size());
                        if (step.act() == Act.VERIFY) {
                            verify(payment, step.who());
                        } else {
                            end(
                                    payment,
                                    step.who(),
                                    EndCommand.How.valueOf(step.act().name()));
                        }
                    }
                }
            }
        }

        private void authorize(Step step) {
            int payee = (step.who() + 1 + step.which() % (AGENTS - 1)) % AGENTS;
            int ttl = 60 + (int) (step.number() % 120);
            Call call = call(step.who());
            Answer<AuthorizeResponse> answer = ask(() -> payments.authorize(
                            call,
                            registry.parties.did(agents.get(payee)),
                            new Avt(step.number()),
                            ttl,
                            "https://weather.example/today")
                    .join());
            long fee = (step.number() * 5_000 + 999_999) / 1_000_000;
            if (step.number() - fee < 1) {
                assertThat(answer.refusal()).contains(Reason.AMOUNT_TOO_SMALL);
            } else if (balance[step.who()] - held(step.who()) < step.number()) {
                assertThat(answer.refusal()).contains(Reason.INSUFFICIENT_FUNDS);
            } else {
                AuthorizeResponse made = answer.value();
                expected.add(new Expected(
                        UUID.fromString(made.getPaymentId()),
                        made.getPaymentToken(),
                        step.who(),
                        payee,
                        step.number(),
                        clock.instant(),
                        clock.instant().plusSeconds(ttl)));
            }
        }

        private void verify(Expected payment, int who) {
            VerifyResponse answer = payments.verify(call(who), payment.token).join();
            Optional<Reason> invalid = invalid(payment, who);
            assertThat(answer.getValid()).isEqualTo(invalid.isEmpty());
            assertThat(answer.getReason()).isEqualTo(invalid.map(Reason::name).orElse(""));
            if (invalid.isEmpty()) {
                assertThat(answer.getFirstUse()).isEqualTo(payment.state == Payment.State.AUTHORIZED);
                assertThat(answer.getAmount()).isEqualTo(new Avt(payment.amount).toString());
                if (payment.state == Payment.State.AUTHORIZED) {
                    payment.state = Payment.State.CONSUMED;
                    payment.consumedAt = clock.instant();
                }
            } else {
                assertThat(answer.getPayer()).isEmpty();
                assertThat(answer.getAmount()).isEmpty();
            }
        }

        private Optional<Reason> invalid(Expected payment, int who) {
            if (who != payment.payee) {
                return Optional.of(Reason.WRONG_PAYEE);
            }
            return switch (payment.state) {
                case AUTHORIZED, CONSUMED ->
                    payment.isOver(clock.instant()) ? Optional.of(Reason.TOKEN_EXPIRED) : Optional.empty();
                case SETTLING, SETTLED -> Optional.of(Reason.TOKEN_SPENT);
                case RELEASED -> Optional.of(Reason.TOKEN_RELEASED);
                case EXPIRED -> Optional.of(Reason.TOKEN_EXPIRED);
            };
        }

        private void end(Expected payment, int who, EndCommand.How how) {
            boolean payers = how == EndCommand.How.SETTLE || how == EndCommand.How.RELEASE;
            Answer<hanse.payment.v1.Payment> answer = ask(
                    () -> payments.end(call(who), how, payers ? payment.token : "", payers ? "" : payment.id.toString())
                            .join());
            Optional<Reason> refusal = refusal(payment, who, how, payers);
            assertThat(answer.refusal()).isEqualTo(refusal);
            if (refusal.isEmpty()) {
                boolean pays = how == EndCommand.How.SETTLE || how == EndCommand.How.CLAIM;
                payment.state = pays ? Payment.State.SETTLED : Payment.State.RELEASED;
                assertThat(answer.value().getState().name()).isEqualTo(payment.state.name());
                if (pays) {
                    long fee = (payment.amount * 5_000 + 999_999) / 1_000_000;
                    balance[payment.payer] -= payment.amount;
                    balance[payment.payee] += payment.amount - fee;
                    treasury += fee;
                }
            }
        }

        private Optional<Reason> refusal(Expected payment, int who, EndCommand.How how, boolean payers) {
            if (who != payment.payer && who != payment.payee) {
                return Optional.of(payers ? Reason.UNKNOWN_TOKEN : Reason.UNKNOWN_PAYMENT);
            }
            if (who != (payers ? payment.payer : payment.payee)) {
                return Optional.of(Reason.NOT_YOURS);
            }
            boolean over = payment.isOver(clock.instant());
            return switch (payment.state) {
                case AUTHORIZED -> {
                    if (over) {
                        yield Optional.of(Reason.TOKEN_EXPIRED);
                    }
                    yield how == EndCommand.How.RELEASE ? Optional.empty() : Optional.of(Reason.PAYMENT_NOT_CONSUMED);
                }
                case CONSUMED ->
                    switch (how) {
                        case RELEASE -> Optional.of(Reason.ALREADY_CONSUMED);
                        case CLAIM ->
                            clock.instant().isBefore(payment.consumedAt.plus(Duration.ofHours(24)))
                                    ? Optional.of(Reason.SETTLE_BY_NOT_REACHED)
                                    : Optional.empty();
                        case SETTLE, WAIVE -> Optional.empty();
                    };
                case SETTLING, SETTLED -> Optional.of(Reason.ALREADY_SETTLED);
                case RELEASED -> Optional.of(Reason.TOKEN_RELEASED);
                case EXPIRED -> Optional.of(Reason.TOKEN_EXPIRED);
            };
        }

        private int sweep(Duration back, boolean unclaimed) {
            Instant now = clock.instant();
            int swept = 0;
            for (Expected payment : expected) {
                if (payment.state == Payment.State.AUTHORIZED
                        && payment.isOver(now)
                        && !payment.authorizedAt.isBefore(now.minus(back))) {
                    payment.state = Payment.State.EXPIRED;
                    swept++;
                } else if (unclaimed
                        && payment.state == Payment.State.CONSUMED
                        && !now.isBefore(payment.consumedAt.plus(Duration.ofDays(30)))) {
                    payment.state = Payment.State.RELEASED;
                    swept++;
                }
            }
            return swept;
        }

        private long held(int agent) {
            return expected.stream()
                    .filter(payment -> payment.payer == agent)
                    .filter(payment ->
                            payment.state == Payment.State.AUTHORIZED || payment.state == Payment.State.CONSUMED)
                    .mapToLong(payment -> payment.amount)
                    .sum();
        }

        void requireSameMoney() {
            for (int i = 0; i < AGENTS; i++) {
                Account account = registry.account(agents.get(i));
                assertThat(account.balance()).isEqualTo(balance[i]);
                assertThat(account.held().micros()).isEqualTo(held(i));
            }
            assertThat(registry.total(AccountKind.TREASURY)).isEqualTo(treasury);
            for (Expected payment : expected) {
                assertThat(payments.get(call(payment.payer).caller(), payment.id)
                                .state())
                        .isEqualTo(payment.state);
            }
        }

        private Call call(int who) {
            return TestRegistry.call(agents.get(who), UUID.randomUUID().toString(), "x");
        }
    }

    private record Answer<T>(Optional<T> given, Optional<Reason> refusal) {
        T value() {
            return given.orElseThrow(() -> new AssertionError("refused with " + refusal));
        }
    }

    private static <T> Answer<T> ask(Supplier<T> question) {
        try {
            return new Answer<>(Optional.of(question.get()), Optional.empty());
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                return new Answer<>(Optional.empty(), Optional.of(refused.reason()));
            }
            throw e;
        }
    }
}
