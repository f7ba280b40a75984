package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Message;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.Federation;
import hanse.node.federation.Frame;
import hanse.node.federation.Incoming;
import hanse.node.federation.MessageId;
import hanse.node.federation.MessageRoutes;
import hanse.node.federation.Outgoing;
import hanse.node.federation.Waiting;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import hanse.node.storage.Database;
import hanse.payment.v1.VerifyResponse;
import hanse.peer.MessageIds;
import hanse.peer.VerifiedOutcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// Payments between registries. At the payer's registry: payees on peers consume, claim and waive by message, and
/// settling is a cross-registry transfer. At the payee's: tokens of peers are presented here, and their issuers asked.
final class PeerPayments implements MessageRoutes.Credits, MessageRoutes.FrameOwner {
    /// A little longer than an issuer keeps a consumed payment that nobody settles.
    private static final Duration LAPSE = Payment.UNCLAIMED.plusDays(1);

    private final Federation federation;
    private final Database database;
    private final GroupCommit commit;
    private final Transfers transfers;
    private final Parties parties;
    private final PaymentStore store;
    private final InstantSource clock;
    private final ForeignPaymentStore foreign = new ForeignPaymentStore();
    private final OpenAskStore asks = new OpenAskStore();
    private final Waiting<ForeignPayment.Key, ForeignPayment> consumptions;
    private final Waiting<UUID, ForeignPayment> endings;
    private final Executor blocking;

    PeerPayments(
            Federation federation,
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            PaymentStore store,
            InstantSource clock) {
        this.federation = federation;
        this.database = database;
        this.commit = commit;
        this.transfers = transfers;
        this.parties = parties;
        this.store = store;
        this.clock = clock;
        this.consumptions = federation.waiting();
        this.endings = federation.waiting();
        this.blocking = federation.threads();
        federation
                .routes()
                .settle(this)
                .own(Frame.Purpose.Settlement.class, this)
                .decide(
                        Message.BodyCase.CONSUME_PAYMENT,
                        message -> new ConsumeReceived(parties, store, federation.positions(), message))
                .decide(
                        Message.BodyCase.CLAIM_PAYMENT,
                        message -> EndReceived.claim(store, federation.frames(), message))
                .decide(
                        Message.BodyCase.WAIVE_PAYMENT,
                        message -> EndReceived.waiver(store, federation.frames(), message))
                .ask(Message.BodyCase.CONSUME_PAYMENT, this::consumptionDecided)
                .ask(Message.BodyCase.CLAIM_PAYMENT, this::endingDecided)
                .ask(Message.BodyCase.WAIVE_PAYMENT, this::endingDecided);
    }

    // ---- at the payer's registry

    /// Refuses unless payments to agents of that registry may begin: `UNKNOWN_PEER`, `PEER_PENDING`, `PEER_SUSPENDED`,
    /// `PEER_REMOVED`.
    void requireActive(RegistryId peer) {
        federation.directory().requireActive(peer);
    }

    /// Asks for what [#settle] changes besides the payer's account.
    void accounts(Wanted wanted, RegistryId peer) {
        federation.frames().accounts(wanted, peer);
    }

    /// Sends a consumed payment to its payee. Work that was done is paid also while the link is suspended. Refuses with
    /// `PEER_REMOVED`.
    ///
    /// @param bound the milestone that is paid with it
    Payment settle(Books books, Payment payment, Optional<Frame.Purpose.Milestone> bound, String traceparent) {
        federation.directory().requireLinked(payment.payeeRegistry().orElseThrow());
        return Settlement.prepare(books, store, federation.frames(), payment, bound, traceparent);
    }

    /// The payment as it stands when its transfer has ended, or after 2 s.
    ///
    /// @param again whether an earlier call has begun the transfer
    CompletableFuture<hanse.payment.v1.Payment> settled(hanse.payment.v1.Payment first, boolean again) {
        UUID id = UUID.fromString(first.getPaymentId());
        CompletableFuture<Optional<Frame>> outcome =
                federation.frames().waiting().outcome(UUID.fromString(first.getTransferId()));
        Supplier<hanse.payment.v1.Payment> read = () -> database.look(tx -> store.find(tx, id))
                .map(payment -> PaymentWire.payment(payment, parties))
                .orElse(first);
        if (!again) {
            return outcome.thenApplyAsync(ended -> read.get(), blocking);
        }
        return CompletableFuture.supplyAsync(read, blocking)
                .thenCompose(now -> now.getState() == hanse.payment.v1.Payment.State.SETTLING
                        ? outcome.thenApplyAsync(ended -> read.get(), blocking)
                        : CompletableFuture.completedFuture(now));
    }

    @Override
    public void rows(Frame.Purpose purpose, Rows rows) {
        rows.want(store, settlement(purpose).payment());
        bound(purpose, (milestone, owner) -> owner.rows(milestone, rows));
    }

