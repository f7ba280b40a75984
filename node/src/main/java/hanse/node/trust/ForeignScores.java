package hanse.node.trust;

import hanse.federation.v1.ResolveAgentResponse;
import hanse.node.call.RegistryId;
import java.util.concurrent.CompletionStage;

/// Asks a peer what it says of one of its agents. Fails with `UNKNOWN_PEER`, `PEER_PENDING`, `PEER_SUSPENDED`,
/// `PEER_REMOVED`, `PEER_UNREACHABLE`, or with what the peer answered.
@FunctionalInterface
public interface ForeignScores {
    CompletionStage<ResolveAgentResponse> ask(RegistryId home, String did);
}
