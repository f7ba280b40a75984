package hanse.node.trust;

import hanse.node.call.RegistryId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.storage.Tx;
import java.util.List;
import java.util.Optional;

/// How dealing with each peer has gone: `bayesian_discount` and what it is made of.
public final class PeerTrusts {
    private final PeerTrustStore store = new PeerTrustStore();

    /// A peer's, known or not.
    public PeerTrust of(Tx tx, RegistryId peer) {
        return store.find(tx, peer).orElse(PeerTrust.none(peer));
    }

    /// Those with which anything has ever ended, by id.
    public List<PeerTrust> all(Tx tx) {
        return store.all(tx);
    }

    /// Asks for the row that [#lost] will change; whether it exists or not.
    public void want(Rows rows, RegistryId peer) {
        rows.want(store, peer);
    }

    /// An agent of the peer has lost a dispute against one of ours.
    public void lost(Books books, RegistryId peer) {
        Optional<PeerTrust> row = books.rows().get(store, peer);
        PeerTrust next = row.orElse(PeerTrust.none(peer)).plus(0, 1);
        if (row.isPresent()) {
            books.rows().update(store, peer, next);
        } else {
            books.rows().insert(store, peer, next);
        }
    }

    PeerTrustStore store() {
        return store;
    }
}
