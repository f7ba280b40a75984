package hanse.node.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Opens, finds and closes sessions. A token speaks for its holder for at most 15 minutes, while the key that opened
/// it is the holder's key and nobody has closed it; another process may notice a closing one second late.
public final class Sessions {
    public static final Duration LONGEST = Duration.ofMinutes(15);

    private static final Duration LAG = Duration.ofSeconds(1);

    /// A closed session's row is kept until no signature that opened it could be accepted again.
    private static final Duration KEPT = Duration.ofMinutes(1);

    private static final int KEPT_IN_MEMORY = 100_000;

    private final RegistryId registry;
    private final Database database;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final SessionStore store = new SessionStore();
    private final Cache<SessionKey, Entry> entries =
            Caffeine.newBuilder().maximumSize(KEPT_IN_MEMORY).build();

    /// @param random where tokens come from: a SecureRandom, except in a simulation
    public Sessions(RegistryId registry, Database database, InstantSource clock, RandomGenerator random) {
        this.registry = registry;
        this.database = database;
        this.clock = clock;
        this.random = random;
    }

    /// A new session.
    ///
    /// @param token shown to its holder, here only
    record Opened(String token, Instant expiresAt) {}

    /// Opens a session for a caller that has signed; blocks. Refuses with `BAD_AUTHORIZATION` a caller known by a
    /// session only, and with `SIGNATURE_REPLAYED` a signature that has opened one.
    Opened open(Identified identified, Duration ttl) {
        if (identified.signature().isEmpty()) {
            throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
        byte[] bytes = new byte[SessionKey.RANDOM];
        random.nextBytes(bytes);
        String token = SessionKey.token(bytes);
        Holder holder = Holder.of(identified.caller());
        return database.write(tx -> {
            Session session = new Session(
                    SessionKey.of(token),
                    holder,
                    identified.version(),
                    registry,
                    identified.signature().get(),
                    tx.now(),
                    tx.now().plus(ttl),
                    Optional.empty());
            if (!store.insert(tx, session)) {
                throw new RefusedException(Reason.SIGNATURE_REPLAYED);
            }
            return new Opened(token, session.expiresAt());
        });
    }

    /// Closes the session that speaks for the caller; blocks. Refuses with `BAD_AUTHORIZATION` a caller that has
    /// none.
    void close(Identified identified) {
        SessionKey key = identified.session().orElseThrow(() -> new RefusedException(Reason.BAD_AUTHORIZATION));
        database.write(tx -> {
            store.close(tx, key);
            return key;
        });
        entries.invalidate(key);
    }

    /// Deletes rows that are of no more use; run every few minutes by one process.
    public int prune() {
        return database.write(tx -> store.deleteExpiredBefore(tx, tx.now().minus(KEPT)));
    }

    Optional<Session> inMemory(SessionKey key) {
        return Optional.ofNullable(entries.getIfPresent(key))
                .filter(entry -> entry.isYoung(clock.instant()))
                .flatMap(Entry::session);
    }

    Optional<Session> inDatabase(SessionKey key) {
        Entry entry = entries.asMap().compute(key, (_, old) -> {
            Instant now = clock.instant();
            return old != null && old.isYoung(now) ? old : new Entry(load(key), now);
        });
        return entry.session;
    }

    private Optional<Session> load(SessionKey key) {
        return database.look(tx -> store.find(tx, key))
                .filter(session -> session.audience().equals(registry));
    }

    private record Entry(Optional<Session> session, Instant loadedAt) {
        boolean isYoung(Instant now) {
            return loadedAt.plus(LAG).isAfter(now);
        }
    }
}
