package hanse.node.federation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import hanse.peer.MessageSigner;
import hanse.peer.Outbox;
import hanse.peer.OutgoingMessage;
import hanse.peer.PeerLinks;
import hanse.peer.VerifiedOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this registry sends. A process hands what it has committed straight to its own pump; what it left behind, and
/// what other processes left behind, is found in the table by whichever process holds the peer's lease.
final class PeerOutbox implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(PeerOutbox.class);

    /// Enough for the messages under way on a few busy links.
    private static final long REMEMBERED = 16_384;

    private static final String UNSENDABLE = "UNSENDABLE";

    private final Database database;
    private final OutboxStore store;
    private final MessageRoutes routes;
    private final MessageSigner signer;
    private final Executor signing;
    private final Cache<OutboxStore.Key, Outgoing> recent =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();
    private final Cache<OutboxStore.Key, OutgoingMessage> signed =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();
    private volatile Set<RegistryId> leased = Set.of();
    private volatile Optional<PeerLinks> links = Optional.empty();

    PeerOutbox(Database database, OutboxStore store, MessageRoutes routes, MessageSigner signer, Executor signing) {
        this.database = database;
        this.store = store;
        this.routes = routes;
        this.signer = signer;
        this.signing = signing;
    }

    /// From now on what is committed is handed to these links.
    void sendOver(PeerLinks pumps) {
        links = Optional.of(pumps);
    }

    /// The peers whose table of messages this process looks through.
    void lookAfter(Set<RegistryId> peers) {
        Set<RegistryId> before = leased;
        leased = peers;
        links.ifPresent(pumps ->
                peers.stream().filter(peer -> !before.contains(peer)).forEach(peer -> pumps.wake(peer.value())));
    }

    /// A message was committed. Signs and sends it on a thread of its own: a writer has better things to do.
    void committed(Outgoing message) {
        recent.put(key(message), message);
        links.ifPresent(
                pumps -> signing.execute(() -> pumps.offer(message.peer().value(), sign(message))));
    }

    @Override
    public List<OutgoingMessage> due(String peer, int limit) {
        RegistryId id = new RegistryId(peer);
        if (!leased.contains(id)) {
            return List.of();
        }
        List<OutgoingMessage> due = new ArrayList<>();
        Optional<UUID> last = Optional.empty();
        int seen = 0;
        do {
            int wanted = limit - due.size();
            List<OutboxStore.Row> found = oldest(id, last, wanted);
            found.forEach(row -> sendable(id, row).ifPresent(due::add));
            seen += found.size();
            last = found.size() < wanted
                    ? Optional.empty()
                    : Optional.of(found.getLast().id());
        } while (last.isPresent() && due.size() < limit);
        if (due.size() < seen) {
            LOG.warn("{} messages to {} are set aside: this node cannot send them", seen - due.size(), peer);
        }
        return due;
    }

    private List<OutboxStore.Row> oldest(RegistryId peer, Optional<UUID> after, int limit) {
        return database.look(tx -> store.oldest(tx, peer, after, limit));
    }

    /// Empty for what this node cannot send, such as a message that a later version has written, or a row that is
    /// damaged: it is set aside, and what stands behind it goes out all the same.
    private Optional<OutgoingMessage> sendable(RegistryId peer, OutboxStore.Row row) {
        try {
            return Optional.of(sign(Outgoing.parse(peer, row.id(), row.message())));
        } catch (RuntimeException e) {
            LOG.debug("message {} to {} cannot be sent", row.id(), peer, e);
            setAside(peer.value(), row.id(), UNSENDABLE);
            return Optional.empty();
        }
    }

    @Override
    public boolean setAside(String peer, UUID id, String reason) {
        OutboxStore.Key key = new OutboxStore.Key(new RegistryId(peer), id);
        database.write(tx -> {
            store.setAside(tx, key.peer(), id, reason);
            return id;
        });
        recent.invalidate(key);
        signed.invalidate(key);
        return true;
    }

    @Override
    public void undecided(String peer, UUID id, String reason, Instant retryAt) {
        // When to ask again is the pump's memory; a restart asks at once, which does no harm.
        LOG.debug("{} has not decided message {}: {}; asked again at {}", peer, id, reason, retryAt);
    }

    @Override
    public CompletionStage<Void> decided(String peer, VerifiedOutcome outcome) {
        OutboxStore.Key key = new OutboxStore.Key(new RegistryId(peer), outcome.id());
        Outgoing known = recent.getIfPresent(key);
        Optional<Outgoing> asked =
                known != null ? Optional.of(known) : database.look(tx -> store.find(tx, key.peer(), key.id()));
        if (asked.isEmpty()) {
            // Its outcome is recorded already, perhaps by another process.
            return CompletableFuture.completedStage(null);
        }
        MessageRoutes.Asker asker = routes.asker(asked.get().message().getBodyCase())
                .orElseThrow(() -> new IllegalStateException("a message was sent that nobody of this version asks"));
        return asker.decided(asked.get(), outcome).thenAccept(recorded -> {
            recent.invalidate(key);
            signed.invalidate(key);
        });
    }

    private OutgoingMessage sign(Outgoing message) {
        return signed.get(key(message), key -> new OutgoingMessage(message.id(), signer.sign(message.message())));
    }

    private static OutboxStore.Key key(Outgoing message) {
        return new OutboxStore.Key(message.peer(), message.id());
    }
}
