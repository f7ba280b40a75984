package hanse.node.contract;

import hanse.federation.v1.Outcome;
import hanse.node.federation.Frames;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerMessages;
import hanse.node.federation.Relay;
import hanse.node.federation.Relays;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Records what has become of a change that was passed on, and the contract as it stands with it. A repeat changes
/// nothing.
record RecordRelay(Relays relays, MirrorStore mirrors, PeerMessages messages, Outgoing asked, Outcome outcome)
        implements InternalCommand<Relay> {
    @Override
    public void rows(Rows rows) {
        relays.want(rows, asked);
        shown().ifPresent(contract -> rows.want(mirrors, contract));
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Relay decide(Books books) {
        messages.answered(books, asked);
        Relay open = relays.find(books, asked);
        if (!open.isOpen()) {
            return open;
        }
        Relay decided = outcome.hasAccepted()
                ? open.accepted()
                : open.refused(Frames.reason(outcome.getRefused().getReason()));
        relays.record(books, decided);
        shown().filter(open.about()::equals)
                .flatMap(contract -> books.rows().get(mirrors, contract))
                .filter(mirror -> mirror.registry().equals(asked.peer()))
                .ifPresent(mirror -> ChangeReceived.update(
                        books, mirrors, mirror, outcome.getAccepted().getContract()));
        return decided;
    }

    /// The contract that the outcome shows.
    private Optional<UUID> shown() {
        return outcome.hasAccepted() ? ChangeReceived.id(outcome.getAccepted().getContract()) : Optional.empty();
    }
}
