package hanse.node.malpractice;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.identity.Notes;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.TradeParties;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/// What happens to a record, in the journal: the audit trail, which its parties of this registry may watch.
final class MalpracticeEvents {
    private MalpracticeEvents() {}

    static void reported(Books books, Parties parties, Malpractice record) {
        Malpractice.Report report = record.report();
        post(
                books,
                parties,
                EntryKind.MALPRACTICE_REPORTED,
                record,
                Map.of(
                        "dealing_kind",
                        report.kind().name(),
                        "dealing_id",
                        report.dealing().toString(),
                        "grounds",
                        report.grounds().name(),
                        "hash",
                        HexFormat.of().formatHex(record.hash())));
    }

    static void answered(Books books, Parties parties, Malpractice record) {
        post(
                books,
                parties,
                EntryKind.MALPRACTICE_ANSWERED,
                record,
                Map.of("hash", HexFormat.of().formatHex(record.answerHash())));
    }

    static void ended(Books books, Parties parties, Malpractice record) {
        Malpractice.Ending ending = record.ending().orElseThrow();
        EntryKind kind = ending.how() == Malpractice.State.STRUCK
                ? EntryKind.MALPRACTICE_STRUCK
                : EntryKind.MALPRACTICE_WITHDRAWN;
        post(books, parties, kind, record, ending.note().isEmpty() ? Map.of() : Map.of("reason", ending.note()));
    }

    private static void post(
            Books books, Parties parties, EntryKind kind, Malpractice record, Map<String, String> details) {
        books.post(Posting.event(kind, record.id(), Notes.json(details))
                .between(new TradeParties(
                        local(parties, record.report().reporter()),
                        local(parties, record.report().reported()))));
    }

    private static Optional<AgentId> local(Parties parties, Did party) {
        return parties.isLocal(party) ? Optional.of(party.agent()) : Optional.empty();
    }
}
