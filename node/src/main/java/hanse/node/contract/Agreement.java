package hanse.node.contract;

import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.ledger.Avt;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/// What was proposed and never changes.
///
/// @param total what all milestones pay together
/// @param reviewWindow how long the contractor of an escrowed contract has to judge what was submitted
record Agreement(
        UUID id,
        AgentId contractor,
        Did provider,
        boolean isEscrowed,
        Avt total,
        Duration reviewWindow,
        Instant acceptBy,
        SignedTerms signedTerms,
        Instant createdAt) {
    Terms terms() {
        return signedTerms.terms();
    }

    byte[] termsHash() {
        return signedTerms.hash();
    }

    /// The contractor's signature.
    Signed signed() {
        return signedTerms.signed();
    }
}