    @Override
    public void exported(Frame frame, Books books) {
        UUID id = settlement(frame.purpose()).payment();
        books.rows().update(store, id, payment(id, books).exported(books.now()));
        bound(frame.purpose(), (milestone, owner) -> owner.exported(frame, books));
    }

    @Override
    public void refunded(Frame frame, Books books) {
        UUID id = settlement(frame.purpose()).payment();
        books.post(Posting.hold(EntryKind.PAYMENT_HELD_AGAIN, AccountId.of(frame.payer()), frame.amount())
                .about(id));
        books.rows()
                .update(store, id, payment(id, books).refused(frame.refusal().orElse(Reason.MESSAGE_REFUSED)));
        bound(frame.purpose(), (milestone, owner) -> owner.refunded(frame, books));
    }

    /// Tells the owner of the milestone that is paid with it, if one is.
    private void bound(Frame.Purpose purpose, BiConsumer<Frame.Purpose, MessageRoutes.FrameOwner> tell) {
        settlement(purpose)
                .bound()
                .ifPresent(milestone ->
                        federation.routes().owner(milestone).ifPresent(owner -> tell.accept(milestone, owner)));
    }

    private static Frame.Purpose.Settlement settlement(Frame.Purpose purpose) {
        if (purpose instanceof Frame.Purpose.Settlement settlement) {
            return settlement;
        }
        throw new IllegalStateException(purpose + " settles no payment");
    }

    private Payment payment(UUID id, Books books) {
        return books.rows()
                .get(store, id)
                .orElseThrow(() -> new IllegalStateException("a transfer settles a payment that does not exist"));
    }

    // ---- at the payee's registry

    /// Whether a caller means this registry.
    boolean isSelf(String issuer) {
        return federation.isSelf(issuer);
    }

    /// Has a peer consume a token that it issued, for the caller. Refuses with `BAD_TOKEN`, `UNKNOWN_PEER`,
    /// `PEER_PENDING`, `PEER_SUSPENDED`, `PEER_REMOVED`, `EXPOSURE_EXCEEDED`; with `PEER_UNREACHABLE` when the
    /// issuer
    /// has not answered within 2 s: its answer is found when the same is asked again.
    CompletableFuture<VerifyResponse> verify(Call call, String issuer, Token token) {
        RegistryId peer = federation.directory().byIssuer(issuer).id();
        ForeignPayment.Key key = new ForeignPayment.Key(token.paymentId(), peer, call.agent());
        UUID request = call.request().key();
        return commit.submit(new VerifyForeignCommand(
                        call,
                        parties,
                        foreign,
                        asks,
                        federation.positions(),
                        federation.messages(),
                        key,
                        token,
                        MessageId.of(clock.instant(), request)))
                .thenCompose(asked -> asked.answer()
                        .map(CompletableFuture::completedFuture)
                        .orElseGet(() -> consumption(key, asked.isNew())
                                .thenApply(payment -> ForeignWire.verified(payment, request, clock.instant()))));
    }

    /// What the issuer has said, or what is known after 2 s.
    private CompletableFuture<ForeignPayment> consumption(ForeignPayment.Key key, boolean isNew) {
        CompletableFuture<Optional<ForeignPayment>> outcome = consumptions.outcome(key);
        if (isNew) {
            return outcome.thenCompose(payment -> latest(key, payment));
        }
        return read(key)
                .thenCompose(now -> now.terms().isPresent() || now.state() == ForeignPayment.State.REFUSED
                        ? CompletableFuture.completedFuture(now)
                        : outcome.thenCompose(payment -> latest(key, payment)));
    }

    private CompletionStage<?> consumptionDecided(Outgoing asked, VerifiedOutcome outcome) {
        ForeignPayment.Key key = RecordConsumption.key(asked);
        return commit.submit(new RecordConsumption(
                        foreign,
                        federation.positions(),
                        federation.messages(),
                        transfers,
                        asked,
                        outcome.outcome(),
                        key))
                .thenAccept(recorded -> recorded.filter(payment -> !payment.isAsked())
                        .ifPresent(payment -> consumptions.happened(key, payment)));
    }

    /// Claims or waives a payment of a peer for the caller; answers with the payment as it stands when the issuer has
    /// decided, or after 2 s. Refuses with `UNKNOWN_PEER`, `UNKNOWN_PAYMENT`, `PAYMENT_NOT_CONSUMED`,
    /// `ALREADY_SETTLED`, `TOKEN_RELEASED`, `SETTLE_BY_NOT_REACHED`, and `AGENT_NOT_ACTIVE` when the money has gone
    /// back.
    CompletableFuture<hanse.payment.v1.Payment> end(
            Call call, ForeignPayment.Ending.Kind kind, String issuer, UUID payment) {
        RegistryId peer = federation.directory().byIssuer(issuer).id();
        ForeignPayment.Key key = new ForeignPayment.Key(payment, peer, call.agent());
        return commit.submit(new EndForeignCommand(
                        call,
                        parties,
                        foreign,
                        federation.messages(),
                        key,
                        kind,
                        MessageId.of(clock.instant(), call.request().key())))
                .thenCompose(asked -> ending(key, asked).thenApply(row -> ended(row, asked.ending())));
    }

