package hanse.node.malpractice;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.List;
import java.util.Optional;

/// A peer shows a record that its agent has made of one of this registry. It weighs nothing here; it is shown
/// if our own books know the dealing.
final class ShownReceived implements Decision {
    private final Parties parties;
    private final MalpracticeStore store;
    private final List<Reportable> owners;
    private Optional<Malpractice> read = Optional.empty();
    private Optional<Reason> refusal = Optional.empty();

    ShownReceived(Parties parties, MalpracticeStore store, List<Reportable> owners, Incoming message) {
        this.parties = parties;
        this.store = store;
        this.owners = owners;
        try {
            Malpractice shown =
                    MalpracticeWire.read(message.message().getMalpracticeShown().getRecord(), message.peer());
            if (!parties.isLocal(shown.report().reported())) {
                throw new RefusedException(Reason.MESSAGE_REFUSED);
            }
            read = Optional.of(shown);
        } catch (RefusedException refused) {
            refusal = Optional.of(refused.reason());
        }
    }

    @Override
    public void rows(Rows rows) {
        read.ifPresent(shown -> {
            rows.want(store, shown.id());
            owner(shown).ifPresent(owner -> owner.rows(rows, shown.report().dealing(), reporter(shown), agent(shown)));
        });
    }

    @Override
    public Verdict decide(Books books) {
        Malpractice shown = read.orElseThrow(() -> new RefusedException(refusal.orElse(Reason.MESSAGE_UNREADABLE)));
        Optional<Malpractice> known = books.rows().get(store, shown.id());
        if (known.isEmpty()) {
            dealing(books, shown).requireBegun();
            books.rows().insert(store, shown.id(), shown);
            MalpracticeEvents.reported(books, parties, shown);
        }
        Malpractice before = known.orElse(shown);
        Malpractice after = before.showing(shown);
        if (after != before) {
            books.rows().update(store, shown.id(), after);
        }
        if (after.ending().isPresent() && known.flatMap(Malpractice::ending).isEmpty()) {
            MalpracticeEvents.ended(books, parties, after);
        }
        return DONE;
    }

    private RealDealing dealing(Books books, Malpractice shown) {
        Malpractice.Report report = shown.report();
        return owner(shown)
                .flatMap(owner -> owner.find(books.rows(), report.dealing(), reporter(shown), agent(shown)))
                .filter(dealing -> dealing.isBetween(report.reporter(), report.reported()))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SUBJECT));
    }

    private Optional<Reportable> owner(Malpractice shown) {
        return Reportable.of(owners, shown.report().kind());
    }

    private static Did reporter(Malpractice shown) {
        return shown.report().reporter();
    }

    private static AgentId agent(Malpractice shown) {
        return shown.report().reported().agent();
    }
}
