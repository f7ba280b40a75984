package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.federation.v1.Accepted;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.Optional;

/// A complainant on a peer takes its dispute back. Refuses with `MESSAGE_REFUSED`, `UNKNOWN_DISPUTE`, `NOT_YOURS`,
/// `DISPUTE_CLOSED`.
final class WithdrawalReceived implements Decision {
    private final Rulings rulings;
    private final Optional<FilingWire.Withdrawn> withdrawn;

    WithdrawalReceived(Rulings rulings, Incoming message) {
        this.rulings = rulings;
        this.withdrawn = FilingWire.withdrawn(message);
    }

    @Override
    public void rows(Rows rows) {
        withdrawn.ifPresent(known -> rulings.endedRows(rows, known.dispute(), known.subject()));
    }

    @Override
    public Verdict decide(Books books) {
        FilingWire.Withdrawn known = withdrawn.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
        Dispute dispute = rulings.withdraw(books, known.dispute(), known.subject(), known.complainant());
        return new Verdict.Done(Accepted.newBuilder()
                .setDispute(DisputeEvents.change(dispute, Optional.empty()).notice())
                .build());
    }
}
