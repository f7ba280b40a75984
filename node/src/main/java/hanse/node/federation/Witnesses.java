package hanse.node.federation;

import hanse.federation.v1.ExchangeCheckpointsRequest;
import hanse.federation.v1.ExchangeCheckpointsResponse;
import hanse.federation.v1.SignedCheckpoint;
import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import io.grpc.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Registries keep each other's newest checkpoint: whoever rewrites its past or loses a part of it is found out by its
/// peers, and finds it out by itself.
public final class Witnesses {
    private static final Logger LOG = LoggerFactory.getLogger(Witnesses.class);

    private final RegistryId self;
    private final Database database;
    private final PeerDirectory directory;
    private final BiFunction<RegistryId, ExchangeCheckpointsRequest, CompletableFuture<ExchangeCheckpointsResponse>>
            call;
    private final WitnessStore store = new WitnessStore();
    private volatile OwnJournal journal = OwnJournal.NONE;
    private volatile Function<RegistryId, Optional<String>> lacking = peer -> Optional.empty();
    private volatile Map<RegistryId, String> unreconciled = Map.of();

    /// This registry's own journal, as checkpoints see it.
    public interface OwnJournal {
        OwnJournal NONE = new OwnJournal() {
            @Override
            public Optional<SealedCheckpoint> newest() {
                return Optional.empty();
            }

            @Override
            public Optional<String> lacks(Tx tx, SealedCheckpoint own) {
                return Optional.empty();
            }

            @Override
            public boolean isSigned(byte[] text, byte[] signature) {
                return false;
            }
        };

        /// The newest checkpoint.
        Optional<SealedCheckpoint> newest();

        /// What of a checkpoint that this registry has once signed its journal lacks now, in words.
        Optional<String> lacks(Tx tx, SealedCheckpoint own);

        /// Whether this registry has signed that, with its key of now or one before.
        boolean isSigned(byte[] text, byte[] signature);
    }

    OwnJournal journal() {
        return journal;
    }

    Witnesses(
            RegistryId self,
            Database database,
            PeerDirectory directory,
            BiFunction<RegistryId, ExchangeCheckpointsRequest, CompletableFuture<ExchangeCheckpointsResponse>> call) {
        this.self = self;
        this.database = database;
        this.directory = directory;
        this.call = call;
    }

    /// From now on this journal is shown to peers, and held to what they keep.
    ///
    /// @param totals what a peer's books have that ours lack, in words. Asked after a restore: what was booked
    /// since
    /// the
    ///     last checkpoint that anybody keeps shows in no other way
    public Witnesses of(OwnJournal own, Function<RegistryId, Optional<String>> totals) {
        journal = own;
        lacking = totals;
        return this;
    }

    /// Shows every peer our newest checkpoint, keeps theirs, and looks at what they keep of ours. To be called every
    /// minute, and when the node has started.
    public void exchange() {
        refresh();
        ExchangeCheckpointsRequest.Builder request = ExchangeCheckpointsRequest.newBuilder();
        journal.newest().map(SealedCheckpoint::message).ifPresent(request::setNewest);
        Map<RegistryId, CompletableFuture<ExchangeCheckpointsResponse>> answers = new LinkedHashMap<>();
        directory.all().stream()
                .filter(peer -> peer.status() == PeerStatus.ACTIVE || peer.status() == PeerStatus.SUSPENDED)
                .forEach(peer -> answers.put(peer.id(), call.apply(peer.id(), request.build())));
        answers.forEach((peer, answer) -> {
            try {
                answered(peer, answer.join());
            } catch (CompletionException unreached) {
                LOG.debug("{} has not shown its checkpoint", peer, unreached);
            } catch (IllegalArgumentException untrue) {
                LOG.warn("{} has answered with a checkpoint or totals that do not verify", peer);
            }
        });
        refresh();
        if (!isReconciling()) {
            database.write(tx -> {
                if (store.unreconciled(tx).isEmpty()) {
                    store.endRestore(tx);
                }
                return self;
            });
        }
    }

