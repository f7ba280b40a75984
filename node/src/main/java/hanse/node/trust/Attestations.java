package hanse.node.trust;

import com.fasterxml.uuid.Generators;
import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.TimePage;
import hanse.node.ledger.Rows;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.trust.v1.IssueAttestationResponse;
import hanse.trust.v1.Opening;
import hanse.wire.proof.AtLeastProof;
import hanse.wire.proof.AttestationText;
import hanse.wire.proof.Pedersen;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// What happens to attestations, in the order of their life. All of it refuses with `ATTESTATIONS_OFF` where the
/// operator has not switched them on.
public final class Attestations {
    private static final Duration USUAL_LIFETIME = Duration.ofDays(90);
    private static final int MOST_LIVE = 5;
    private static final int DEFAULT_SIZE = 50;

    private final boolean on;
    private final long least;
    private final Database database;
    private final Outcomes outcomes;
    private final Parties parties;
    private final UnaryOperator<byte[]> signer;
    private final SecureRandom random;
    private final AttestationStore store = new AttestationStore();

    /// @param on the operator's switch
    /// @param least the bound that must have been proved for an attestation to count in a dispute
    /// @param signer signs as this registry (Ed25519)
    public Attestations(
            boolean on,
            long least,
            Database database,
            Outcomes outcomes,
            Parties parties,
            UnaryOperator<byte[]> signer,
            SecureRandom random) {
        this.on = on;
        this.least = least;
        this.database = database;
        this.outcomes = outcomes;
        this.parties = parties;
        this.signer = signer;
        this.random = random;
    }

    /// @param next where the list goes on; empty on the last page
    record Page(List<Attestation> attestations, Optional<String> next) {}

    /// Attests the caller's settled dealings. Refuses with `TOO_MANY_ATTESTATIONS`.
    ///
    /// @param days 0: 90
    IssueAttestationResponse issue(Call call, int days) {
        requireOn();
        AgentId agent = call.agent();
        return outcomes.run(
                call,
                IssueAttestationResponse.parser(),
                tx -> issue(tx, agent, days == 0 ? USUAL_LIFETIME : Duration.ofDays(days)),
                answer -> answer.toBuilder().clearOpening().build());
    }

    private IssueAttestationResponse issue(Tx tx, AgentId agent, Duration lifetime) {
        if (store.live(tx, agent) >= MOST_LIVE) {
            throw new RefusedException(Reason.TOO_MANY_ATTESTATIONS);
        }
        Pedersen.Opening opening = Pedersen.open(store.dealings(tx, agent), random);
        AttestationText text = new AttestationText(
                parties.self().value(),
                Generators.randomBasedGenerator(random).generate(),
                parties.did(agent).toString(),
                AttestationText.SETTLED_DEALINGS,
                tx.now(),
                tx.now().plus(lifetime).truncatedTo(ChronoUnit.SECONDS),
                Pedersen.commit(opening));
        Attestation attestation = new Attestation(
                text.id(),
                agent,
                text.bytes(),
                signer.apply(text.bytes()),
                text.issuedAt(),
                text.expiresAt(),
                Optional.empty(),
                Optional.empty());
        store.insert(tx, attestation);
        return IssueAttestationResponse.newBuilder()
                .setAttestation(AttestationWire.attestation(attestation, parties))
                .setOpening(Opening.newBuilder()
                        .setValue(opening.value())
                        .setBlinding(ByteString.copyFrom(opening.blinding())))
                .build();
    }

    /// Refuses with `UNKNOWN_ATTESTATION`.
    Attestation get(UUID id) {
        requireOn();
        return found(database.read(tx -> store.find(tx, id)));
    }

    /// An agent's, newest first. Refuses with `NOT_YOURS`, `BAD_PAGE_TOKEN`.
    Page list(Caller caller, AgentId agent, String token, int size) {
        requireOn();
        if (caller instanceof Caller.Agent self && !self.id().equals(agent)) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        Optional<TimePage> before = TimePage.read(token);
        int limit = size == 0 ? DEFAULT_SIZE : size;
        List<Attestation> found = database.read(tx -> store.list(tx, agent, before, limit + 1));
        if (found.size() <= limit) {
            return new Page(found, Optional.empty());
        }
        List<Attestation> page = found.subList(0, limit);
        Attestation last = page.getLast();
        return new Page(page, Optional.of(new TimePage(last.issuedAt(), last.id()).token()));
    }

