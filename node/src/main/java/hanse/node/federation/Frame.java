package hanse.node.federation;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.SystemAccount;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// This registry's side of a cross-registry transfer that it sends. Pure.
///
/// @param id the transfer's, the same at both registries, and the message's
/// @param payer of this registry
/// @param payee of the peer
/// @param lane the stripe of the in-flight account that has the money
/// @param purpose what it pays
/// @param bucketDay the UTC day on which it was prepared, as days since 1970-01-01
/// @param advancedAt when the payer got the amount from the treasury, if it did
/// @param refusal why the peer refused; only when REFUNDED
/// @param proof the peer's signed outcome; absent while PREPARED
public record Frame(
        UUID id,
        State state,
        AgentId payer,
        Did payee,
        Avt amount,
        int lane,
        Purpose purpose,
        int bucketDay,
        Instant preparedAt,
        Optional<Instant> advancedAt,
        Optional<Instant> endedAt,
        Optional<Reason> refusal,
        Optional<ByteString> proof) {

    /// Where it stands here. The codes are stored.
    public enum State {
        /// Taken from the payer; no outcome is known.
        PREPARED(1),
        /// The peer credited it. Final.
        EXPORTED(2),
        /// The peer refused it for good and the payer has it back, or the treasury if it was advanced. Final.
        REFUNDED(3);

        private final short code;

        State(int code) {
            this.code = (short) code;
        }

        short code() {
            return code;
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// What a cross-registry transfer pays.
    public sealed interface Purpose {
        /// Whatever its payer has in mind.
        ///
        /// @param request key of the payer's request; absent in what was made before it was kept
        record Transfer(Optional<UUID> request) implements Purpose {}

        /// A payment that its payee has consumed.
        ///
        /// @param attempt counts the attempts to settle it, from 1
        /// @param bound the milestone that is paid with it, if one is; its attempts are counted with the
        /// payment's
        record Settlement(UUID payment, int attempt, Optional<Milestone> bound) implements Purpose {}

        /// A milestone of a contract whose provider is of the peer.
        ///
        /// @param number its place in the contract, from 1
        /// @param attempt counts the attempts to pay it, from 1
        record Milestone(UUID contract, int number, int attempt) implements Purpose {}
    }

    public RegistryId peer() {
        return payee.registry();
    }

    /// Where the money is while it is PREPARED.
    SystemAccount inFlight() {
        return SystemAccount.inFlight(peer(), lane);
    }

    boolean isPrepared() {
        return state == State.PREPARED;
    }

    boolean isAdvanced() {
        return advancedAt.isPresent();
    }

    /// The payer gets the amount from the treasury; should the peer refuse, the treasury gets it back. Refuses with
    /// `ALREADY_ADVANCED`, `TRANSFER_ENDED`; and with `TRANSFER_SETTLES_PAYMENT`, because what comes back of a
    /// settlement, or of a milestone's pay, is owed to the payee still.
    Frame advanced(Instant now) {
        if (isAdvanced()) {
            throw new RefusedException(Reason.ALREADY_ADVANCED);
        }
        if (!isPrepared()) {
            throw new RefusedException(Reason.TRANSFER_ENDED);
        }
        return switch (purpose) {
            case Purpose.Transfer _ -> with(state, Optional.of(now), endedAt, refusal, proof);
            case Purpose.Settlement _, Purpose.Milestone _ ->
                throw new RefusedException(Reason.TRANSFER_SETTLES_PAYMENT);
        };
    }

    Frame exported(Instant now, ByteString outcome) {
        return ended(State.EXPORTED, now, Optional.empty(), outcome);
    }

    Frame refunded(Instant now, Reason why, ByteString outcome) {
        return ended(State.REFUNDED, now, Optional.of(why), outcome);
    }

    private Frame ended(State next, Instant now, Optional<Reason> why, ByteString outcome) {
        if (!isPrepared()) {
            throw new IllegalStateException("a frame in state " + state + " has ended before");
        }
        return with(next, advancedAt, Optional.of(now), why, Optional.of(outcome));
    }

    private Frame with(
            State newState,
            Optional<Instant> newAdvancedAt,
            Optional<Instant> newEndedAt,
            Optional<Reason> newRefusal,
            Optional<ByteString> newProof) {
        return new Frame(
                id,
                newState,
                payer,
                payee,
                amount,
                lane,
                purpose,
                bucketDay,
                preparedAt,
                newAdvancedAt,
                newEndedAt,
                newRefusal,
                newProof);
    }
}