    private void answered(RegistryId peer, ExchangeCheckpointsResponse answer) {
        Optional<SealedCheckpoint> kept =
                answer.hasKept() ? Optional.of(verified(answer.getKept(), self, journal::isSigned)) : Optional.empty();
        Optional<String> booked = unreconciled.containsKey(peer) ? lacking.apply(peer) : Optional.empty();
        database.write(tx -> {
            long accepted = store.held(tx, peer).accepted();
            Optional<String> missing = kept.filter(own -> own.number() > accepted)
                    .flatMap(own -> journal.lacks(tx, own))
                    .or(() -> booked);
            missing.ifPresent(what -> LOG.error(
                    "{} keeps checkpoint {} of this registry, and its journal lacks what was booked: {}. Nothing is"
                            + " paid until an operator accepts that",
                    peer,
                    kept.map(SealedCheckpoint::number).orElse(0L),
                    what));
            store.seen(tx, peer, kept, missing);
            return peer;
        });
        if (answer.hasNewest()) {
            keep(peer, answer.getNewest());
        }
    }

    /// A peer shows its newest checkpoint.
    ExchangeCheckpointsResponse received(RegistryId peer, ExchangeCheckpointsRequest request) {
        if (request.hasNewest()) {
            try {
                keep(peer, request.getNewest());
            } catch (IllegalArgumentException untrue) {
                throw Status.INVALID_ARGUMENT.asRuntimeException();
            }
        }
        ExchangeCheckpointsResponse.Builder answer = ExchangeCheckpointsResponse.newBuilder();
        journal.newest().map(SealedCheckpoint::message).ifPresent(answer::setNewest);
        database.look(tx -> store.find(tx, peer))
                .map(witness -> witness.kept().message())
                .ifPresent(answer::setKept);
        return answer.build();
    }

    private void keep(RegistryId peer, SignedCheckpoint message) {
        SealedCheckpoint offered =
                verified(message, peer, (text, signature) -> directory.isSigned(peer, text, signature));
        database.write(tx -> {
            keep(tx, peer, offered);
            return peer;
        });
    }

    private void keep(Tx tx, RegistryId peer, SealedCheckpoint offered) {
        Optional<Witness> before = store.lock(tx, peer);
        if (before.isEmpty()) {
            if (store.insert(tx, peer, offered)) {
                store.keepForTheDay(tx, peer, offered);
            }
            return;
        }
        switch (before.get().judge(offered, tx.now())) {
            case Witness.Verdict.Newer newer -> {
                if (before.get().alarm().isEmpty()) {
                    store.replace(tx, peer, offered);
                }
                store.keepForTheDay(tx, peer, offered);
            }
            case Witness.Verdict.Known known -> {}
            case Witness.Verdict.Contradiction contradiction -> {
                if (before.get().alarm().isEmpty()) {
                    store.alarm(tx, peer, offered, contradiction.words());
                    LOG.error("{} contradicts its own checkpoints: {}", peer, contradiction.words());
                }
            }
        }
    }

    private static SealedCheckpoint verified(
            SignedCheckpoint message, RegistryId signer, BiFunction<byte[], byte[], Boolean> signature) {
        SealedCheckpoint checkpoint = SealedCheckpoint.of(message);
        if (!checkpoint.read().registry().equals(signer.value())
                || checkpoint.number() < 1
                || !signature.apply(checkpoint.text(), checkpoint.signature())) {
            throw new IllegalArgumentException("not signed by " + signer);
        }
        return checkpoint;
    }

    /// Looks again whether this registry has to reconcile its books. To be called often: another process may have found
    /// it out, or an operator ended it.
    public void refresh() {
        Map<RegistryId, String> before = unreconciled;
        unreconciled = database.look(store::unreconciled);
        if (unreconciled.isEmpty() && !before.isEmpty()) {
            LOG.info("this registry is reconciled with every peer");
        } else if (!unreconciled.keySet().equals(before.keySet())) {
            LOG.error("RECONCILING: nothing is paid here, because of {}", unreconciled);
        }
    }

    /// Whether this registry's books may lack what was booked before: nothing may be paid from them then.
    public boolean isReconciling() {
        return !unreconciled.isEmpty();
    }

    /// How many peers have contradicted their own checkpoints.
    public int alarms() {
        return database.read(store::alarms);
    }

    /// How many peers this registry has still to reconcile with.
    public int unreconciled() {
        return unreconciled.size();
    }
}
