package hanse.node.identity;

import hanse.federation.v1.ResolveAgentResponse;
import hanse.node.call.RegistryId;
import java.util.concurrent.CompletionStage;

/// Asks a peer for the DID document of one of its agents. Fails with `UNKNOWN_PEER`, `PEER_SUSPENDED`,
/// `PEER_REMOVED`, `PEER_UNREACHABLE`, or with what the peer answered.
@FunctionalInterface
public interface ForeignDids {
    CompletionStage<ResolveAgentResponse> resolve(RegistryId home, String did);
}
