package hanse.node.federation;

import hanse.certs.RotatingIdentity;
import hanse.error.v1.Reason;
import hanse.federation.v1.GreetResponse;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import hanse.peer.LinkProbe;
import hanse.peer.PeerLinks;
import hanse.peer.PeerMetrics;
import hanse.peer.v1.Diagnosis;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks into a link, and says in words what is wrong with it.
public final class PeerDoctor {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Database database;
    private final PeerStore peers;
    private final OutboxStore outbox;
    private final Canary canary;
    private final PeerLinks links;
    private final LinkProbe probe;
    private final PeerMetrics metrics;
    private final RotatingIdentity identity;
    private final InstantSource clock;

    PeerDoctor(
            Database database,
            PeerStore peers,
            OutboxStore outbox,
            Canary canary,
            PeerLinks links,
            PeerMetrics metrics,
            RotatingIdentity identity,
            InstantSource clock) {
        this.database = database;
        this.peers = peers;
        this.outbox = outbox;
        this.canary = canary;
        this.links = links;
        this.probe = new LinkProbe(identity, clock);
        this.metrics = metrics;
        this.identity = identity;
        this.clock = clock;
    }

    /// Blocks, some seconds where nobody answers. Refuses with `UNKNOWN_PEER`.
    Diagnosis diagnose(RegistryId id) {
        record Books(Peer peer, OutboxStore.Waiting waiting, Optional<CanaryState> canary) {}
        Books books = database.read(tx -> new Books(
                peers.find(tx, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER)),
                outbox.waiting(tx, id),
                canary.state(tx, id)));
        Optional<LinkProbe.Sight> sight = books.peer().status().isLinked()
                ? Optional.of(probe.look(books.peer().trusted(), PATIENCE))
                : Optional.empty();
        Optional<GreetResponse> greeting =
                sight.filter(seen -> seen.end() == LinkProbe.End.ARRIVED).flatMap(arrived -> greet(id));
        Instant now = clock.instant();
        return Symptoms.judge(new Symptoms(
                books.peer(),
                sight,
                greeting,
                books.waiting(),
                books.canary(),
                metrics.snapshot(id.value()).knowsCard(),
                identity.current().expiresAt(),
                now));
    }

    private Optional<GreetResponse> greet(RegistryId id) {
        try {
            return Optional.of(links.greet(id.value(), PATIENCE).get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
