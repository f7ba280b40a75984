package hanse.node.payment;

import hanse.node.federation.PeerPosition;
import hanse.node.federation.PeerPositionStore;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;

/// Takes back the headroom of a payment of a peer that its issuer has given back by now. Should it be paid all the
/// same, that is a credit like any other. Answers whether it did; a repeat finds nothing to do.
record LapseCommand(ForeignPaymentStore store, PeerPositionStore positions, ForeignPayment.Key key)
        implements InternalCommand<Boolean> {
    @Override
    public void rows(Rows rows) {
        rows.want(positions, key.issuer());
        rows.want(store, key);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Boolean decide(Books books) {
        Optional<ForeignPayment> payment =
                books.rows().get(store, key).filter(found -> found.state() == ForeignPayment.State.CONSUMED);
        if (payment.isEmpty()) {
            return false;
        }
        PeerPosition position = books.rows().get(positions, key.issuer()).orElseThrow();
        books.rows()
                .update(positions, key.issuer(), position.release(payment.get().reserved()));
        books.rows().update(store, key, payment.get().lapsed(books.now()));
        return true;
    }
}
