package hanse.node.federation;

import hanse.federation.v1.Message;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.storage.Database;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Requests of agents of this registry that are passed on to the peer that keeps what they are about, and waited for a
/// little. A request that is repeated finds what has become of the first.
public final class Relays {
    private final Database database;
    private final PeerMessages messages;
    private final RelayStore store = new RelayStore();
    private final Waiting<UUID, Relay> waiting;
    private final Executor blocking;

    Relays(Database database, PeerMessages messages, Federation.Surroundings surroundings) {
        this.database = database;
        this.messages = messages;
        this.waiting = new Waiting<>(surroundings.patience());
        this.blocking = surroundings.threads();
    }

    /// Decides to pass a request on, by [PeerMessages#send].
    ///
    /// @param about the contract or dispute, by the peer's id of it
    public void ask(
            Books books, RegistryId to, UUID message, UUID about, String traceparent, Consumer<Message.Builder> body) {
        messages.send(books, to, message, traceparent, body);
        books.rows().insertFresh(store, message, Relay.asked(message, about, books.now()));
    }

    /// Asks for the row of a request that has been decided.
    public void want(Rows rows, Outgoing asked) {
        rows.want(store, asked.id());
    }

    /// That row.
    public Relay find(Books books, Outgoing asked) {
        return books.rows()
                .get(store, asked.id())
                .orElseThrow(() -> new IllegalStateException("a request was passed on that nobody made"));
    }

    /// Keeps what has become of a request.
    public void record(Books books, Relay decided) {
        books.rows().update(store, decided.message(), decided);
    }

    /// That is committed: those who wait are told.
    public void happened(Relay decided) {
        waiting.happened(decided.message(), decided);
    }

    /// What has become of a request, as soon as that is known, or as it stands after 2 s.
    public CompletableFuture<Relay> outcome(UUID message) {
        CompletableFuture<Optional<Relay>> outcome = waiting.outcome(message);
        return read(message).thenCompose(now -> {
            if (!now.isOpen()) {
                outcome.complete(Optional.of(now));
            }
            return outcome.thenComposeAsync(
                    decided -> decided.map(CompletableFuture::completedFuture).orElseGet(() -> read(message)),
                    blocking);
        });
    }

    private CompletableFuture<Relay> read(UUID message) {
        return CompletableFuture.supplyAsync(
                () -> database.look(tx -> store.find(tx, message))
                        .orElseThrow(() -> new IllegalStateException("a request is waited for that nobody made")),
                blocking);
    }
}
