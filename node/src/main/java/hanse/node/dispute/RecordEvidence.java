package hanse.node.dispute;

import hanse.federation.v1.Outcome;
import hanse.node.federation.Federation;
import hanse.node.federation.Frames;
import hanse.node.federation.Outgoing;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.UUID;

/// The peer has taken a piece of evidence, or not.
record RecordEvidence(Federation federation, MirroredEvidenceStore evidence, Outgoing asked, Outcome outcome)
        implements InternalCommand<Boolean> {
    private MirroredEvidence.Key key() {
        return new MirroredEvidence.Key(
                UUID.fromString(
                        asked.message().getDisputeEvidence().getEvidence().getEvidenceId()),
                asked.peer());
    }

    @Override
    public void rows(Rows rows) {
        rows.want(federation.positions(), asked.peer());
        rows.want(evidence, key());
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Boolean decide(Books books) {
        federation.messages().answered(books, asked);
        MirroredEvidence sent = books.rows().get(evidence, key()).orElseThrow();
        if (sent.state() == MirroredEvidence.State.SENT) {
            books.rows()
                    .update(
                            evidence,
                            key(),
                            outcome.hasAccepted()
                                    ? MirroredEvidence.filed(key(), sent.dispute(), sent.document())
                                    : sent.refused(
                                            Frames.reason(outcome.getRefused().getReason())));
        }
        return true;
    }
}
