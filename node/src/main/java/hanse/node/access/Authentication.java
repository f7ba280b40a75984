package hanse.node.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import hanse.error.v1.Reason;
import hanse.node.call.Admission;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.Request;
import hanse.node.call.SignedRequest;
import hanse.node.identity.Freshness;
import hanse.wire.SignedText;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Establishes who makes a call, by its signature or its session.
///
/// In two ways: [#fromMemory] answers at once and admits only; whatever it cannot admit, [#fromDatabase] decides,
/// which blocks.
public final class Authentication {
    private static final int LONGEST_NONCE = 64;

    private final RegistryId registry;
    private final KeyDirectory keys;
    private final Sessions sessions;
    private final InstantSource clock;

    /// Signatures of reads that were admitted and of changes that were answered, for as long as their timestamps could
    /// be accepted.
    private final Cache<UUID, Boolean> seen;

    public Authentication(RegistryId registry, KeyDirectory keys, Sessions sessions, InstantSource clock) {
        this.registry = registry;
        this.keys = keys;
        this.sessions = sessions;
        this.clock = clock;
        this.seen = Caffeine.newBuilder()
                .expireAfterWrite(Freshness.PAST.plus(Freshness.AHEAD).plusSeconds(1))
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /// The caller, when memory is enough to admit it. Refuses what no database can mend: `BAD_AUTHORIZATION`,
    /// `SIGNATURE_STALE`, `SIGNATURE_FROM_FUTURE`, `WRONG_AUDIENCE`, `SIGNATURE_REPLAYED`.
    public Optional<Identified> fromMemory(Presented call) {
        return switch (Credential.read(call.authorization(), registry)) {
            case Credential.None() -> Optional.of(Identified.anyone(call.address()));
            case Credential.Signature(Holder holder, byte[] signature) -> {
                requireWindow(call);
                requireAudience(call);
                yield keys.inMemory(holder, call.recent())
                        .filter(known -> known.isActive() && known.key().verifies(signedText(call), signature))
                        .map(known -> admitted(known, signature, call));
            }
            case Credential.Bearer(SessionKey key) ->
                sessions.inMemory(key)
                        .filter(session -> session.isOpen(clock.instant()))
                        .flatMap(session -> keys.inMemory(session.holder(), call.recent())
                                .filter(known -> known.isActive() && known.version() == session.version())
                                .map(known -> bySession(known, key)));
        };
    }

    /// The caller, decided by the database; blocks. Refuses with the reasons of [#fromMemory] and with
    /// `UNKNOWN_CALLER`, `BAD_SIGNATURE`, `SESSION_EXPIRED`, `CALLER_SUSPENDED`, `CALLER_DEACTIVATED`.
    public Identified fromDatabase(Presented call) {
        return switch (Credential.read(call.authorization(), registry)) {
            case Credential.None() -> Identified.anyone(call.address());
            case Credential.Signature(Holder holder, byte[] signature) -> {
                requireWindow(call);
                requireAudience(call);
                byte[] text = signedText(call);
                Predicate<KeyDirectory.Known> admits =
                        known -> known.isActive() && known.key().verifies(text, signature);
                KeyDirectory.Known known =
                        keys.inDatabase(holder, admits).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CALLER));
                if (!known.key().verifies(text, signature)) {
                    throw new RefusedException(Reason.BAD_SIGNATURE);
                }
                known.requireActive(clock.instant());
                yield admitted(known, signature, call);
            }
            case Credential.Bearer(SessionKey key) -> bySession(key);
        };
    }

    /// The request as an admitted caller signed it; empty for a session.
    public Optional<SignedRequest> evidence(Presented call, byte[] body) {
        if (!(Credential.read(call.authorization(), registry) instanceof Credential.Signature signed)) {
            return Optional.empty();
        }
        String method = call.envelope().map(Presented.Envelope::method).orElse("POST");
        String path = call.envelope().map(Presented.Envelope::path).orElse(call.path());
        return Optional.of(
                new SignedRequest(method, path, call.timestamp(), call.nonce(), call.audience(), body, signed.bytes()));
    }

    /// What the present call was admitted by. It refuses, a second late at most, when the key was replaced
    /// (`KEY_CHANGED`) or removed (`UNKNOWN_CALLER`), the session has ended (`SESSION_EXPIRED`) or the agent was
    /// stopped
    /// (`CALLER_SUSPENDED`, `CALLER_DEACTIVATED`).
    public Admission ofPresentCall() {
        Identified who = Identified.current();
        return () -> {
            if (who.session().isPresent()) {
                var unused = bySession(who.session().get());
            } else {
                var unused = present(Holder.of(who.caller()), who.version(), Reason.UNKNOWN_CALLER, Reason.KEY_CHANGED);
            }
        };
    }

    private Identified bySession(SessionKey key) {
        Session session = sessions.inDatabase(key)
                .filter(found -> found.isOpen(clock.instant()))
                .orElseThrow(() -> new RefusedException(Reason.SESSION_EXPIRED));
        return bySession(
                present(session.holder(), session.version(), Reason.SESSION_EXPIRED, Reason.SESSION_EXPIRED), key);
    }

    /// The holder's key, if it is still the one of that version and its holder is active.
    private KeyDirectory.Known present(Holder holder, long version, Reason gone, Reason replaced) {
        KeyDirectory.Known known = keys.inDatabase(holder, found -> found.isActive() && found.version() == version)
                .orElseThrow(() -> new RefusedException(gone));
        known.requireActive(clock.instant());
        if (known.version() != version) {
            throw new RefusedException(replaced);
        }
        return known;
    }

    /// A call of this caller was refused because its key or standing has changed: what memory says of it is wrong.
    public void forget(Caller caller) {
        switch (caller) {
            case Caller.Agent agent -> keys.forget(new Holder.Agent(agent.id()));
            case Caller.Operator operator -> keys.forget(new Holder.Operator(operator.operator()));
            case Caller.Anyone _ -> {}
        }
    }

    /// A change by this signature was answered: whoever sends it again is turned away before it counts against its
    /// victim.
    public void used(UUID signature) {
        seen.put(signature, Boolean.TRUE);
    }

    private Identified admitted(KeyDirectory.Known known, byte[] signature, Presented call) {
        UUID key = Request.signatureKey(signature);
        // A change's signature is made unique by the row that its own transaction writes: until it is answered, the
        // same bytes may come again, and memory only spares what is known to be a replay.
        boolean isReplay =
                call.changes() ? seen.getIfPresent(key) != null : seen.asMap().putIfAbsent(key, Boolean.TRUE) != null;
        if (isReplay) {
            throw new RefusedException(Reason.SIGNATURE_REPLAYED);
        }
        if (call.changes()) {
            keys.seen(known);
        }
        return new Identified(known.caller(), known.version(), Optional.of(key), Optional.empty());
    }

    private static Identified bySession(KeyDirectory.Known known, SessionKey key) {
        return new Identified(known.caller(), known.version(), Optional.empty(), Optional.of(key));
    }

    private void requireWindow(Presented call) {
        if (call.nonce().length() > LONGEST_NONCE) {
            throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
        switch (Freshness.of(call.timestamp(), clock.instant())) {
            case FRESH -> {}
            case STALE -> throw new RefusedException(Reason.SIGNATURE_STALE);
            case FROM_FUTURE -> throw new RefusedException(Reason.SIGNATURE_FROM_FUTURE);
            case UNREADABLE -> throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
    }

    private void requireAudience(Presented call) {
        boolean mayBeAbsent = call.envelope().isPresent();
        if (call.audience().isEmpty() ? !mayBeAbsent : !call.audience().equals(registry.value())) {
            throw new RefusedException(Reason.WRONG_AUDIENCE);
        }
    }

    private static byte[] signedText(Presented call) {
        @Nullable String nonce = call.nonce().isEmpty() ? null : call.nonce();
        @Nullable String audience = call.audience().isEmpty() ? null : call.audience();
        if (call.envelope().isPresent()) {
            Presented.Envelope http = call.envelope().get();
            return SignedText.request(call.timestamp(), http.method(), http.path(), http.bodySha256(), nonce, audience);
        }
        return SignedText.request(call.timestamp(), "POST", call.path(), call.bodySha256(), nonce, audience);
    }
}
