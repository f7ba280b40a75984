package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.federation.v1.ConsumePayment;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.WaivePayment;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.federation.Frames;
import hanse.node.federation.MessageId;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerMessages;
import hanse.node.federation.PeerPosition;
import hanse.node.federation.PeerPositionStore;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/// Records what an issuer says of a token: the reservation becomes what the payment is worth, or is taken back. When
/// more is needed than was reserved, and there is more, the issuer is asked again. A repeat changes nothing.
record RecordConsumption(
        ForeignPaymentStore store,
        PeerPositionStore positions,
        PeerMessages messages,
        Transfers transfers,
        Outgoing asked,
        Outcome outcome,
        ForeignPayment.Key key)
        implements InternalCommand<Optional<ForeignPayment>> {
    static ForeignPayment.Key key(Outgoing asked) {
        ConsumePayment consume = asked.message().getConsumePayment();
        return new ForeignPayment.Key(
                Token.paymentId(consume.getTokenHash().toByteArray()),
                asked.peer(),
                Did.parse(consume.getPayee()).agent());
    }

    @Override
    public void rows(Rows rows) {
        rows.want(positions, key.issuer());
        rows.want(store, key);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Optional<ForeignPayment> decide(Books books) {
        messages.answered(books, asked);
        Optional<ForeignPayment> found = books.rows().get(store, key);
        if (found.isEmpty() || !found.get().awaits(asked.id())) {
            return found;
        }
        ForeignPayment payment = found.get();
        PeerPosition position = books.rows().get(positions, key.issuer()).orElseThrow();
        if (outcome.hasAccepted()) {
            return consumed(books, payment, position);
        }
        if (payment.state() == ForeignPayment.State.CREDITED) {
            // It was paid, so it was consumed: an issuer that says otherwise has only made its own answer useless.
            return found;
        }
        long needed = outcome.getRefused().getHeadroomNeededMicros();
        long more = needed - payment.reserved().micros();
        if (more > 0 && more <= position.headroom().micros()) {
            return askAgain(books, payment, position, new Avt(needed));
        }
        return refused(
                books, payment, position, Frames.reason(outcome.getRefused().getReason()));
    }

    private Optional<ForeignPayment> consumed(Books books, ForeignPayment payment, PeerPosition position) {
        Optional<ForeignPayment.Terms> terms = ForeignWire.terms(
                outcome.getAccepted().getConsumedPayment(), key.id(), key.issuer(), outcome.getDecidedAt());
        if (payment.state() == ForeignPayment.State.CREDITED) {
            return record(books, terms.map(payment::consumed).orElse(payment));
        }
        if (terms.isEmpty()) {
            return refused(books, payment, position, Reason.MESSAGE_REFUSED);
        }
        if (terms.get().amount().compareTo(payment.reserved()) > 0) {
            return refused(books, payment, position, Reason.EXPOSURE_EXCEEDED);
        }
        try {
            transfers.fee(terms.get().amount());
        } catch (RefusedException tooSmall) {
            waive(books);
            return refused(books, payment, position, tooSmall.reason());
        }
        books.rows()
                .update(
                        positions,
                        key.issuer(),
                        position.release(payment.reserved().minus(terms.get().amount())));
        return record(books, payment.consumed(terms.get()));
    }

    private Optional<ForeignPayment> askAgain(Books books, ForeignPayment payment, PeerPosition position, Avt needed) {
        books.rows().update(positions, key.issuer(), position.reserve(needed.minus(payment.reserved())));
        UUID next = nextMessage(books, "hanse-consume/");
        messages.send(
                books,
                key.issuer(),
                next,
                asked.message().getTraceparent(),
                builder -> builder.setConsumePayment(
                        asked.message().getConsumePayment().toBuilder().setHeadroomMicros(needed.micros())));
        ForeignPayment waiting = payment.askedAgain(next, needed);
        books.rows().update(store, key, waiting);
        return Optional.of(waiting);
    }

    /// It could never be credited here: its payer has it back at once.
    private void waive(Books books) {
        messages.send(
                books,
                key.issuer(),
                nextMessage(books, "hanse-waive/"),
                asked.message().getTraceparent(),
                builder -> builder.setWaivePayment(WaivePayment.newBuilder()
                        .setPaymentId(MessageIds.bytes(key.id()))
                        .setPayee(asked.message().getConsumePayment().getPayee())));
    }

    private UUID nextMessage(Books books, String purpose) {
        UUID hash = UUID.nameUUIDFromBytes((purpose + asked.id()).getBytes(StandardCharsets.UTF_8));
        return MessageId.of(books.now(), hash);
    }

    private Optional<ForeignPayment> refused(Books books, ForeignPayment payment, PeerPosition position, Reason why) {
        books.rows().update(positions, key.issuer(), position.release(payment.reserved()));
        return record(books, payment.refused(why));
    }

    private Optional<ForeignPayment> record(Books books, ForeignPayment recorded) {
        books.rows().update(store, key, recorded);
        return Optional.of(recorded);
    }
}
