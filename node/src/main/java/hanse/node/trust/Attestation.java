package hanse.node.trust;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// This registry's word about a count of an agent's, which does not say the count. Pure.
///
/// @param statement the signed text, see `hanse.wire.proof.AttestationText`
/// @param proven the bound that its holder has proved to this registry
record Attestation(
        UUID id,
        AgentId agent,
        byte[] statement,
        byte[] signature,
        Instant issuedAt,
        Instant expiresAt,
        Optional<Revocation> revoked,
        Optional<Proven> proven) {

    /// What is counted: settled dealings that the agent was paid for. The code is stored.
    static final short SETTLED_DEALINGS = 1;

    record Revocation(Instant at, String reason) {}

    record Proven(Instant at, long atLeast, byte[] proof) {}

    /// Why it does not count now.
    Optional<Reason> ended(Instant now) {
        if (revoked.isPresent()) {
            return Optional.of(Reason.ATTESTATION_REVOKED);
        }
        return now.isBefore(expiresAt) ? Optional.empty() : Optional.of(Reason.ATTESTATION_EXPIRED);
    }

    /// Refuses with `ATTESTATION_REVOKED`, `ATTESTATION_EXPIRED`.
    void requireLive(Instant now) {
        ended(now).ifPresent(reason -> {
            throw new RefusedException(reason);
        });
    }

    /// Whether it may be cited by its agent in a dispute that was filed at `filed`: a bound of at least `least` was
    /// proved to this registry before, and it has neither been revoked nor expired.
    boolean countsIn(AgentId defendant, Instant filed, long least) {
        return agent.equals(defendant)
                && ended(filed).isEmpty()
                && proven.filter(proof -> proof.at().isBefore(filed) && proof.atLeast() >= least)
                        .isPresent();
    }

    /// The greatest bound that was proved stays, with the time when it was.
    Attestation proven(Instant now, long atLeast, byte[] proof) {
        return proven.filter(known -> known.atLeast() >= atLeast).isPresent()
                ? this
                : new Attestation(
                        id,
                        agent,
                        statement,
                        signature,
                        issuedAt,
                        expiresAt,
                        revoked,
                        Optional.of(new Proven(now, atLeast, proof)));
    }

    Attestation revoked(Instant now, String reason) {
        return revoked.isPresent()
                ? this
                : new Attestation(
                        id,
                        agent,
                        statement,
                        signature,
                        issuedAt,
                        expiresAt,
                        Optional.of(new Revocation(now, reason)),
                        proven);
    }
}
