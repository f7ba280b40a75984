package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.federation.v1.Accepted;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.Optional;

/// A complaint of an agent of a peer about a dealing that this registry keeps, decided as one that was filed here.
/// Refuses with the reasons of [Filings#file], and with `MESSAGE_REFUSED`.
final class FilingReceived implements Decision {
    private final Filings filings;
    private final Incoming message;
    private final Optional<FilingWire.Filed> filed;

    FilingReceived(Filings filings, Incoming message) {
        this.filings = filings;
        this.message = message;
        this.filed = FilingWire.filed(message);
    }

    @Override
    public void rows(Rows rows) {
        filed.ifPresent(known -> filings.want(rows, known.complaint().subject()));
    }

    @Override
    public Verdict decide(Books books) {
        FilingWire.Filed known = filed.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
        Dispute dispute = filings.file(
                books, FilingWire.dispute(message.peer(), message.id()), known.complainant(), known.complaint());
        return new Verdict.Done(Accepted.newBuilder()
                .setDispute(DisputeEvents.change(dispute, Optional.empty()).notice())
                .build());
    }
}
