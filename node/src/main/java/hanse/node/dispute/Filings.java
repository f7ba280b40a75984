package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Rows;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// How a dispute about a dealing that this registry keeps begins, whichever registry its complainant has asked.
final class Filings {
    private final Parties parties;
    private final List<Disputable> owners;
    private final Claims claims;
    private final DisputeEvents events;
    private final DisputeStore store = new DisputeStore();
    private final Docket docket = new Docket();

    Filings(Parties parties, List<Disputable> owners, Claims claims, DisputeEvents events) {
        this.parties = parties;
        this.owners = owners;
        this.claims = claims;
        this.events = events;
    }

    /// Asks for the rows that [#file] changes.
    void want(Rows rows, Subject subject) {
        docket.want(rows, subject);
        Disputable.of(owners, subject.kind()).ifPresent(owner -> owner.rows(rows, subject));
    }

    /// Disputes a dealing and freezes it. Before it changes anything it refuses with `UNKNOWN_SUBJECT`,
    /// `UNKNOWN_MILESTONE`, `NOT_YOURS`, `SUBJECT_NOT_DISPUTABLE`, `FILING_WINDOW_CLOSED`, `ALREADY_DISPUTED`,
    /// `NOTHING_TO_RECOVER`, `CLAIM_TOO_LARGE`, `FOREIGN_AGENT`.
    ///
    /// @param id new in the world
    Dispute file(Books books, UUID id, Did complainant, Complaint complaint) {
        Subject subject = complaint.subject();
        Rows rows = books.rows();
        Disputable owner =
                Disputable.of(owners, subject.kind()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SUBJECT));
        Did defendant = owner.defendant(rows, subject, complainant, books.now());
        if (!parties.isLocal(defendant) && !claims.reaches(defendant.registry())) {
            throw new RefusedException(Reason.FOREIGN_AGENT);
        }
        Dealing dealing = owner.dealing(rows, subject, complainant, books.now());
        Dealing whole = owner.dealing(rows, subject.whole(), complainant, books.now());
        docket.requireFree(rows, subject);
        Avt left = docket.claimable(rows, subject, dealing, whole);
        Dispute dispute = Dispute.filed(
                id,
                subject,
                complainant,
                defendant,
                complaint.grounds(),
                complaint.reason(),
                Docket.claim(left, complaint.amount()),
                dealing,
                books.now());
        docket.open(rows, subject, id);
        owner.freeze(books, subject, id);
        rows.insertFresh(store, id, dispute);
        events.post(
                books,
                EntryKind.DISPUTE_FILED,
                dispute,
                Map.of(
                        "subject_kind",
                        subject.kind().name(),
                        "subject_id",
                        subject.id().toString(),
                        "milestone_id",
                        subject.part(),
                        "subject_state",
                        dealing.state(),
                        "captured",
                        dealing.captured().toString(),
                        "held",
                        dealing.held().toString(),
                        "amount",
                        dispute.filing().claimed().toString()));
        return dispute;
    }
}
