package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.federation.v1.Outcome;
import hanse.node.call.RegistryId;
import hanse.node.federation.Federation;
import hanse.node.federation.Frames;
import hanse.node.federation.Outgoing;
import hanse.node.federation.Relay;
import hanse.node.identity.Notes;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Records what the peer that keeps a dispute has made of its filing or withdrawal, and the dispute as it stands with
/// it. A repeat changes nothing.
///
/// @param dispute the peer's id of it
/// @param kind what has happened if the peer accepts
record RecordPassedOn(
        Federation federation,
        RegistryId self,
        MirrorStore mirrors,
        Outgoing asked,
        Outcome outcome,
        UUID dispute,
        EntryKind kind)
        implements InternalCommand<Relay> {
    private Mirror.Key key() {
        return new Mirror.Key(dispute, asked.peer());
    }

    @Override
    public void rows(Rows rows) {
        rows.want(federation.positions(), asked.peer());
        federation.relays().want(rows, asked);
        rows.want(mirrors, key());
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Relay decide(Books books) {
        federation.messages().answered(books, asked);
        Relay open = federation.relays().find(books, asked);
        if (!open.isOpen()) {
            return open;
        }
        Relay decided = outcome.hasAccepted()
                ? accepted(books, open)
                : open.refused(Frames.reason(outcome.getRefused().getReason()));
        federation.relays().record(books, decided);
        return decided;
    }

    /// What the peer shows must be the dispute that was asked for.
    private Relay accepted(Books books, Relay open) {
        Mirror known = books.rows().get(mirrors, key()).orElseThrow();
        Optional<Mirror> shown = EvidenceWire.mirror(
                        asked.peer(), self, outcome.getAccepted().getDispute())
                .filter(known::isOf);
        if (shown.isEmpty()) {
            return open.refused(Reason.MESSAGE_REFUSED);
        }
        Mirror told = known.told(shown.get());
        if (!told.equals(known)) {
            books.rows().update(mirrors, key(), told);
        }
        books.post(Posting.event(
                        kind, dispute, Notes.json(Map.of("kept_by", asked.peer().value())))
                .between(TradeParties.payee(Optional.of(known.agent()))));
        return open.accepted();
    }
}
