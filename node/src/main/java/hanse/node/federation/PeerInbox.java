package hanse.node.federation;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.federation.v1.Answer;
import hanse.federation.v1.ExchangeCheckpointsRequest;
import hanse.federation.v1.ExchangeCheckpointsResponse;
import hanse.federation.v1.ExchangeStatementsRequest;
import hanse.federation.v1.ExchangeStatementsResponse;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.GreetResponse;
import hanse.federation.v1.ListCreditsRequest;
import hanse.federation.v1.ListCreditsResponse;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.RenewCardRequest;
import hanse.federation.v1.RenewCardResponse;
import hanse.federation.v1.ResolveAgentRequest;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.federation.v1.ShowTotalsRequest;
import hanse.federation.v1.ShowTotalsResponse;
import hanse.node.call.Did;
import hanse.node.call.Nul;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.ledger.GroupCommit;
import hanse.peer.Answers;
import hanse.peer.Inbox;
import hanse.peer.MessageSigner;
import hanse.peer.PeerMetrics;
import hanse.peer.ReceivedMessage;
import hanse.peer.v1.SignedCard;
import io.grpc.Status;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// What peers ask of this registry.
final class PeerInbox implements Inbox {
    /// What of one peer's questions about journals and statements is answered at the same time.
    private static final int AT_ONCE = 2;

    private final RegistryId self;
    private final GroupCommit commit;
    private final MessageRoutes routes;
    private final MessageSigner signer;
    private final PeerPositionStore positions;
    private final PeerDirectory directory;
    private final PeerMetrics metrics;
    private final Function<String, ResolveAgentResponse> agents;
    private final BiConsumer<RegistryId, SignedCard> renewal;
    private final Witnesses witnesses;
    private final Supplier<PeerStatements> statements;
    private final Supplier<Optional<Did>> canary;
    private final Executor signing;
    private final InstantSource clock;
    private final InboxStore store = new InboxStore();
    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();

