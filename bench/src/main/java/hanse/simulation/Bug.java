package hanse.simulation;

import java.util.List;

/// Faults that are put into the node's code to see whether the simulation finds them: each takes a guard away that the
/// money rests on. The code itself knows nothing of them; what is changed is a copy of its source.
enum Bug {
    /// A message that comes twice is decided twice.
    NO_DEDUPE(
            "federation/ReceiveMessage",
            change("if (rows.get(inbox, key()).isEmpty()) {", "if (message != null) {"),
            change(
                    "Optional<InboxStore.Decided> stored = books.rows().get(inbox, key());",
                    "Optional<InboxStore.Decided> stored = Optional.empty();"),
            change(
                    "books.rows().insert(inbox, key(), new InboxStore.Decided(key(), decided, credited(decided)));",
                    "if (books.rows().get(inbox, key()).isEmpty()) {"
                            + " books.rows().insert(inbox, key(), new InboxStore.Decided(key(), decided, credited(decided))); }")),
    /// A refusal is forgotten, and may be an acceptance the next time.
    REFUSAL_NOT_STORED(
            "federation/ReceiveMessage",
            change(
                    "books.rows().insert(inbox, key(), new InboxStore.Decided(key(), decided, credited(decided)));",
                    "if (decided.hasAccepted()) {"
                            + " books.rows().insert(inbox, key(), new InboxStore.Decided(key(), decided, credited(decided))); }")),
    /// Whoever does not answer is taken to have refused.
    REFUND_ON_TIMEOUT(
            "federation/PeerOutbox",
            change(
                    "// When to ask again is the pump's memory; a restart asks at once, which does no harm.",
                    "decided(peer, new VerifiedOutcome(peer, id, hanse.federation.v1.Outcome.newBuilder()"
                            + ".setRefused(hanse.federation.v1.Refused.newBuilder().setReason(\"UNAVAILABLE\")).build(),"
                            + " hanse.federation.v1.SignedOutcome.getDefaultInstance()));")),
    /// Compensation is minted when the home has heard of the slash.
    MINT_BEFORE_CONFIRMATION(
            "settlement/Origin",
            change("""
            rulings.endedRows(rows, id, subject);
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {}
""", """
            rulings.endedRows(rows, id, subject);
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            book.find(rows, id).ifPresent(settlement -> {
                wanted.account(AccountId.of(settlement.claim().complainant().agent()));
                wanted.account(SystemAccount.compensated(asked.peer().value(), wanted.lane()));
            });
        }
"""),
            change(
                    "book.change(books, settlement, by, Optional.of(asked.id()), \"received\");",
                    "book.change(books, settlement, by, Optional.of(asked.id()), \"received\");"
                            + " books.post(Posting.move(EntryKind.DISPUTE_COMPENSATION_MINTED,"
                            + " SystemAccount.compensated(asked.peer().value(), books.lane()).id(),"
                            + " AccountId.of(settlement.claim().complainant().agent()), settlement.claim().amount())"
                            + ".about(settlement.claim().dispute()));")),
    /// What was burned late is not minted any more.
    EXPIRY_TESTED_AT_ORIGIN(
            "settlement/Settlement",
            change(
                    "return role == Role.ORIGIN && !isFinal;",
                    "return role == Role.ORIGIN && !isFinal && state == State.PENDING_SLASH;")),
    /// A transfer is prepared, and its message is only in memory.
    NO_OUTBOX("federation/PeerMessages", change("store.send(books.rows(), outgoing);", "")),
    /// What is done is not remembered, so that a repeat does it again.
    REQUEST_FORGOTTEN(
            "ledger/Writer",
            change("toRemember.add(Remembered.answer(request, pending.command.remember(answer)));", "")),
    /// As much of a peer's money is taken as the peer says.
    EXPOSURE_UNCHECKED(
            "federation/PeerPosition",
            change("if (Math.addExact(net(), more) > limit.micros()) {", "if (limit.micros() < 0) {")),
    /// A payment ends, and its money stays held.
    HOLD_WITHOUT_OWNER(
            "payment/SweepCommand",
            change(
                    "payment.amount())\n                .about(id)",
                    "new hanse.node.ledger.Avt(payment.amount().micros() - 1))\n                .about(id)")),
    /// The home burns what its operator rejected, and says that it did not.
    REJECTED_AND_BURNED(
            "settlement/Home",
            change(
                    "Settlement failed = settlement.failed(why, books.now());",
                    "if (slash.fault(books, claim.defendant().agent(), claim.amount()).isEmpty()) {"
                            + " slash.burn(books, claim.defendant().agent(), settlement.peer().orElseThrow().value(),"
                            + " claim.amount(), settlement.id()); }"
                            + " Settlement failed = settlement.failed(why, books.now());"));

    /// Below the node's sources.
    final String file;

    final List<Change> changes;

    Bug(String file, Change... changes) {
        this.file = file;
        this.changes = List.of(changes);
    }

    /// What stands in the source once, and what is put there.
    record Change(String from, String to) {}

    private static Change change(String from, String to) {
        return new Change(from, to);
    }

    /// The source with the fault in it.
    ///
    /// @throws IllegalStateException when the source has changed so that it does not fit any more
    String plant(String source) {
        String planted = source;
        for (Change change : changes) {
            int at = planted.indexOf(change.from());
            if (at < 0 || planted.indexOf(change.from(), at + 1) >= 0) {
                throw new IllegalStateException(
                        this + " does not fit " + file + " any more: not once there: " + change.from());
            }
            planted = planted.replace(change.from(), change.to());
        }
        return planted;
    }
}
