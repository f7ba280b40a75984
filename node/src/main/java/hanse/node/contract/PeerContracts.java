package hanse.node.contract;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.federation.v1.Message;
import hanse.federation.v1.OfferContract;
import hanse.federation.v1.RelayContractRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.SignedRequest;
import hanse.node.call.TimePage;
import hanse.node.call.WireTime;
import hanse.node.federation.Answered;
import hanse.node.federation.Federation;
import hanse.node.federation.Frame;
import hanse.node.federation.Incoming;
import hanse.node.federation.MessageId;
import hanse.node.federation.MessageRoutes;
import hanse.node.federation.Outgoing;
import hanse.node.federation.Relay;
import hanse.node.federation.Relays;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Rows;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.peer.VerifiedOutcome;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/// Contracts between registries. At the contractor's, which keeps them: proposals go out, providers' changes come in,
/// milestones are paid by cross-registry transfers. At the provider's: a read-only mirror, and changes passed on with
/// what the provider signed.
final class PeerContracts implements MessageRoutes.FrameOwner {
    private final Federation federation;
    private final Database database;
    private final GroupCommit commit;
    private final Changes changes;
    private final InstantSource clock;
    private final MirrorStore mirrors = new MirrorStore();
    private final RelayedRequestStore kept = new RelayedRequestStore();

    /// Makes itself known to the federation, which must not have been started.
    PeerContracts(Federation federation, Database database, GroupCommit commit, Changes changes, InstantSource clock) {
        this.federation = federation;
        this.database = database;
        this.commit = commit;
        this.changes = changes;
        this.clock = clock;
        Parties parties = changes.parties();
        federation
                .routes()
                .own(Frame.Purpose.Milestone.class, this)
                .payMilestones(new MilestoneCredits(mirrors))
                .decide(
                        Message.BodyCase.OFFER_CONTRACT,
                        message -> new OfferReceived(parties, changes.store(), mirrors, relation(message), message))
                .decide(Message.BodyCase.CONTRACT_CHANGED, message -> new ChangeReceived(mirrors, message))
                .decide(
                        Message.BodyCase.RELAY_CONTRACT_REQUEST,
                        message -> new RelayReceived(changes, kept, relation(message), message))
                .ask(Message.BodyCase.OFFER_CONTRACT, this::offerDecided)
                .ask(Message.BodyCase.CONTRACT_CHANGED, this::shown)
                .ask(Message.BodyCase.RELAY_CONTRACT_REQUEST, this::relayDecided);
    }

    private RelayReceived.PeerRelation relation(Incoming message) {
        return rows -> rows.get(federation.positions(), message.peer())
                .orElseThrow()
                .status()
                .takesWork();
    }

    // ---- at the contractor's registry

    /// Decides to propose a contract to an agent of a peer. Refuses with `UNKNOWN_PEER`, `PEER_PENDING`,
    /// `PEER_SUSPENDED`, `PEER_REMOVED`.
    void offer(Books books, Contract contract, RegistryId peer, Call call) {
        OfferContract offer = OfferContract.newBuilder()
                .setContract(ContractWire.full(contract, changes.parties()))
                .build();
        federation
                .messages()
                .send(
                        books,
                        peer,
                        MessageId.of(books.now(), call.request().key()),
                        call.traceparent(),
                        body -> body.setOfferContract(offer));
    }

    /// Refuses unless work with that registry may begin.
    void requireActive(RegistryId peer) {
        federation.directory().requireActive(peer);
    }