    PeerInbox(
            RegistryId self,
            GroupCommit commit,
            MessageRoutes routes,
            MessageSigner signer,
            PeerPositionStore positions,
            PeerDirectory directory,
            PeerMetrics metrics,
            Function<String, ResolveAgentResponse> agents,
            BiConsumer<RegistryId, SignedCard> renewal,
            Witnesses witnesses,
            Supplier<PeerStatements> statements,
            Supplier<Optional<Did>> canary,
            Executor signing,
            InstantSource clock) {
        this.self = self;
        this.commit = commit;
        this.routes = routes;
        this.signer = signer;
        this.positions = positions;
        this.directory = directory;
        this.metrics = metrics;
        this.agents = agents;
        this.renewal = renewal;
        this.witnesses = witnesses;
        this.statements = statements;
        this.canary = canary;
        this.signing = signing;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Answer> receive(ReceivedMessage received) {
        Incoming message = new Incoming(new RegistryId(received.peer()), received.id(), received.message());
        Optional<Function<Incoming, Decision>> decider =
                routes.decider(received.message().getBodyCase());
        if (decider.isEmpty() || !Nul.in(received.message()).isEmpty()) {
            // Perhaps a later version of this node can decide it; refusing now would be for good. U+0000 in a text
            // comes from no node of ours, and the batch could not store it.
            return CompletableFuture.completedStage(undecided(received, Reason.MESSAGE_UNREADABLE));
        }
        // The signature is made outside of the batch, and again for each repeat: Ed25519 gives the same one every time.
        Decision decision = decider.get().apply(message);
        return commit.submit(new ReceiveMessage(
                        self,
                        store,
                        positions,
                        witnesses::isReconciling,
                        message,
                        ByteString.copyFrom(received.digest()),
                        decision))
                .handleAsync((outcome, failure) -> answer(received, outcome, failure), signing);
    }

    private Answer answer(
            ReceivedMessage received,
            @org.jspecify.annotations.Nullable Outcome outcome,
            @org.jspecify.annotations.Nullable Throwable failure) {
        if (outcome != null) {
            if (outcome.hasRefused()) {
                refused(received, outcome.getRefused().getReason());
            }
            return Answers.decided(received.id(), signer.sign(outcome));
        }
        if (failure instanceof RefusedException refusal) {
            return undecided(received, refusal.reason());
        }
        throw new CompletionException("message " + received.id() + " could not be decided", failure);
    }

    private Answer undecided(ReceivedMessage received, Reason why) {
        refused(received, why.name());
        return Answers.undecided(received.id(), why.name());
    }

    private void refused(ReceivedMessage received, String reason) {
        metrics.refused(
                received.peer(),
                reason,
                received.message().getBodyCase() + " " + received.id() + " is not carried out");
    }

    @Override
    public CompletionStage<GreetResponse> greet(String peer, GreetRequest request) {
        boolean welcomes = MessageSigner.isNeighbour(request.getProtocol())
                && directory
                        .find(new RegistryId(peer))
                        .filter(known -> known.status().takesWork())
                        .isPresent();
        return CompletableFuture.completedStage(GreetResponse.newBuilder()
                .setRegistryId(self.value())
                .setProtocol(MessageSigner.PROTOCOL)
                .setWelcomes(welcomes)
                .setNow(WireTime.of(clock.instant()))
                .setCanary(canary.get().map(Did::toString).orElse(""))
                .build());
    }

    @Override
    public CompletionStage<RenewCardResponse> renew(String peer, RenewCardRequest request) {
        try {
            renewal.accept(new RegistryId(peer), request.getCard());
            return CompletableFuture.completedStage(RenewCardResponse.getDefaultInstance());
        } catch (RefusedException refusal) {
            metrics.refused(peer, refusal.reason().name(), "its card is not taken over");
            return CompletableFuture.failedStage(Status.PERMISSION_DENIED
                    .withDescription(refusal.reason().name())
                    .asRuntimeException());
        }
    }

    @Override
    public CompletionStage<ExchangeCheckpointsResponse> checkpoints(String peer, ExchangeCheckpointsRequest request) {
        return inTurn(peer, () -> witnesses.received(new RegistryId(peer), request));
    }

    @Override
    public CompletionStage<ExchangeStatementsResponse> statements(String peer, ExchangeStatementsRequest request) {
        return inTurn(peer, () -> statements.get().close(new RegistryId(peer), request));
    }

    @Override
    public CompletionStage<ListCreditsResponse> credits(String peer, ListCreditsRequest request) {
        return inTurn(peer, () -> statements.get().list(new RegistryId(peer), request));
    }

    @Override
    public CompletionStage<ShowTotalsResponse> totals(String peer, ShowTotalsRequest request) {
        return inTurn(peer, () -> statements.get().totals(new RegistryId(peer)));
    }

    /// These read whole days, so that a peer that asks for many at once would take the database from all others.
    private <T> CompletionStage<T> inTurn(String peer, Supplier<T> work) {
        Semaphore turn = turns.computeIfAbsent(peer, first -> new Semaphore(AT_ONCE));
        if (!turn.tryAcquire()) {
            metrics.refused(peer, Reason.OVERLOADED.name(), "it asks for more of its journal and statements at once");
            throw Status.RESOURCE_EXHAUSTED.asRuntimeException();
        }
        try {
            return CompletableFuture.completedStage(work.get());
        } finally {
            turn.release();
        }
    }

    @Override
    public CompletionStage<ResolveAgentResponse> resolve(String peer, ResolveAgentRequest request) {
        try {
            return CompletableFuture.completedStage(agents.apply(request.getDid()));
        } catch (RefusedException refusal) {
            Status status = switch (refusal.reason()) {
                case BAD_DID -> Status.INVALID_ARGUMENT;
                case UNKNOWN_AGENT -> Status.NOT_FOUND;
                default -> Status.UNAVAILABLE;
            };
            return CompletableFuture.failedStage(
                    status.withDescription(refusal.reason().name()).asRuntimeException());
        }
    }
}
