package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Rows;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// Which dealings were ever disputed, and what was recovered of them: of each disputed part, and of the whole that the
/// parts belong to. Its rows are locked by everything that files, rules or closes.
final class Docket {
    private final DisputedStore store = new DisputedStore();

    /// Asks for the rows of a dealing.
    void want(Rows rows, Subject subject) {
        rows.want(store, subject);
        rows.want(store, subject.whole());
    }

    /// Refuses with `ALREADY_DISPUTED` when a dispute of the same dealing is open.
    void requireFree(Rows rows, Subject subject) {
        row(rows, subject.whole()).requireFree();
    }

    /// A dispute of a free dealing begins.
    void open(Rows rows, Subject subject, UUID dispute) {
        change(rows, subject.whole(), row -> row.opened(dispute));
        if (!subject.equals(subject.whole())) {
            change(rows, subject, row -> row);
        }
    }

    /// Nothing freezes the dealing any more.
    void close(Rows rows, Subject subject) {
        change(rows, subject.whole(), Disputed::closed);
    }

    /// So much was compensated, or taken off for attestations: neither is claimed again.
    void recovered(Rows rows, Subject subject, Avt more) {
        change(rows, subject, row -> row.recovered(more));
        if (!subject.equals(subject.whole())) {
            change(rows, subject.whole(), row -> row.recovered(more));
        }
    }

    /// What a complaint about a dealing may ask for: what is held or on its way, and what was captured and not
    /// recovered before.
    Avt claimable(Rows rows, Subject subject, Dealing part, Dealing whole) {
        Avt ofPart = part.held().plus(part.inFlight()).plus(row(rows, subject).left(part.captured()));
        Avt ofWhole = whole.held()
                .plus(whole.inFlight())
                .plus(row(rows, subject.whole()).left(whole.captured()));
        return ofPart.min(ofWhole);
    }

    /// What can still be recovered of what was captured under a dealing, and under the whole.
    Avt left(Rows rows, Subject subject, Avt part, Avt whole) {
        return row(rows, subject).left(part).min(row(rows, subject.whole()).left(whole));
    }

    private Disputed row(Rows rows, Subject subject) {
        return rows.get(store, subject).orElse(Disputed.never(subject));
    }

    private void change(Rows rows, Subject subject, UnaryOperator<Disputed> how) {
        Optional<Disputed> before = rows.get(store, subject);
        Disputed after = how.apply(before.orElse(Disputed.never(subject)));
        if (before.isEmpty()) {
            rows.insert(store, subject, after);
        } else if (!after.equals(before.get())) {
            rows.update(store, subject, after);
        }
    }

    /// What a complaint asks for. Refuses with `NOTHING_TO_RECOVER`, `CLAIM_TOO_LARGE`.
    ///
    /// @param left what can be recovered
    /// @param asked empty for all there is
    static Avt claim(Avt left, Optional<Avt> asked) {
        if (left.isZero()) {
            throw new RefusedException(Reason.NOTHING_TO_RECOVER);
        }
        if (asked.filter(amount -> amount.compareTo(left) > 0).isPresent()) {
            throw new RefusedException(Reason.CLAIM_TOO_LARGE);
        }
        return asked.orElse(left);
    }
}
