package hanse.node.contract;

import hanse.contract.v1.Contract;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/// A contract that a peer keeps, as it was there last; its provider is of this registry. Pure.
///
/// @param shown without the terms
record Mirror(UUID id, RegistryId registry, AgentId provider, Instant createdAt, Terms terms, Contract shown) {
    /// Of the peer.
    Did contractor() {
        return Did.parse(terms.getContractor());
    }

    /// As the peer shows it now, unless what is known is newer: order never matters. A text that has not changed stays.
    Mirror showing(Contract next) {
        if (next.getVersion() <= shown.getVersion()) {
            return this;
        }
        List<Milestone> known = shown.getMilestonesList();
        Contract.Builder merged = next.toBuilder().clearTerms().clearMilestones();
        IntStream.range(0, next.getMilestonesCount())
                .mapToObj(
                        i -> i < known.size() ? withTexts(next.getMilestones(i), known.get(i)) : next.getMilestones(i))
                .forEach(merged::addMilestones);
        return new Mirror(id, registry, provider, createdAt, terms, merged.build());
    }

    private static Milestone withTexts(Milestone next, Milestone known) {
        boolean sameWork = next.getSubmission().isEmpty()
                && next.getSubmittedAt().equals(known.getSubmittedAt())
                && next.getRejections() == known.getRejections();
        return sameWork
                ? next.toBuilder()
                        .setSubmission(known.getSubmission())
                        .setRejection(known.getRejection())
                        .build()
                : next;
    }

    /// With everything that is long.
    Contract full() {
        return shown.toBuilder().setTerms(terms).build();
    }

    /// Without.
    Contract basic() {
        Contract.Builder basic = shown.toBuilder();
        basic.getMilestonesBuilderList()
                .forEach(milestone -> milestone.clearSubmission().clearRejection());
        return basic.build();
    }
}