    /// The holder proves a bound to this registry. Refuses with `UNKNOWN_ATTESTATION`, `NOT_YOURS`,
    /// `PROOF_REFUSED`, `ATTESTATION_REVOKED`, `ATTESTATION_EXPIRED`.
    hanse.trust.v1.Attestation prove(Call call, UUID id, long atLeast, byte[] proof) {
        // What was committed to never changes, so this costly look needs no lock.
        boolean shown = shows(
                get(id), atLeast, AttestationText.forRegistry(parties.self().value()), proof);
        return outcomes.run(call, hanse.trust.v1.Attestation.parser(), tx -> {
            Attestation attestation = found(store.lock(tx, id));
            if (!attestation.agent().equals(call.agent())) {
                throw new RefusedException(Reason.NOT_YOURS);
            }
            attestation.requireLive(tx.now());
            if (!shown) {
                throw new RefusedException(Reason.PROOF_REFUSED);
            }
            Attestation proven = attestation.proven(tx.now(), atLeast, proof);
            store.update(tx, proven);
            return AttestationWire.attestation(proven, parties);
        });
    }

    /// Why a proof that was made for `context` does not hold now; empty when it holds. Refuses with
    /// `UNKNOWN_ATTESTATION`.
    Optional<Reason> verify(UUID id, long atLeast, byte[] context, byte[] proof) {
        requireOn();
        record Asked(Attestation attestation, Optional<Reason> ended) {}
        Asked asked = database.read(tx -> {
            Attestation attestation = found(store.find(tx, id));
            return new Asked(attestation, attestation.ended(tx.now()));
        });
        return asked.ended().isPresent() || shows(asked.attestation(), atLeast, context, proof)
                ? asked.ended()
                : Optional.of(Reason.PROOF_REFUSED);
    }

    /// Ends an attestation; nothing happens to one that was revoked before. Refuses with `UNKNOWN_ATTESTATION`,
    /// `NOT_YOURS`.
    hanse.trust.v1.Attestation revoke(Call call, UUID id, String reason) {
        requireOn();
        return outcomes.run(call, hanse.trust.v1.Attestation.parser(), tx -> {
            Attestation attestation = found(store.lock(tx, id));
            if (call.caller() instanceof Caller.Agent self && !self.id().equals(attestation.agent())) {
                throw new RefusedException(Reason.NOT_YOURS);
            }
            Attestation revoked = attestation.revoked(tx.now(), reason);
            store.update(tx, revoked);
            return AttestationWire.attestation(revoked, parties);
        });
    }

    /// Asks for what [#counting] looks at.
    void want(Rows rows, Collection<UUID> cited) {
        if (on) {
            cited.forEach(id -> rows.want(store, id));
        }
    }

    /// How many of `cited` count for a defendant of this registry in a dispute that was filed at `filed`: its own,
    /// proved to this registry before that (the bound that the operator asks for), not expired then, not revoked by
    /// now. Each counts once, however often it is cited; none where attestations are off.
    int counting(Rows rows, AgentId defendant, Collection<UUID> cited, Instant filed) {
        return on
                ? (int) cited.stream()
                        .distinct()
                        .flatMap(id -> rows.get(store, id).stream())
                        .filter(attestation -> attestation.countsIn(defendant, filed, least))
                        .count()
                : 0;
    }

    private void requireOn() {
        if (!on) {
            throw new RefusedException(Reason.ATTESTATIONS_OFF);
        }
    }

    private static Attestation found(Optional<Attestation> attestation) {
        return attestation.orElseThrow(() -> new RefusedException(Reason.UNKNOWN_ATTESTATION));
    }

    private static boolean shows(Attestation attestation, long atLeast, byte[] context, byte[] proof) {
        byte[] commitment = AttestationText.parse(attestation.statement())
                .orElseThrow(() -> new IllegalStateException("a statement of our own cannot be read"))
                .commitment();
        return AtLeastProof.verify(commitment, atLeast, attestation.statement(), context, proof);
    }
}