    private CompletableFuture<ForeignPayment> ending(ForeignPayment.Key key, EndForeignCommand.Asked asked) {
        CompletableFuture<Optional<ForeignPayment>> outcome = endings.outcome(asked.ending());
        if (asked.isNew()) {
            return outcome.thenCompose(payment -> latest(key, payment));
        }
        return read(key)
                .thenCompose(now -> now.ending()
                                .filter(ending -> ending.progress() == ForeignPayment.Ending.Progress.ASKED)
                                .isPresent()
                        ? outcome.thenCompose(payment -> latest(key, payment))
                        : CompletableFuture.completedFuture(now));
    }

    private hanse.payment.v1.Payment ended(ForeignPayment payment, UUID message) {
        payment.ending()
                .filter(ending -> ending.message().equals(message))
                .flatMap(ForeignPayment.Ending::refusal)
                .ifPresent(why -> {
                    throw new RefusedException(why);
                });
        return ForeignWire.payment(payment, parties);
    }

    private CompletionStage<?> endingDecided(Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new RecordEnding(
                        foreign,
                        federation.positions(),
                        federation.messages(),
                        asked,
                        outcome.outcome(),
                        RecordEnding.key(asked)))
                .thenAccept(recorded -> recorded.ifPresent(payment -> endings.happened(asked.id(), payment)));
    }

    /// Nobody here has recorded the outcome in time: perhaps another process has.
    private CompletableFuture<ForeignPayment> latest(ForeignPayment.Key key, Optional<ForeignPayment> recorded) {
        return recorded.map(CompletableFuture::completedFuture).orElseGet(() -> read(key));
    }

    private CompletableFuture<ForeignPayment> read(ForeignPayment.Key key) {
        return CompletableFuture.supplyAsync(
                () -> database.look(tx -> foreign.find(tx, key))
                        .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PAYMENT)),
                blocking);
    }

    /// A payment of a peer to an agent of this registry.
    Optional<hanse.payment.v1.Payment> find(AgentId payee, UUID id) {
        return database.look(tx -> foreign.find(tx, id, payee))
                .filter(payment -> payment.terms().isPresent())
                .map(payment -> ForeignWire.payment(payment, parties));
    }

    /// Takes back headroom that nobody will use any more.
    ///
    /// @param since what was due before has been taken back
    /// @return how often
    int sweepLapsed(Instant since) {
        Instant before = clock.instant().minus(LAPSE);
        return commit.sweep(
                limit -> database.look(tx -> foreign.unsettled(tx, since.minus(LAPSE), before, limit)),
                key -> new LapseCommand(foreign, federation.positions(), key));
    }

    @Override
    public void receivedRows(Incoming message, CreditTransfer credit, Rows rows) {
        received(message, credit).ifPresent(key -> rows.want(foreign, key));
    }

    @Override
    public Optional<Avt> reservedFor(Incoming message, CreditTransfer credit, Rows rows) {
        Optional<ForeignPayment> owed = owed(message, credit, rows);
        if (owed.filter(payment -> !payment.isPaidBy(credit.getPayer(), credit.getAmountMicros()))
                .isPresent()) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        return owed.map(ForeignPayment::reserved);
    }

    @Override
    public void credited(Incoming message, CreditTransfer credit, Books books) {
        owed(message, credit, books.rows())
                .ifPresent(payment -> books.rows()
                        .update(
                                foreign,
                                payment.key(),
                                payment.credited(new Avt(credit.getAmountMicros()), books.now())));
    }

    @Override
    public void declined(Incoming message, CreditTransfer credit, Reason why, Books books) {
        owed(message, credit, books.rows())
                .filter(ForeignPayment::isClaimed)
                .ifPresent(payment -> books.rows().update(foreign, payment.key(), payment.claimCameToNothing(why)));
    }

    private Optional<ForeignPayment> owed(Incoming message, CreditTransfer credit, Rows rows) {
        return received(message, credit).flatMap(key -> rows.get(foreign, key)).filter(ForeignPayment::isOwed);
    }

    private static Optional<ForeignPayment.Key> received(Incoming message, CreditTransfer credit) {
        try {
            AgentId payee = Did.parse(credit.getPayee()).agent();
            return MessageIds.parse(credit.getPaymentId()).map(id -> new ForeignPayment.Key(id, message.peer(), payee));
        } catch (RefusedException notADid) {
            return Optional.empty();
        }
    }
}