    private CompletionStage<?> offerDecided(Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new RecordOffer(changes, federation.messages(), asked, outcome.outcome()));
    }

    /// The provider's registry has seen it.
    private CompletionStage<?> shown(Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new Answered(federation.messages(), asked));
    }

    /// The frame's end, when that has come within 2 s.
    CompletableFuture<?> paid(UUID frame) {
        return federation.frames().waiting().outcome(frame);
    }

    @Override
    public void rows(Frame.Purpose purpose, Rows rows) {
        rows.want(changes.store(), milestone(purpose).contract());
    }

    @Override
    public AccountId source(Frame frame, Rows rows) {
        return changes.money().source(contract(frame, rows));
    }

    @Override
    public void exported(Frame frame, Books books) {
        Contract contract = contract(frame, books.rows());
        Milestone paid = work(contract, frame).arrived(books.now());
        ended(books, contract, contract.arrived(paid, books.now()), EntryKind.MILESTONE_PAID, paid);
    }

    @Override
    public void refunded(Frame frame, Books books) {
        Contract contract = contract(frame, books.rows());
        Milestone back = work(contract, frame).cameBack(frame.refusal().orElse(Reason.MESSAGE_REFUSED));
        ended(books, contract, contract.cameBack(back, books.now()), EntryKind.MILESTONE_PAYMENT_REFUSED, back);
    }

    private void ended(Books books, Contract before, Contract after, EntryKind kind, Milestone milestone) {
        changes.record(books, after, kind, Notes.milestone(milestone));
        changes.tell(books, before, after, "");
    }

    private Contract contract(Frame frame, Rows rows) {
        return rows.get(changes.store(), milestone(frame.purpose()).contract())
                .orElseThrow(() -> new IllegalStateException("a transfer pays a contract that does not exist"));
    }

    private static Milestone work(Contract contract, Frame frame) {
        return contract.milestones().get(milestone(frame.purpose()).number() - 1);
    }

    private static Frame.Purpose.Milestone milestone(Frame.Purpose purpose) {
        return switch (purpose) {
            case Frame.Purpose.Milestone milestone -> milestone;
            case Frame.Purpose.Settlement settlement -> settlement.bound().orElseThrow();
            case Frame.Purpose.Transfer transfer -> throw new IllegalStateException(transfer + " pays no milestone");
        };
    }

    // ---- at the provider's registry

    /// Asks for the mirror that [#relay] needs.
    void mirrorRows(Rows rows, UUID contract) {
        rows.want(mirrors, contract);
    }

    /// Whether a peer keeps a contract with this id.
    boolean isMirrored(Rows rows, UUID contract) {
        return rows.get(mirrors, contract).isPresent();
    }

    /// Passes a change on to the registry that keeps the contract, with what the provider signed. Refuses with
    /// `UNKNOWN_CONTRACT`, `NOT_YOURS`, `SIGNATURE_REQUIRED`, `PEER_SUSPENDED`, `PEER_REMOVED`.
    ///
    /// @param key the caller's present one
    /// @return the contract as it is known, and the message's id
    hanse.contract.v1.Contract relay(Books books, UUID id, Call call, Change change, Ed25519Key key, long keyVersion) {
        AgentId caller = call.agent();
        Mirror mirror = books.rows()
                .get(mirrors, id)
                .filter(found -> found.provider().equals(caller))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
        if (change.by().filter(Side.CONTRACTOR::equals).isPresent()) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        SignedRequest signed = call.evidence().orElseThrow(() -> new RefusedException(Reason.SIGNATURE_REQUIRED));
        if (change instanceof Change.Accept) {
            federation.directory().requireActive(mirror.registry());
            books.rows().update(mirrors, id, mirror.askedToAccept());
        } else {
            federation.directory().requireLinked(mirror.registry());
        }
        RelayContractRequest request = RelayContractRequest.newBuilder()
                .setProvider(changes.parties().did(caller).toString())
                .setKey(ByteString.copyFrom(key.bytes()))
                .setKeyVersion(keyVersion)
                .setReceivedAt(WireTime.of(clock.instant()))
                .setMethod(signed.method())
                .setPath(signed.path())
                .setTimestamp(signed.timestamp())
                .setNonce(signed.nonce())
                .setAudience(signed.audience())
                .setBody(ByteString.copyFrom(signed.body()))
                .setSignature(ByteString.copyFrom(signed.signature()))
                .build();
        UUID message = MessageId.of(books.now(), call.request().key());
        federation
                .relays()
                .ask(
                        books,
                        mirror.registry(),
                        message,
                        id,
                        call.traceparent(),
                        body -> body.setRelayContractRequest(request));
        return mirror.basic().toBuilder().setRelayId(message.toString()).build();
    }

    private CompletionStage<?> relayDecided(Outgoing asked, VerifiedOutcome outcome) {
        Relays relays = federation.relays();
        return commit.submit(new RecordRelay(relays, mirrors, federation.messages(), asked, outcome.outcome()))
                .thenAccept(relays::happened);
    }

    /// The contract as it stands when a change that was passed on is decided. Fails with the reason for which it was
    /// refused; with `PEER_UNREACHABLE` when nothing is known after 2 s: the answer is found when the same is asked
    /// again.
    CompletableFuture<hanse.contract.v1.Contract> relayed(UUID message) {
        return federation.relays().outcome(message).thenApplyAsync(this::answer, federation.threads());
    }

    private hanse.contract.v1.Contract answer(Relay decided) {
        Relay relay = decided.requireAccepted();
        return database.read(tx -> mirrors.find(tx, relay.about())).orElseThrow().basic().toBuilder()
                .setRelayId(relay.message().toString())
                .build();
    }

    /// What waits for the database runs on these.
    Executor threads() {
        return federation.threads();
    }

    Optional<Mirror> find(Tx tx, UUID id) {
        return mirrors.find(tx, id);
    }

    List<Mirror> list(
            Tx tx,
            Optional<AgentId> provider,
            Optional<Did> contractor,
            Optional<Contract.State> state,
            Optional<TimePage> before,
            int limit) {
        return mirrors.list(tx, provider, contractor, state, before, limit);
    }
}
