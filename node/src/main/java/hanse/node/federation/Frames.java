package hanse.node.federation;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.federation.v1.CreditTransfer;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Position;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import hanse.node.storage.Tx;
import hanse.peer.MessageIds;
import hanse.peer.VerifiedOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Cross-registry transfers at their source: money is taken from the payer together with the message to the payee's
/// registry, and goes on or back when that registry's outcome comes, never before. Back is the treasury, where that
/// has given the payer its money meanwhile.
public final class Frames {
    private static final Logger LOG = LoggerFactory.getLogger(Frames.class);

    private final RegistryId self;
    private final GroupCommit commit;
    private final MessageRoutes routes;
    private final PeerPositionStore positions;
    private final PeerMessages messages;
    private final FrameStore store = new FrameStore();
    private final OpenFrameStore openFrames = new OpenFrameStore();
    private final Waiting<UUID, Frame> waiting;

    Frames(
            RegistryId self,
            GroupCommit commit,
            MessageRoutes routes,
            PeerPositionStore positions,
            PeerMessages messages,
            Duration patience) {
        this.self = self;
        this.commit = commit;
        this.routes = routes;
        this.positions = positions;
        this.messages = messages;
        this.waiting = new Waiting<>(patience);
    }

    /// What is to be prepared.
    ///
    /// @param source the payer's account, or an escrow of its
    /// @param outOfHold whether the amount stops being held with it
    /// @param memo what the payer wrote
    /// @param traceparent of the call that causes it
    public record Order(
            UUID id,
            AgentId payer,
            AccountId source,
            Did payee,
            Avt amount,
            Frame.Purpose purpose,
            boolean outOfHold,
            String memo,
            String traceparent) {}

    /// What [#prepare] made.
    ///
    /// @param position of the entry that took the money
    public record Prepared(Frame frame, Position position) {}

    /// Those who wait for a frame's end.
    public Waiting<UUID, Frame> waiting() {
        return waiting;
    }

    /// Asks for the plain transfer that a request has made, as long as it has no outcome.
    void wantOpen(Rows rows, UUID request) {
        rows.want(openFrames, request);
    }

    /// That transfer.
    Optional<Frame> open(Rows rows, UUID request) {
        return rows.get(openFrames, request);
    }

    /// Asks for the accounts that [#prepare] changes, besides the payer's.
    public void accounts(Wanted wanted, RegistryId peer) {
        wanted.account(SystemAccount.inFlight(peer, wanted.lane()));
    }

