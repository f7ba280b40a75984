package hanse.node.trust;

import hanse.node.call.Did;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;

/// A ruling that leaves its mark on a row, as a command of a batch.
record Ruling(LocalTrust trust, Did from, Did to, int satisfactory, int unsatisfactory)
        implements InternalCommand<String> {
    @Override
    public void rows(Rows rows) {
        trust.want(rows, from, to);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public String decide(Books books) {
        trust.record(books, from, to, satisfactory, unsatisfactory);
        return "";
    }
}
