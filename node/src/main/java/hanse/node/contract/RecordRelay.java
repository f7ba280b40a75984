package hanse.node.contract;

import hanse.federation.v1.Outcome;
import hanse.node.federation.Frames;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerMessages;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Records what has become of a change that was passed on, and the contract as it stands with it. A repeat changes
/// nothing.
record RecordRelay(RelayStore relays, MirrorStore mirrors, PeerMessages messages, Outgoing asked, Outcome outcome)
        implements InternalCommand<Relay> {
    @Override
    public void rows(Rows rows) {
        rows.want(relays, asked.id());
        shown().ifPresent(contract -> rows.want(mirrors, contract));
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Relay decide(Books books) {
        messages.answered(books, asked);
        Relay open = books.rows()
                .get(relays, asked.id())
                .orElseThrow(() -> new IllegalStateException("a change was passed on that nobody asked for"));
        if (open.state() != Relay.State.ASKED) {
            return open;
        }
        Relay decided = outcome.hasAccepted()
                ? open.accepted()
                : open.refused(Frames.reason(outcome.getRefused().getReason()));
        books.rows().update(relays, asked.id(), decided);
        shown().filter(open.contract()::equals)
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
