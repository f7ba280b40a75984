package hanse.node.dispute;

import hanse.node.call.AgentId;
import hanse.node.call.TimePage;
import hanse.node.storage.Tx;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Reads what this registry knows of its agents' disputes that peers keep.
final class Mirrors {
    private final MirrorStore store = new MirrorStore();
    private final MirroredEvidenceStore evidence = new MirroredEvidenceStore();

    /// @param agent only one of its; empty for an operator
    Optional<Mirror> find(Tx tx, UUID id, Optional<AgentId> agent) {
        return store.find(tx, id, agent);
    }

    /// Whether an agent has to answer a dispute of a peer about what it was paid; for as long as the peer may take over
    /// it.
    boolean isAccused(Tx tx, AgentId agent) {
        return store.isAccused(tx, agent, tx.now().minus(Dispute.RULE_BY));
    }

    /// With its evidence, oldest first.
    hanse.dispute.v1.Dispute show(Tx tx, Mirror mirror) {
        return mirror.document().toBuilder()
                .addAllEvidence(evidence.of(tx, mirror.key()).stream()
                        .map(MirroredEvidence::document)
                        .sorted(Comparator.comparing((hanse.dispute.v1.Evidence piece) ->
                                        piece.getSubmittedAt().getSeconds())
                                .thenComparing(piece -> piece.getSubmittedAt().getNanos()))
                        .toList())
                .build();
    }

    /// A page, newest first.
    List<Mirror> list(Tx tx, Optional<AgentId> agent, DisputeFilter filter, Optional<TimePage> before, int limit) {
        return store.list(tx, agent, filter, before, limit);
    }
}
