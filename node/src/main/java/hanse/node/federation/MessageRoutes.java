package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Message;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.peer.VerifiedOutcome;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Which capability decides which message of a peer, and which one waits for the outcome of which message of ours.
/// Filled in by the composition root before the links start.
public final class MessageRoutes {
    private static final int ID_BYTES = 2 * Long.BYTES;

    private final Map<Message.BodyCase, Function<Incoming, Decision>> deciders = new EnumMap<>(Message.BodyCase.class);
    private final Map<Message.BodyCase, Asker> askers = new EnumMap<>(Message.BodyCase.class);
    private final Map<Class<? extends Frame.Purpose>, FrameOwner> owners = new HashMap<>();
    private Optional<Credits> settlements = Optional.empty();
    private Optional<Credits> milestones = Optional.empty();

    /// Who sent a message and learns what became of it.
    @FunctionalInterface
    public interface Asker {
        /// Records an outcome; completes when that is durable. Comes again after a failure and must then change nothing
        /// twice. Takes the message out of the outbox in the same commit.
        CompletionStage<?> decided(Outgoing asked, VerifiedOutcome outcome);
    }

    /// The owner of what a transfer of ours pays. Each method runs inside the batch that moves the money.
    public interface FrameOwner {
        /// Asks for the rows that the transfer's end changes.
        void rows(Frame.Purpose purpose, Rows rows);

        /// The account that the money came from, and goes back to.
        default AccountId source(Frame frame, Rows rows) {
            return AccountId.of(frame.payer());
        }

        /// The peer has credited the payee.
        void exported(Frame frame, Books books);

        /// The peer has refused for good; the money is back where it came from.
        void refunded(Frame frame, Books books);
    }

    /// The owner of what peers pay by their transfers: payments that they settle, milestones of their contracts. Each
    /// method runs inside the batch that moves the money.
    public interface Credits {
        /// Asks for the rows of what a peer pays.
        void receivedRows(Incoming message, CreditTransfer credit, Rows rows);

        /// The headroom that is reserved for it; empty when none is. Refuses with `MESSAGE_REFUSED` what is owed, but
        /// not
        /// so.
        default Optional<Avt> reservedFor(Incoming message, CreditTransfer credit, Rows rows) {
            return Optional.empty();
        }

        /// The payee is credited, and the headroom used up.
        void credited(Incoming message, CreditTransfer credit, Books books);

        /// The payee cannot be credited, for good: the peer holds the money for it again.
        default void declined(Incoming message, CreditTransfer credit, Reason why, Books books) {}
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

    /// Whose are transfers of ours with that purpose.
    public MessageRoutes own(Class<? extends Frame.Purpose> purpose, FrameOwner owner) {
        owners.put(purpose, owner);
        return this;
    }

    /// Who owns payments that peers settle.
    public MessageRoutes settle(Credits owner) {
        settlements = Optional.of(owner);
        return this;
    }

    /// Who owns milestones that peers pay.
    public MessageRoutes payMilestones(Credits owner) {
        milestones = Optional.of(owner);
        return this;
    }

    Optional<Function<Incoming, Decision>> decider(Message.BodyCase body) {
        return Optional.ofNullable(deciders.get(body));
    }

    /// Whose a transfer of ours is, besides its payer's. There must be one for whatever has a purpose.
    public Optional<FrameOwner> owner(Frame.Purpose purpose) {
        if (purpose instanceof Frame.Purpose.Transfer) {
            return Optional.empty();
        }
        FrameOwner owner = owners.get(purpose.getClass());
        if (owner == null) {
            throw new IllegalStateException("a transfer pays " + purpose + ", which nobody owns");
        }
        return Optional.of(owner);
    }

    Optional<Asker> asker(Message.BodyCase body) {
        return Optional.ofNullable(askers.get(body));
    }

    /// Whose is what a peer pays, besides its payee's.
    Optional<Credits> owner(CreditTransfer credit) {
        if (credit.getPaymentId().size() == ID_BYTES) {
            return settlements;
        }
        return credit.getContractId().size() == ID_BYTES ? milestones : Optional.empty();
    }
}
