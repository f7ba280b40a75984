package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.RegistryId;
import java.util.Optional;
import java.util.UUID;

/// A piece of evidence in a dispute of a peer: told of by the peer, or filed here by a party and sent.
///
/// @param refusal why the peer did not take it
record MirroredEvidence(
        Key key, UUID dispute, hanse.dispute.v1.Evidence document, State state, Optional<Reason> refusal) {
    /// Which piece, of whose dispute.
    record Key(UUID id, RegistryId origin) {}

    /// The codes are stored.
    enum State {
        /// On its way; the peer has not answered.
        SENT,
        /// The peer has it.
        FILED,
        /// The peer did not take it.
        REFUSED;

        short code() {
            return (short) (ordinal() + 1);
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    static MirroredEvidence sent(Key key, UUID dispute, hanse.dispute.v1.Evidence document) {
        return new MirroredEvidence(key, dispute, document, State.SENT, Optional.empty());
    }

    static MirroredEvidence filed(Key key, UUID dispute, hanse.dispute.v1.Evidence document) {
        return new MirroredEvidence(key, dispute, document, State.FILED, Optional.empty());
    }

    /// Whether both are the same piece, of the same dispute.
    boolean isOf(MirroredEvidence other) {
        return dispute.equals(other.dispute) && document.equals(other.document);
    }

    MirroredEvidence refused(Reason why) {
        return new MirroredEvidence(key, dispute, document, State.REFUSED, Optional.of(why));
    }
}
