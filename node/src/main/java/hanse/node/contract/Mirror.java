package hanse.node.contract;

import hanse.contract.v1.Contract;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.Terms;
import hanse.federation.v1.CreditTransfer;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/// A contract that a peer keeps, as it was there last; its provider is of this registry. Pure.
///
/// @param shown without the terms
/// @param accepted whether its provider has asked to accept it, here: before that it is owed and paid nothing under it
/// @param credited what its provider has been paid for each milestone, by this registry's own books, in their order
record Mirror(
        UUID id,
        RegistryId registry,
        AgentId provider,
        Instant createdAt,
        Terms terms,
        Contract shown,
        boolean accepted,
        List<Avt> credited) {
    static Mirror offered(UUID id, RegistryId registry, AgentId provider, Instant now, Contract offered) {
        return new Mirror(
                id,
                registry,
                provider,
                now,
                offered.getTerms(),
                offered.toBuilder().clearTerms().build(),
                false,
                Collections.nCopies(offered.getTerms().getMilestonesCount(), Avt.ZERO));
    }

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
        return new Mirror(id, registry, provider, createdAt, terms, merged.build(), accepted, credited);
    }

    /// Its provider asks to accept it: the peer may know of that before it is known here what came of it.
    Mirror askedToAccept() {
        return new Mirror(id, registry, provider, createdAt, terms, shown, true, credited);
    }

    /// Whether a transfer pays one of its milestones, from the one party to the other.
    boolean isPaidBy(RegistryId peer, CreditTransfer credit) {
        return accepted
                && registry.equals(peer)
                && credit.getPayer().equals(terms.getContractor())
                && credit.getPayee().equals(terms.getProvider())
                && credit.getMilestone() >= 1
                && credit.getMilestone() <= terms.getMilestonesCount();
    }

    /// The provider has been paid for a milestone.
    ///
    /// @param number from 1
    Mirror credited(int number, Avt amount) {
        List<Avt> more = new ArrayList<>(credited);
        more.set(number - 1, more.get(number - 1).plus(amount));
        return new Mirror(id, registry, provider, createdAt, terms, shown, accepted, List.copyOf(more));
    }

    /// What the provider has been paid under it.
    ///
    /// @param milestone empty for all of them; nothing for one that it does not have
    Avt received(String milestone) {
        return IntStream.range(0, credited.size())
                .filter(i -> milestone.isEmpty()
                        || Proposal.milestones(terms).get(i).name().equals(milestone))
                .mapToObj(credited::get)
                .reduce(Avt.ZERO, Avt::plus);
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