    /// Takes the money and writes the message. The id must be new: a request's own, or one that a locked row vouches
    /// for. The caller has checked the payer's funds and the peer.
    public Prepared prepare(Books books, Order order) {
        RegistryId peer = order.payee().registry();
        int bucketDay =
                Math.toIntExact(Duration.ofSeconds(books.now().getEpochSecond()).toDays());
        Frame frame = new Frame(
                order.id(),
                Frame.State.PREPARED,
                order.payer(),
                order.payee(),
                order.amount(),
                books.lane(),
                order.purpose(),
                bucketDay,
                books.now(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        CreditTransfer.Builder credit = CreditTransfer.newBuilder()
                .setPayer(new Did(self, order.payer()).toString())
                .setPayee(order.payee().toString())
                .setAmountMicros(order.amount().micros())
                .setBucketDay(bucketDay)
                .setMemo(order.memo());
        switch (order.purpose()) {
            case Frame.Purpose.Transfer _ -> {}
            case Frame.Purpose.Settlement(UUID payment, int attempt, Optional<Frame.Purpose.Milestone> bound) -> {
                credit.setPaymentId(MessageIds.bytes(payment)).setAttempt(attempt);
                bound.ifPresent(milestone -> credit.setContractId(MessageIds.bytes(milestone.contract()))
                        .setMilestone(milestone.number()));
            }
            case Frame.Purpose.Milestone(UUID contract, int number, int attempt) ->
                credit.setContractId(MessageIds.bytes(contract))
                        .setMilestone(number)
                        .setAttempt(attempt);
        }
        books.rows().insertFresh(store, order.id(), frame);
        messages.send(books, peer, order.id(), order.traceparent(), message -> message.setCreditTransfer(credit));
        Posting taken = Posting.move(
                        EntryKind.TRANSFER_PREPARED,
                        order.source(),
                        frame.inFlight().id(),
                        order.amount())
                .about(order.id())
                .noting(order.memo());
        if (!order.source().equals(AccountId.of(order.payer()))) {
            taken = taken.between(TradeParties.payer(order.payer()));
        }
        Position position = books.post(order.outOfHold() ? taken.outOfHold() : taken);
        return new Prepared(frame, position);
    }

    public Optional<Frame> find(Tx tx, UUID id) {
        return store.find(tx, id);
    }

    /// Whether an agent of this registry has money on its way to a peer; its account cannot be closed before it has
    /// arrived, come back or been advanced.
    public boolean isUnderWay(Tx tx, AgentId payer) {
        return store.isUnderWay(tx, payer);
    }

    /// Records the outcome of a transfer and tells those who wait.
    CompletionStage<Frame> decided(Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new Resolve(asked, outcome)).thenApply(frame -> {
            waiting.happened(frame.id(), frame);
            return frame;
        });
    }

    static Frame.Purpose purpose(CreditTransfer credit) {
        Optional<Frame.Purpose.Milestone> milestone = MessageIds.parse(credit.getContractId())
                .map(contract -> new Frame.Purpose.Milestone(contract, credit.getMilestone(), credit.getAttempt()));
        return MessageIds.parse(credit.getPaymentId())
                .<Frame.Purpose>map(payment -> new Frame.Purpose.Settlement(payment, credit.getAttempt(), milestone))
                .or(() -> milestone)
                .orElse(new Frame.Purpose.Transfer(Optional.empty()));
    }

    /// Moves in-flight money on or back. A repeat finds the frame ended and changes nothing.
    private final class Resolve implements Command<Frame> {
        private final Outgoing asked;
        private final VerifiedOutcome outcome;
        private final Frame.Purpose purpose;
        private final Optional<MessageRoutes.FrameOwner> owner;

        Resolve(Outgoing asked, VerifiedOutcome outcome) {
            this.asked = asked;
            this.outcome = outcome;
            this.purpose = purpose(asked.message().getCreditTransfer());
            this.owner = routes.owner(purpose);
        }

        @Override
        public Optional<hanse.node.call.Call> call() {
            return Optional.empty();
        }

        @Override
        public void rows(Rows rows) {
            rows.want(positions, asked.peer());
            rows.want(store, asked.id());
            owner.ifPresent(known -> known.rows(purpose, rows));
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            Frame frame = frame(rows);
            if (!frame.isPrepared()) {
                return;
            }
            wanted.account(frame.inFlight());
            if (frame.isAdvanced()) {
                wanted.account(SystemAccount.treasury(wanted.lane()));
            } else {
                wanted.account(source(frame, rows));
            }
            wanted.account(SystemAccount.exported(frame.peer(), wanted.lane()));
        }

        /// Where the money came from, and goes back to.
        private AccountId source(Frame frame, Rows rows) {
            return owner.map(known -> known.source(frame, rows)).orElseGet(() -> AccountId.of(frame.payer()));
        }

        @Override
        public Frame decide(Books books) {
            Frame frame = frame(books.rows());
            boolean accepted = outcome.outcome().hasAccepted();
            if (!frame.isPrepared()) {
                if (accepted != (frame.state() == Frame.State.EXPORTED)) {
                    LOG.error("{} has given two different outcomes for transfer {}", asked.peer(), asked.id());
                }
                return frame;
            }
            Frame ended = accepted ? export(books, frame) : refund(books, frame);
            books.rows().update(store, ended.id(), ended);
            messages.answered(books, asked);
            return ended;
        }

        private Frame export(Books books, Frame frame) {
            books.post(Posting.move(
                            EntryKind.TRANSFER_EXPORTED,
                            frame.inFlight().id(),
                            SystemAccount.exported(frame.peer(), books.lane()).id(),
                            frame.amount())
                    .about(frame.id())
                    .between(TradeParties.payer(frame.payer())));
            PeerPosition position = books.rows().get(positions, frame.peer()).orElseThrow();
            books.rows().update(positions, frame.peer(), position.exported(frame.amount()));
            Frame exported = frame.exported(books.now(), proof());
            owner.ifPresent(known -> known.exported(exported, books));
            return exported;
        }

        private Frame refund(Books books, Frame frame) {
            AccountId creditor =
                    frame.isAdvanced() ? SystemAccount.treasury(books.lane()).id() : source(frame, books.rows());
            books.post(
                    Posting.move(EntryKind.TRANSFER_REFUNDED, frame.inFlight().id(), creditor, frame.amount())
                            .about(frame.id())
                            .between(
                                    creditor.equals(AccountId.of(frame.payer()))
                                            ? TradeParties.NONE
                                            : TradeParties.payer(frame.payer())));
            Reason why = reason(outcome.outcome().getRefused().getReason());
            Frame refunded = frame.refunded(books.now(), why, proof());
            owner.ifPresent(known -> known.refunded(refunded, books));
            return refunded;
        }

        private ByteString proof() {
            return outcome.signed().toByteString();
        }

        private Frame frame(Rows rows) {
            return rows.get(store, asked.id())
                    .orElseThrow(() -> new IllegalStateException("a message was sent for a frame that does not exist"));
        }

        @Override
        public byte[] remember(Frame answer) {
            throw new IllegalStateException("nobody called for it");
        }

        @Override
        public Frame recall(byte[] remembered) {
            throw new IllegalStateException("nobody called for it");
        }
    }

    /// A peer's reason, as one of the closed list; a newer peer may know more of them.
    public static Reason reason(String text) {
        try {
            return Reason.valueOf(text);
        } catch (IllegalArgumentException e) {
            return Reason.MESSAGE_REFUSED;
        }
    }
}
