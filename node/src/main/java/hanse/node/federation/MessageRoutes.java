package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Message;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.peer.VerifiedOutcome;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Which capability decides which message of a peer, and which one waits for the outcome of which message of ours.
/// Filled in by the composition root before the links start.
public final class MessageRoutes {
    private final Map<Message.BodyCase, Function<Incoming, Decision>> deciders = new EnumMap<>(Message.BodyCase.class);
    private final Map<Message.BodyCase, Asker> askers = new EnumMap<>(Message.BodyCase.class);
    private Optional<Settlements> settlements = Optional.empty();

    /// Who sent a message and learns what became of it.
    @FunctionalInterface
    public interface Asker {
        /// Records an outcome; completes when that is durable. Comes again after a failure and must then change nothing
        /// twice. Takes the message out of the outbox in the same commit.
        CompletionStage<?> decided(Outgoing asked, VerifiedOutcome outcome);
    }

    /// The owner of payments that are settled by cross-registry transfers, on both sides. Each method runs inside the
    /// batch that moves the money.
    public interface Settlements {
        /// Asks for the rows of a settlement that we sent.
        void sentRows(Frame.Purpose.Settlement settlement, Rows rows);

        /// Asks for the accounts of a settlement that we sent.
        void sentAccounts(Frame.Purpose.Settlement settlement, Rows rows, Wanted wanted);

        /// The peer has credited the payee.
        void exported(Frame frame, Frame.Purpose.Settlement settlement, Books books);

        /// The peer has refused for good; the money is back on the payer's account.
        void refunded(Frame frame, Frame.Purpose.Settlement settlement, Books books);

        /// Asks for the rows of a settlement that a peer sent.
        void receivedRows(Incoming message, CreditTransfer credit, Rows rows);

        /// The headroom that is reserved for a settlement that a peer sent; empty when no such payment is owed. Refuses
        /// with `MESSAGE_REFUSED` what is owed, but not so.
        Optional<Avt> reservedFor(Incoming message, CreditTransfer credit, Rows rows);

        /// The payee is credited and the headroom used up.
        void credited(Incoming message, CreditTransfer credit, Books books);

        /// The payee cannot be credited, for good: the peer holds the money for it again.
        void declined(Incoming message, CreditTransfer credit, Reason why, Books books);
    }

    /// Messages of peers with this body are decided so.
    public MessageRoutes decide(Message.BodyCase body, Function<Incoming, Decision> decider) {
        deciders.put(body, decider);
        return this;
    }

    /// Outcomes of our messages with this body go there.
    public MessageRoutes ask(Message.BodyCase body, Asker asker) {
        askers.put(body, asker);
        return this;
    }

    /// Who owns settlements.
    public MessageRoutes settle(Settlements owner) {
        settlements = Optional.of(owner);
        return this;
    }

    Optional<Function<Incoming, Decision>> decider(Message.BodyCase body) {
        return Optional.ofNullable(deciders.get(body));
    }

    Optional<Asker> asker(Message.BodyCase body) {
        return Optional.ofNullable(askers.get(body));
    }

    Settlements settlements() {
        return settlements.orElseThrow(
                () -> new IllegalStateException("a settlement exists, and nobody who owns settlements"));
    }

    boolean hasSettlements() {
        return settlements.isPresent();
    }
}
