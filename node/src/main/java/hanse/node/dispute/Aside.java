package hanse.node.dispute;

import hanse.node.call.RefusedException;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a peer tells of its dispute along with something else, which must not fail because of it.
public final class Aside {
    private static final Logger LOG = LoggerFactory.getLogger(Aside.class);

    private final NoticeReceived notice;

    Aside(NoticeReceived notice) {
        this.notice = notice;
    }

    public void rows(Rows rows) {
        notice.rows(rows);
    }

    public void accounts(Rows rows, Wanted wanted) {
        notice.accounts(rows, wanted);
    }

    /// Keeps what is told, if it is the peer's to tell.
    public void hear(Books books) {
        try {
            notice.decide(books);
        } catch (RefusedException refusal) {
            LOG.debug("what a peer tells of its dispute along with a slash is not kept: {}", refusal.reason());
        }
    }
}
