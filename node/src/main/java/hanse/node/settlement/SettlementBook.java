package hanse.node.settlement;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.identity.Notes;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Writes settlements: each change together with its step and its entry in the journal.
final class SettlementBook {
    private final Parties parties;
    private final SettlementStore store = new SettlementStore();
    private final StepStore steps = new StepStore();

    SettlementBook(Parties parties) {
        this.parties = parties;
    }

    void want(Rows rows, UUID id) {
        rows.want(store, id);
    }

    Optional<Settlement> find(Rows rows, UUID id) {
        return rows.get(store, id);
    }

    /// A new one.
    ///
    /// @param message between the registries, if there was one
    Settlement open(Books books, Settlement settlement, String by, Optional<UUID> message, String note) {
        Settlement opened = settlement.stepped();
        books.rows().insertFresh(store, opened.id(), opened);
        record(books, opened, opened.state(), by, message, note);
        return opened;
    }

    /// One that has changed, or of which something is to be remembered.
    Settlement change(Books books, Settlement settlement, String by, Optional<UUID> message, String note) {
        return change(books, settlement, settlement.state(), by, message, note);
    }

    /// The same for a state that it only passes through.
    Settlement pass(Books books, Settlement settlement, Settlement.State through, String by) {
        return change(books, settlement, through, by, Optional.empty(), "");
    }

    private Settlement change(
            Books books,
            Settlement settlement,
            Settlement.State state,
            String by,
            Optional<UUID> message,
            String note) {
        Settlement next = settlement.stepped();
        books.rows().update(store, next.id(), next);
        record(books, next, state, by, message, note);
        return next;
    }

    private void record(
            Books books,
            Settlement settlement,
            Settlement.State state,
            String by,
            Optional<UUID> message,
            String note) {
        books.rows()
                .insertFresh(
                        steps,
                        new StepStore.Key(settlement.id(), settlement.steps()),
                        new Step(settlement.id(), settlement.steps(), books.now(), state, by, message, note));
        books.post(Posting.event(
                        EntryKind.DISPUTE_SETTLEMENT,
                        settlement.id(),
                        Notes.json(Map.of(
                                "status",
                                state.name(),
                                "dispute_id",
                                settlement.claim().dispute().toString(),
                                "requested",
                                settlement.claim().amount().toString(),
                                "burned",
                                settlement.burned().toString(),
                                "by",
                                by)))
                .between(new TradeParties(
                        local(settlement.claim().complainant()),
                        local(settlement.claim().defendant()))));
    }

    private Optional<AgentId> local(Did party) {
        return parties.isLocal(party) ? Optional.of(party.agent()) : Optional.empty();
    }
}
