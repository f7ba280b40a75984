package hanse.node.settlement;

import hanse.error.v1.Reason;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Claim;
import hanse.node.dispute.Claims;
import hanse.node.dispute.Notices;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.Optional;

/// Claims of a registry without peers: the whole saga is one commit, and only its steps are kept.
public final class Here implements Claims {
    private final SettlementBook book;

    public Here(Parties parties) {
        this.book = new SettlementBook(parties);
    }

    @Override
    public boolean reaches(RegistryId home) {
        return false;
    }

    @Override
    public void rows(Rows rows, RegistryId home) {}

    @Override
    public void settledHere(Books books, Claim claim, Avt burned, Avt mitigated, Optional<Reason> failure) {
        Settlement pending =
                Settlement.pending(claim.dispute(), Settlement.Role.LOCAL, Optional.empty(), claim, books.now());
        Settlement opened = book.open(books, pending, Step.NODE, Optional.empty(), "");
        Settlement slashing = book.pass(books, opened, Settlement.State.SLASHING, Step.NODE);
        if (failure.isPresent()) {
            book.change(
                    books,
                    slashing.failed(failure.get(), books.now()),
                    Step.NODE,
                    Optional.empty(),
                    failure.get().name());
        } else {
            Settlement slashed = book.change(
                    books, slashing.slashed(burned, mitigated), Step.NODE, Optional.empty(), "burned " + burned);
            book.change(books, slashed.settled(books.now()), Step.NODE, Optional.empty(), "minted " + burned);
        }
    }

    @Override
    public void requireRoom(Books books, Claim claim) {
        throw new RefusedException(Reason.FOREIGN_AGENT);
    }

    @Override
    public void ask(Books books, Claim claim, Notices.Change ruled, String traceparent) {
        requireRoom(books, claim);
    }
}
