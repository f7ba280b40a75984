package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.peer.v1.RetryStuckMessagesResponse;
import hanse.peer.v1.StuckMessage;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/// Messages to peers that are set aside, as operators see them. What they are about waits: nothing is decided by that.
public final class StuckMessages {
    private final Database database;
    private final Outcomes outcomes;
    private final PeerStore peers;
    private final OutboxStore store;
    private final Consumer<RegistryId> wake;

    /// @param wake has the outbox to a peer looked into
    StuckMessages(Database database, Outcomes outcomes, PeerStore peers, OutboxStore store, Consumer<RegistryId> wake) {
        this.database = database;
        this.outcomes = outcomes;
        this.peers = peers;
        this.store = store;
        this.wake = wake;
    }

    /// One more than `size` after an id, so that the caller sees whether there are more. Refuses with `UNKNOWN_PEER`.
    List<StuckMessage> page(RegistryId peer, UUID after, int size) {
        return database.read(tx -> {
            require(tx, peer);
            return store.aside(tx, peer, after, size + 1).stream()
                    .map(aside -> StuckMessage.newBuilder()
                            .setMessageId(aside.id().toString())
                            .setKind(aside.kind())
                            .setReason(aside.reason())
                            .setSince(WireTime.of(aside.since()))
                            .setSetAsideAt(WireTime.of(aside.asideAt()))
                            .build())
                    .toList();
        });
    }

    /// Has them sent again. Refuses with `UNKNOWN_PEER`.
    ///
    /// @param message one of them; empty for all to that peer
    RetryStuckMessagesResponse retry(Call call, RegistryId peer, Optional<UUID> message) {
        RetryStuckMessagesResponse answer = outcomes.run(call, RetryStuckMessagesResponse.parser(), tx -> {
            require(tx, peer);
            return RetryStuckMessagesResponse.newBuilder()
                    .setRetried(store.retry(tx, peer, message))
                    .build();
        });
        wake.accept(peer);
        return answer;
    }

    private void require(Tx tx, RegistryId peer) {
        if (peers.find(tx, peer).isEmpty()) {
            throw new RefusedException(Reason.UNKNOWN_PEER);
        }
    }
}
