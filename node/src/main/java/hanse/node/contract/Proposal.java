package hanse.node.contract;

import com.google.protobuf.Timestamp;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Currency;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Terms that a contractor has signed, read and checked.
final class Proposal {
    /// In bytes, as a serialized message.
    private static final int LONGEST = 48 * 1024;

    private static final Duration LONGEST_TO_ACCEPT = Duration.ofDays(90);
    private static final Duration SHORTEST_REVIEW = Duration.ofHours(1);
    private static final Duration USUAL_REVIEW = Duration.ofDays(3);

    /// From 1970 to the year 9999, in seconds: what PostgreSQL and calendars can say.
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private Proposal() {}

    /// Reads terms that a caller proposes. Refuses with `BAD_TERMS`, `BAD_DID`, `SELF_TRANSFER`, `BAD_AMOUNT`,
    /// `UNKNOWN_CURRENCY`.
    ///
    /// @param self this registry
    static Agreement read(SignedTerms proposed, RegistryId self, AgentId contractor, Instant now) {
        Terms terms = proposed.terms();
        Currency.require(terms.getCurrency());
        Did provider = Did.parse(terms.getProvider());
        if (provider.equals(new Did(self, contractor))) {
            throw new RefusedException(Reason.SELF_TRANSFER);
        }
        Agreement agreement = stored(proposed, contractor, now);
        boolean fits = terms.getRegistryId().equals(self.value())
                && terms.getContractor().equals(new Did(self, contractor).toString())
                && agreement.acceptBy().isAfter(now)
                && !agreement.acceptBy().isAfter(now.plus(LONGEST_TO_ACCEPT))
                && agreement.reviewWindow().compareTo(SHORTEST_REVIEW) >= 0;
        if (!fits) {
            throw new RefusedException(Reason.BAD_TERMS);
        }
        return agreement;
    }

    /// Refuses with `BAD_TERMS` what cannot be written down, or contradicts itself, whoever proposes it.
    static void requireSound(Terms terms) {
        if (!areSound(terms)) {
            throw new RefusedException(Reason.BAD_TERMS);
        }
    }

    /// Refuses with `BAD_TERMS` a contract without an id; at the edge the definition's rules see to that.
    static void requireIdentified(Terms terms) {
        try {
            var unused = UUID.fromString(terms.getContractId());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_TERMS);
        }
    }

    private static boolean areSound(Terms terms) {
        Set<String> names = new HashSet<>();
        for (MilestoneTerms milestone : terms.getMilestonesList()) {
            boolean isNew = names.add(name(milestone, names.size() + 1));
            if (!isNew || (milestone.hasDueAt() && !isSound(milestone.getDueAt()))) {
                return false;
            }
        }
        return terms.getSerializedSize() <= LONGEST
                && terms.getFunding() != Terms.Funding.UNRECOGNIZED
                && isSound(terms.getAcceptBy());
    }

    private static boolean isSound(Timestamp time) {
        return time.getSeconds() >= 0
                && time.getSeconds() <= LATEST
                && time.getNanos() >= 0
                && time.getNanos() < 1_000_000_000;
    }

    /// What terms say, without asking whether they may.
    static Agreement stored(SignedTerms proposed, AgentId contractor, Instant createdAt) {
        Terms terms = proposed.terms();
        Duration review = Duration.ofSeconds(terms.getReviewWindowSeconds());
        return new Agreement(
                UUID.fromString(terms.getContractId()),
                contractor,
                Did.parse(terms.getProvider()),
                terms.getFunding() == Terms.Funding.ESCROWED,
                total(terms),
                review.isZero() ? USUAL_REVIEW : review,
                WireTime.instant(terms.getAcceptBy()),
                proposed,
                createdAt);
    }

    /// The milestones of terms, with nothing done yet. Refuses with `BAD_AMOUNT`.
    static List<Milestone> milestones(Terms terms) {
        List<Milestone> milestones = new ArrayList<>(terms.getMilestonesCount());
        for (MilestoneTerms milestone : terms.getMilestonesList()) {
            int number = milestones.size() + 1;
            milestones.add(Milestone.due(
                    number,
                    name(milestone, number),
                    Avt.parse(milestone.getAmount()),
                    milestone.hasDueAt() ? Optional.of(WireTime.instant(milestone.getDueAt())) : Optional.empty()));
        }
        return milestones;
    }

    private static Avt total(Terms terms) {
        Avt total = Avt.ZERO;
        for (MilestoneTerms milestone : terms.getMilestonesList()) {
            total = total.plus(Avt.parse(milestone.getAmount()));
        }
        if (total.compareTo(Avt.MAX) > 0) {
            throw new RefusedException(Reason.BAD_AMOUNT);
        }
        return total;
    }

    private static String name(MilestoneTerms milestone, int number) {
        return milestone.getMilestoneId().isEmpty() ? Integer.toString(number) : milestone.getMilestoneId();
    }
}
