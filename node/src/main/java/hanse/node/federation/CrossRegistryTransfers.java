package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Currency;
import hanse.node.ledger.GroupCommit;
import hanse.node.storage.Database;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/// Transfers from agents of this registry to agents of peers.
public final class CrossRegistryTransfers {
    private final RegistryId self;
    private final Database database;
    private final GroupCommit commit;
    private final Frames frames;
    private final PeerDirectory peers;
    private final Executor blocking;
    private final InstantSource clock;

    CrossRegistryTransfers(
            RegistryId self,
            Database database,
            GroupCommit commit,
            Frames frames,
            PeerDirectory peers,
            Executor blocking,
            InstantSource clock) {
        this.self = self;
        this.database = database;
        this.commit = commit;
        this.frames = frames;
        this.peers = peers;
        this.blocking = blocking;
        this.clock = clock;
    }

    /// Pays an agent of a peer. Answers with the outcome, or after 2 s with what is known then; a repeat with what has
    /// become of the first. Refuses with `BAD_AMOUNT`, `UNKNOWN_CURRENCY`, `BAD_DID`, `LOCAL_AGENT`,
    /// `INSUFFICIENT_FUNDS`, `ACCOUNT_FROZEN`, `UNKNOWN_PEER`, `PEER_PENDING`, `PEER_SUSPENDED`, `PEER_REMOVED`.
    public CompletionStage<CrossRegistryTransferResponse> transfer(Call call, CrossRegistryTransferRequest request) {
        Currency.require(request.getCurrency());
        Avt amount = Avt.parse(request.getAmount());
        Did payee = Did.parse(request.getTo());
        if (payee.registry().equals(self)) {
            throw new RefusedException(Reason.LOCAL_AGENT);
        }
        UUID id = MessageId.of(clock.instant(), call.request().key());
        AgentId payer = call.agent();
        frames.waiting().expect(id);
        return commit.submit(new PrepareTransfer(frames, peers, call, id, payer, payee, amount, request.getMemo()))
                .whenComplete((result, failure) -> {
                    if (result == null || !result.isNew()) {
                        frames.waiting().forget(id);
                    }
                })
                .thenCompose(result -> result.isNew()
                        ? frames.waiting().outcome(id).thenCompose(ended -> latest(result.answer(), ended))
                        : again(result.answer()));
    }

    /// A repeat: what has become of it, waiting for it once more if nothing has.
    private CompletionStage<CrossRegistryTransferResponse> again(CrossRegistryTransferResponse first) {
        UUID id = UUID.fromString(first.getTransferId());
        CompletableFuture<Optional<Frame>> outcome = frames.waiting().outcome(id);
        return read(first).thenCompose(now -> {
            if (now.getState() != CrossRegistryTransferResponse.State.PREPARED) {
                outcome.complete(Optional.empty());
                return CompletableFuture.completedStage(now);
            }
            return outcome.thenCompose(ended -> latest(first, ended));
        });
    }

    /// Nobody here has recorded the outcome in time: perhaps another process has.
    private CompletionStage<CrossRegistryTransferResponse> latest(
            CrossRegistryTransferResponse first, Optional<Frame> ended) {
        return ended.<CompletionStage<CrossRegistryTransferResponse>>map(
                        frame -> CompletableFuture.completedStage(TransferWire.transfer(frame)))
                .orElseGet(() -> read(first));
    }

    private CompletionStage<CrossRegistryTransferResponse> read(CrossRegistryTransferResponse first) {
        UUID id = UUID.fromString(first.getTransferId());
        return CompletableFuture.supplyAsync(
                () -> database.look(tx -> frames.find(tx, id))
                        .map(TransferWire::transfer)
                        .orElse(first),
                blocking);
    }

    /// Where a transfer stands; for its payer and for operators. Blocks. Refuses with `UNKNOWN_TRANSFER`.
    public CrossRegistryTransferResponse get(Call call, GetCrossRegistryTransferRequest request) {
        UUID id = UUID.fromString(request.getTransferId());
        return database.look(tx -> frames.find(tx, id))
                .filter(frame -> mayRead(call.caller(), frame))
                .map(TransferWire::transfer)
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TRANSFER));
    }

    private static boolean mayRead(Caller caller, Frame frame) {
        return switch (caller) {
            case Caller.Agent agent -> agent.id().equals(frame.payer());
            case Caller.Operator operator -> true;
            case Caller.Anyone anyone -> false;
        };
    }
}
