package hanse.node.payment;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.federation.v1.ConsumePayment;
import hanse.node.call.Call;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.federation.PeerMessages;
import hanse.node.federation.PeerPosition;
import hanse.node.federation.PeerPositionStore;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import hanse.payment.v1.VerifyResponse;
import java.util.Optional;
import java.util.UUID;

/// Asks a peer to consume a token that it issued, having reserved headroom for it; or says what is known of it already.
///
/// @param message id of the message, if one is sent
record VerifyForeignCommand(
        Call asked,
        Parties parties,
        ForeignPaymentStore store,
        OpenAskStore asks,
        PeerPositionStore positions,
        PeerMessages messages,
        ForeignPayment.Key key,
        Token token,
        UUID message)
        implements Command<VerifyForeignCommand.Asked> {
    /// What is reserved before the issuer has said what the token is worth. If that is more, it is asked again with
    /// more.
    private static final Avt FIRST_RESERVATION = Avt.parse("10");

    /// The part of a peer's limit that tokens of one payee may keep reserved while the peer has not answered.
    private static final int SHARE = 4;

    /// @param answer absent while the issuer has to be waited for
    /// @param isNew whether this very call asks the issuer
    record Asked(Optional<VerifyResponse> answer, boolean isNew) {
        static final Asked BEFORE = new Asked(Optional.empty(), false);

        static Asked answered(VerifyResponse answer) {
            return new Asked(Optional.of(answer), false);
        }
    }

    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(positions, key.issuer());
        rows.want(asks, OpenAskStore.Key.of(key));
        rows.want(store, key);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Asked decide(Books books) {
        UUID request = asked.request().key();
        Optional<ForeignPayment> known = books.rows().get(store, key);
        if (known.filter(payment -> payment.state() != ForeignPayment.State.REFUSED)
                .isPresent()) {
            return known.get().terms().isPresent()
                    ? Asked.answered(ForeignWire.verified(known.get(), request, books.now()))
                    : Asked.BEFORE;
        }
        PeerPosition position =
                books.rows().get(positions, key.issuer()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
        position.status().requireActive();
        OpenAskStore.Key asking = OpenAskStore.Key.of(key);
        Avt open = books.rows().get(asks, asking).orElseThrow();
        long mine = position.limit().micros() / SHARE - open.micros();
        long room = Math.min(mine, position.headroom().micros());
        if (room <= 0) {
            throw new RefusedException(Reason.EXPOSURE_EXCEEDED);
        }
        Avt reserved = new Avt(Math.min(room, FIRST_RESERVATION.micros()));
        books.rows().update(asks, asking, open.plus(reserved));
        books.rows().update(positions, key.issuer(), position.reserve(reserved));
        ForeignPayment payment = ForeignPayment.asked(key, message, request, reserved, books.now());
        if (known.isPresent()) {
            books.rows().update(store, key, payment);
        } else {
            books.rows().insert(store, key, payment);
        }
        messages.send(
                books,
                key.issuer(),
                message,
                asked.traceparent(),
                builder -> builder.setConsumePayment(ConsumePayment.newBuilder()
                        .setTokenHash(ByteString.copyFrom(token.hash()))
                        .setPayee(parties.did(key.payee()).toString())
                        .setHeadroomMicros(reserved.micros())));
        return new Asked(Optional.empty(), true);
    }

    /// An answer has at least one byte; none means that what has become of it is to be looked up.
    @Override
    public byte[] remember(Asked result) {
        return result.answer().map(VerifyResponse::toByteArray).orElseGet(() -> new byte[0]);
    }

    @Override
    public Asked recall(byte[] remembered) {
        if (remembered.length == 0) {
            return Asked.BEFORE;
        }
        return Asked.answered(Remembered.read(VerifyResponse.parser(), remembered));
    }
}
