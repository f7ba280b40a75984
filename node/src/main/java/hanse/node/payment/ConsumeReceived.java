package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.federation.v1.Accepted;
import hanse.federation.v1.ConsumePayment;
import hanse.federation.v1.Refused;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.federation.PeerPositionStore;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.UUID;

/// A payee on a peer presents a token of this registry to its own registry: consumes it, once. Nothing is consumed that
/// the peer has no headroom for.
final class ConsumeReceived implements Decision {
    private static final int HASH_LENGTH = 32;

    private final Parties parties;
    private final PaymentStore store;
    private final PeerPositionStore positions;
    private final Incoming message;
    private final ConsumePayment asked;
    private final Optional<UUID> id;

    ConsumeReceived(Parties parties, PaymentStore store, PeerPositionStore positions, Incoming message) {
        this.parties = parties;
        this.store = store;
        this.positions = positions;
        this.message = message;
        this.asked = message.message().getConsumePayment();
        this.id = asked.getTokenHash().size() == HASH_LENGTH
                ? Optional.of(Token.paymentId(asked.getTokenHash().toByteArray()))
                : Optional.empty();
    }

    @Override
    public void rows(Rows rows) {
        id.ifPresent(payment -> rows.want(store, payment));
    }

    @Override
    public Verdict decide(Books books) {
        if (!books.rows().get(positions, message.peer()).orElseThrow().status().takesWork()) {
            throw new RefusedException(Reason.PEER_SUSPENDED);
        }
        Did payee = requirePeers(asked.getPayee());
        Payment payment = id.flatMap(known -> books.rows().get(store, known))
                .filter(found -> MessageDigest.isEqual(
                        found.tokenHash(), asked.getTokenHash().toByteArray()))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TOKEN));
        Optional<Reason> invalid = payment.invalidFor(payee.agent(), Optional.of(message.peer()), books.now());
        if (invalid.isPresent()) {
            throw new RefusedException(invalid.get());
        }
        if (payment.amount().micros() > asked.getHeadroomMicros()) {
            return new Verdict.Declined(Refused.newBuilder()
                    .setReason(Reason.EXPOSURE_EXCEEDED.name())
                    .setHeadroomNeededMicros(payment.amount().micros())
                    .build());
        }
        Payment consumed = payment;
        if (payment.state() == Payment.State.AUTHORIZED) {
            consumed = payment.consumed(books.now());
            books.rows().update(store, payment.id(), consumed);
            books.post(Posting.event(EntryKind.PAYMENT_CONSUMED, payment.id(), "")
                    .between(new TradeParties(Optional.of(payment.payer()), payment.localPayee())));
        }
        return new Verdict.Done(Accepted.newBuilder()
                .setConsumedPayment(ForeignWire.consumed(consumed, parties))
                .build());
    }

    /// A DID that must be of the peer that sends it. Refuses with `MESSAGE_REFUSED`.
    private Did requirePeers(String text) {
        return peersAgent(message, text).orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
    }

    /// A DID in a message, if it is of an agent of the sender.
    static Optional<Did> peersAgent(Incoming message, String text) {
        try {
            return Optional.of(Did.parse(text)).filter(did -> did.registry().equals(message.peer()));
        } catch (RefusedException notADid) {
            return Optional.empty();
        }
    }
}
