package hanse.node.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.identity.Agents;
import hanse.node.identity.Credentials;
import hanse.node.identity.Ed25519Key;
import hanse.node.identity.Standing;
import hanse.node.operator.Operators;
import hanse.node.operator.Suspensions;
import hanse.node.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The public keys of callers, kept in memory. An entry may be old when a change is asked for, because the change
/// compares the key's version under the account's lock; for a read it is at most one second old. Every refusal is
/// decided on a fresh entry.
public final class KeyDirectory {
    /// How old an entry may be when a read is admitted by it.
    private static final Duration READ_LAG = Duration.ofSeconds(1);

    /// How often a caller's entry is checked against the database at once when it does not admit a call: an agent
    /// that has just rotated its key in another process must not wait.
    private static final int RECHECKS = 5;

    /// After those, how old an entry must be: bounds what a flood of bad signatures in one agent's name costs.
    private static final Duration RECHECK = Duration.ofMillis(50);

    private static final int KEYS = 200_000;

    private final Database database;
    private final Agents agents;
    private final Operators operators;
    private final Suspensions suspensions;
    private final InstantSource clock;
    private final Cache<Holder, Entry> entries =
            Caffeine.newBuilder().maximumSize(KEYS).build();

    public KeyDirectory(
            Database database, Agents agents, Operators operators, Suspensions suspensions, InstantSource clock) {
        this.database = database;
        this.agents = agents;
        this.operators = operators;
        this.suspensions = suspensions;
        this.clock = clock;
    }

    /// A caller's key.
    ///
    /// @param version the agent's `auth_version`, or the operator's key version
    /// @param lastSeenDay when it last changed something, in days since 1970
    record Known(Ed25519Key key, Caller caller, long version, Standing standing, long lastSeenDay) {

        /// Refuses with `CALLER_SUSPENDED` or `CALLER_DEACTIVATED`.
        void requireActive(Instant now) {
            switch (standing) {
                case Standing.Active() -> {}
                case Standing.Suspended(Optional<Instant> until) ->
                    throw until.map(end ->
                                    RefusedException.retryAfter(Reason.CALLER_SUSPENDED, Duration.between(now, end)))
                            .orElseGet(() -> new RefusedException(Reason.CALLER_SUSPENDED));
                case Standing.Deactivated() -> throw new RefusedException(Reason.CALLER_DEACTIVATED);
            }
        }

        boolean isActive() {
            return standing instanceof Standing.Active;
        }
    }

    /// The key in memory, if it is there.
    ///
    /// @param recent it must be at most a second old; an operator's always must
    Optional<Known> inMemory(Holder holder, boolean recent) {
        Entry entry = entries.getIfPresent(holder);
        if (entry == null) {
            return Optional.empty();
        }
        boolean anyAge = !recent && holder instanceof Holder.Agent;
        return anyAge || entry.isYounger(READ_LAG, clock.instant()) ? Optional.of(entry.known) : Optional.empty();
    }

    /// The key that has just admitted a call; what changes by the call asks for its version again, under a lock.
    /// Refuses with `KEY_CHANGED`.
    public Ed25519Key keyOf(Caller.Agent caller) {
        return inMemory(new Holder.Agent(caller.id()), false)
                .filter(known -> known.version() == caller.authVersion())
                .map(Known::key)
                .orElseThrow(() -> new RefusedException(Reason.KEY_CHANGED));
    }

    /// An agent as whose call is admitted now; its key is at hand for [#keyOf] then. Blocks.
    public Optional<Caller> admit(AgentId agent) {
        return inDatabase(new Holder.Agent(agent), known -> true).map(Known::caller);
    }

    /// The key as the database has it; blocks. What was read a moment ago will do if it `admits` the call. Lifts a
    /// suspension whose time is over.
    Optional<Known> inDatabase(Holder holder, Predicate<Known> admits) {
        // Within `compute`, so that many calls of one agent cost one query.
        Entry recent = entries.asMap().compute(holder, (_, old) -> {
            Instant now = clock.instant();
            return old != null && old.isYounger(READ_LAG, now) ? old : load(holder, now, RECHECKS);
        });
        if (recent == null || admits.test(recent.known)) {
            return Optional.ofNullable(recent).map(Entry::known);
        }
        Entry checked = entries.asMap().compute(holder, (_, old) -> {
            Instant now = clock.instant();
            if (old == null) {
                return load(holder, now, RECHECKS);
            }
            boolean tooSoon = old.rechecks == 0 && old.isYounger(RECHECK, now);
            return tooSoon ? old : load(holder, now, Math.max(0, old.rechecks - 1));
        });
        return Optional.ofNullable(checked).map(Entry::known);
    }

    /// The caller changes something: noted once a day.
    void seen(Known known) {
        long today = clock.instant().getEpochSecond() / Duration.ofDays(1).toSeconds();
        if (known.lastSeenDay >= today || !(known.caller instanceof Caller.Agent agent)) {
            return;
        }
        // Off the event loop: the entry may be locked by somebody who waits for the database.
        Thread.ofVirtual().name("seen").start(() -> {
            AtomicBoolean first = new AtomicBoolean();
            entries.asMap().computeIfPresent(new Holder.Agent(agent.id()), (_, old) -> {
                first.set(old.known.lastSeenDay < today);
                return old.seenOn(today);
            });
            if (first.get()) {
                agents.seen(agent.id());
            }
        });
    }

    /// Forgets a key, because this process knows that it has changed.
    void forget(Holder holder) {
        // Off the event loop: the entry may be locked by somebody who waits for the database.
        Thread.ofVirtual().name("forget").start(() -> entries.invalidate(holder));
    }

    /// Null for a holder that does not exist: no entry is kept of what strangers make up.
    private @Nullable Entry load(Holder holder, Instant now, int rechecks) {
        return load(holder).map(known -> new Entry(known, now, rechecks)).orElse(null);
    }

    private Optional<Known> load(Holder holder) {
        return switch (holder) {
            case Holder.Agent(AgentId id) ->
                database.look(tx -> agents.credentials(tx, id))
                        .map(found -> isOver(found.standing()) ? lifted(id, found) : found)
                        .map(KeyDirectory::known);
            case Holder.Operator(String name) ->
                database.look(tx -> operators.find(tx, name))
                        .map(found -> new Known(
                                found.key(),
                                new Caller.Operator(name, found.keyVersion()),
                                found.keyVersion(),
                                new Standing.Active(),
                                0));
        };
    }

    private Credentials lifted(AgentId id, Credentials found) {
        suspensions.liftIfOver(id);
        return database.look(tx -> agents.credentials(tx, id)).orElse(found);
    }

    private boolean isOver(Standing standing) {
        return standing instanceof Standing.Suspended(Optional<Instant> until)
                && until.filter(end -> !end.isAfter(clock.instant())).isPresent();
    }

    private static Known known(Credentials found) {
        Caller caller = new Caller.Agent(found.id(), found.authVersion(), found.tenantAdmin(), found.tenant());
        long day = found.lastSeen().getEpochSecond() / Duration.ofDays(1).toSeconds();
        return new Known(found.key(), caller, found.authVersion(), found.standing(), day);
    }

    /// @param rechecks how often it may still be checked at once
    private record Entry(Known known, Instant loadedAt, int rechecks) {
        Entry seenOn(long day) {
            return new Entry(
                    new Known(known.key, known.caller, known.version, known.standing, day), loadedAt, rechecks);
        }

        boolean isYounger(Duration age, Instant now) {
            return loadedAt.plus(age).isAfter(now);
        }
    }
}
