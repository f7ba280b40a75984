package hanse.node.payment;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.federation.v1.ClaimPayment;
import hanse.federation.v1.WaivePayment;
import hanse.node.call.Call;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.federation.PeerMessages;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/// A payee of this registry claims or waives a payment that a peer issued: the issuer decides.
///
/// @param message id of the message, if one is sent
record EndForeignCommand(
        Call asked,
        Parties parties,
        ForeignPaymentStore store,
        PeerMessages messages,
        ForeignPayment.Key key,
        ForeignPayment.Ending.Kind kind,
        UUID message)
        implements Command<EndForeignCommand.Asked> {
    /// @param ending the message that claims or waives it, of this request or an earlier one
    /// @param isNew whether this very call has sent it
    record Asked(UUID ending, boolean isNew) {}

    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(store, key);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Asked decide(Books books) {
        ForeignPayment payment =
                books.rows().get(store, key).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PAYMENT));
        switch (payment.state()) {
            case ASKED, REFUSED -> throw new RefusedException(Reason.PAYMENT_NOT_CONSUMED);
            case CREDITED -> throw new RefusedException(Reason.ALREADY_SETTLED);
            case WAIVED, LAPSED -> throw new RefusedException(Reason.TOKEN_RELEASED);
            case CONSUMED -> {}
        }
        Optional<ForeignPayment.Ending> open =
                payment.ending().filter(ending -> ending.progress() != ForeignPayment.Ending.Progress.REFUSED);
        if (open.isPresent()) {
            if (open.get().kind() != kind) {
                throw new RefusedException(Reason.REQUEST_IN_FLIGHT);
            }
            return new Asked(open.get().message(), false);
        }
        messages.send(books, key.issuer(), message, asked.traceparent(), builder -> {
            ByteString id = MessageIds.bytes(key.id());
            String payee = parties.did(key.payee()).toString();
            switch (kind) {
                case CLAIM ->
                    builder.setClaimPayment(
                            ClaimPayment.newBuilder().setPaymentId(id).setPayee(payee));
                case WAIVER ->
                    builder.setWaivePayment(
                            WaivePayment.newBuilder().setPaymentId(id).setPayee(payee));
            }
        });
        books.rows()
                .update(
                        store,
                        key,
                        payment.with(new ForeignPayment.Ending(
                                message, kind, ForeignPayment.Ending.Progress.ASKED, Optional.empty())));
        return new Asked(message, true);
    }

    @Override
    public byte[] remember(Asked result) {
        return MessageIds.bytes(result.ending()).toByteArray();
    }

    @Override
    public Asked recall(byte[] remembered) {
        ByteBuffer id = ByteBuffer.wrap(remembered);
        return new Asked(new UUID(id.getLong(), id.getLong()), false);
    }
}
