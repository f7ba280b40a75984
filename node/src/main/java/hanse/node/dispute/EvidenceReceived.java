package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.Optional;

/// Evidence of a party, from its home. Refuses with `MESSAGE_REFUSED`, `UNKNOWN_DISPUTE`, `EVIDENCE_CLOSED`,
/// `TOO_MUCH_EVIDENCE`.
final class EvidenceReceived implements Decision {
    private final Disputes disputes;
    private final Optional<Evidence> filed;

    EvidenceReceived(Disputes disputes, Incoming message) {
        this.disputes = disputes;
        this.filed = EvidenceWire.passedOn(message);
    }

    @Override
    public void rows(Rows rows) {
        filed.ifPresent(piece -> disputes.wantToFile(rows, piece));
    }

    @Override
    public Verdict decide(Books books) {
        disputes.file(books, filed.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED)));
        return DONE;
    }
}
