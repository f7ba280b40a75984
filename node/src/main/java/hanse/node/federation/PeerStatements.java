package hanse.node.federation;

import hanse.federation.v1.ExchangeStatementsRequest;
import hanse.federation.v1.ExchangeStatementsResponse;
import hanse.federation.v1.ListCreditsRequest;
import hanse.federation.v1.ListCreditsResponse;
import hanse.federation.v1.ShowTotalsResponse;
import hanse.node.call.RegistryId;
import io.grpc.Status;

/// Answers peers that compare their books with ours. May fail with a [io.grpc.StatusRuntimeException], which reaches
/// the peer as it is.
public interface PeerStatements {
    /// Of a registry that does not compare.
    PeerStatements NONE = new PeerStatements() {
        @Override
        public ExchangeStatementsResponse close(RegistryId peer, ExchangeStatementsRequest request) {
            throw Status.UNIMPLEMENTED.asRuntimeException();
        }

        @Override
        public ListCreditsResponse list(RegistryId peer, ListCreditsRequest request) {
            throw Status.UNIMPLEMENTED.asRuntimeException();
        }

        @Override
        public ShowTotalsResponse totals(RegistryId peer) {
            throw Status.UNIMPLEMENTED.asRuntimeException();
        }
    };

    /// The peer closes a day of its transfers to us.
    ExchangeStatementsResponse close(RegistryId peer, ExchangeStatementsRequest request);

    /// The peer looks for a difference.
    ListCreditsResponse list(RegistryId peer, ListCreditsRequest request);

    /// The peer asks for all that has passed.
    ShowTotalsResponse totals(RegistryId peer);
}
