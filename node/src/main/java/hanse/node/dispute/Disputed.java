package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import java.util.Optional;
import java.util.UUID;

/// A dealing that was ever disputed. Pure.
///
/// @param open the dispute that freezes it
/// @param recovered what was compensated under it or taken off for attestations, over all its disputes
record Disputed(Subject subject, Optional<UUID> open, Avt recovered) {
    static Disputed never(Subject subject) {
        return new Disputed(subject, Optional.empty(), Avt.ZERO);
    }

    /// Refuses with `ALREADY_DISPUTED`.
    void requireFree() {
        if (open.isPresent()) {
            throw new RefusedException(Reason.ALREADY_DISPUTED);
        }
    }

    /// A dispute freezes it. Refuses with `ALREADY_DISPUTED`.
    Disputed opened(UUID dispute) {
        requireFree();
        return new Disputed(subject, Optional.of(dispute), recovered);
    }

    /// Nothing freezes it any more.
    Disputed closed() {
        return new Disputed(subject, Optional.empty(), recovered);
    }

    Disputed recovered(Avt more) {
        return new Disputed(subject, open, recovered.plus(more));
    }

    /// What can still be recovered of a part of the dealing's worth.
    Avt left(Avt worth) {
        return worth.compareTo(recovered) > 0 ? worth.minus(recovered) : Avt.ZERO;
    }
}
