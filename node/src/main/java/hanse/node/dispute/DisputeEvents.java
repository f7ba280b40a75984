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

/// What happens to a dispute: in the journal, which is the audit trail and which its parties of this registry may
/// watch; and told to the home of a party on a peer.
final class DisputeEvents {
    private final Parties parties;
    private final Notices notices;

    DisputeEvents(Parties parties, Notices notices) {
        this.parties = parties;
        this.notices = notices;
    }

    /// The dispute is as it was; somebody was asked for an opinion, or gave one.
    void remark(Books books, EntryKind kind, Dispute dispute, Map<String, String> details) {
        books.post(Posting.event(kind, dispute.id(), Notes.json(details))
                .between(new TradeParties(
                        local(dispute.filing().complainant()),
                        local(dispute.filing().defendant()))));
    }

    /// The dispute has changed.
    void post(Books books, EntryKind kind, Dispute dispute, Map<String, String> details) {
        post(books, kind, dispute, details, Optional.empty());
    }

    /// The same, by a piece of evidence.
    void post(Books books, EntryKind kind, Dispute dispute, Map<String, String> details, Optional<Evidence> evidence) {
        remark(books, kind, dispute, details);
        tell(books, change(dispute, evidence));
    }

    /// Tells the parties' homes.
    void tell(Books books, Notices.Change change) {
        notices.changed(books, Did.parse(change.dispute().getComplainant()), change);
        notices.changed(books, Did.parse(change.dispute().getDefendant()), change);
    }

    /// A dispute as it is told of.
    static Notices.Change change(Dispute dispute, Optional<Evidence> evidence) {
        return new Notices.Change(dispute.version(), DisputeWire.dispute(dispute), evidence.map(DisputeWire::evidence));
    }

    private Optional<AgentId> local(Did party) {
        return parties.isLocal(party) ? Optional.of(party.agent()) : Optional.empty();
    }
}
