package hanse.node.dispute;

import hanse.federation.v1.DisputeNotice;
import hanse.node.call.Did;
import hanse.node.ledger.Books;
import java.util.Optional;

/// Who tells the home of a party on a peer what becomes of its dispute, in the transaction of the change.
public interface Notices {
    /// Of a registry without peers: every party is of this one.
    Notices NONE = (books, party, change) -> {};

    /// @param version rises with each change
    /// @param dispute without evidence
    /// @param evidence that was filed with this change
    record Change(long version, hanse.dispute.v1.Dispute dispute, Optional<hanse.dispute.v1.Evidence> evidence) {
        /// As a peer is told of it.
        public DisputeNotice notice() {
            DisputeNotice.Builder notice =
                    DisputeNotice.newBuilder().setVersion(version).setDispute(dispute);
            evidence.ifPresent(notice::setEvidence);
            return notice.build();
        }
    }

    /// A dispute has changed. Nothing is to be done for a party of this registry.
    void changed(Books books, Did party, Change change);
}
