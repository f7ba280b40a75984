package hanse.node.dispute;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.identity.Notes;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.TradeParties;
import java.util.Map;
import java.util.Optional;

/// What happens to a dispute, in the journal: the audit trail, which its parties of this registry may watch.
final class DisputeEvents {
    private DisputeEvents() {}

    static void post(Books books, Parties parties, EntryKind kind, Dispute dispute, Map<String, String> details) {
        books.post(Posting.event(kind, dispute.id(), Notes.json(details))
                .between(new TradeParties(
                        local(parties, dispute.filing().complainant()),
                        local(parties, dispute.filing().defendant()))));
    }

    private static Optional<AgentId> local(Parties parties, Did party) {
        return parties.isLocal(party) ? Optional.of(party.agent()) : Optional.empty();
    }
}
