package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Dealing;
import hanse.node.dispute.Disputable;
import hanse.node.dispute.Subject;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Payments as something to dispute: by the payer, from CONSUMED on. What is held goes back as a whole.
final class DisputablePayment implements Disputable {
    /// How long after it was settled a payment can be disputed.
    static final Duration WINDOW = Duration.ofDays(14);

    private final PaymentStore store;
    private final ForeignPaymentStore foreign = new ForeignPaymentStore();
    private final Parties parties;

    DisputablePayment(PaymentStore store, Parties parties) {
        this.store = store;
        this.parties = parties;
    }

    @Override
    public boolean owns(Subject.Kind kind) {
        return kind == Subject.Kind.PAYMENT;
    }

    @Override
    public void rows(Rows rows, Subject subject) {
        rows.want(store, subject.id());
    }

    @Override
    public void accounts(Rows rows, Subject subject, Wanted wanted) {
        rows.get(store, subject.id()).ifPresent(payment -> wanted.account(AccountId.of(payment.payer())));
    }

    @Override
    public Did defendant(Rows rows, Subject subject, Did complainant, Instant now) {
        Payment payment = rows.get(store, subject.id()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SUBJECT));
        Did payee = new Did(payment.payeeRegistry().orElse(parties.self()), payment.payee());
        if (!parties.did(payment.payer()).equals(complainant)) {
            throw new RefusedException(payee.equals(complainant) ? Reason.NOT_YOURS : Reason.UNKNOWN_SUBJECT);
        }
        switch (payment.state()) {
            case AUTHORIZED, RELEASED, EXPIRED -> throw new RefusedException(Reason.SUBJECT_NOT_DISPUTABLE);
            case CONSUMED, SETTLING -> {}
            case SETTLED -> {
                if (!now.isBefore(payment.endedAt().orElseThrow().plus(WINDOW))) {
                    throw new RefusedException(Reason.FILING_WINDOW_CLOSED);
                }
            }
        }
        return payee;
    }

    @Override
    public Dealing dealing(Rows rows, Subject subject, Did complainant, Instant now) {
        Payment payment = get(rows, subject);
        Avt amount = payment.amount();
        return switch (payment.state()) {
            case AUTHORIZED, CONSUMED -> dealing(payment, Avt.ZERO, amount, Avt.ZERO);
            case SETTLING -> dealing(payment, Avt.ZERO, Avt.ZERO, amount);
            case SETTLED -> dealing(payment, amount, Avt.ZERO, Avt.ZERO);
            case RELEASED, EXPIRED -> dealing(payment, Avt.ZERO, Avt.ZERO, Avt.ZERO);
        };
    }

    /// That a token was verified says nothing of what its payee did for it.
    private static Dealing dealing(Payment payment, Avt captured, Avt held, Avt inFlight) {
        return new Dealing(payment.state().name(), captured, held, inFlight, Dealing.Performance.UNKNOWN);
    }

    @Override
    public void freeze(Books books, Subject subject, UUID dispute) {
        books.rows().update(store, subject.id(), get(books.rows(), subject).frozen(dispute));
    }

    @Override
    public void thaw(Books books, Subject subject, UUID dispute) {
        Payment payment = get(books.rows(), subject);
        if (payment.isFrozenBy(dispute)) {
            books.rows().update(store, subject.id(), payment.thawed(books.now()));
        }
    }

    @Override
    public Avt handable(Books books, Subject subject, Did winner, Avt award) {
        Payment payment = get(books.rows(), subject);
        if (payment.state() != Payment.State.CONSUMED) {
            return Avt.ZERO;
        }
        if (award.compareTo(payment.amount()) < 0) {
            throw new RefusedException(Reason.AWARD_NOT_WHOLE);
        }
        return payment.amount();
    }

    @Override
    public Avt hand(Books books, Subject subject, Did winner, Avt award) {
        Avt held = handable(books, subject, winner, award);
        if (!held.isZero()) {
            EndCommand.giveBack(books, store, get(books.rows(), subject));
        }
        return held;
    }

    @Override
    public void foreignRows(Rows rows, RegistryId peer, Subject subject, AgentId defendant) {
        rows.want(foreign, new ForeignPayment.Key(subject.id(), peer, defendant));
    }

    @Override
    public Optional<Avt> received(Rows rows, RegistryId peer, Subject subject, Did complainant, AgentId defendant) {
        return rows.get(foreign, new ForeignPayment.Key(subject.id(), peer, defendant))
                .filter(payment -> payment.terms()
                        .map(terms -> terms.payer().equals(complainant.toString()))
                        .orElseGet(payment::isAsked))
                .map(payment -> payment.credited().orElse(Avt.ZERO));
    }

    private Payment get(Rows rows, Subject subject) {
        return rows.get(store, subject.id())
                .orElseThrow(() -> new IllegalStateException("a payment is disputed that does not exist"));
    }
}
