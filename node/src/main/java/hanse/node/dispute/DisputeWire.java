package hanse.node.dispute;

import hanse.dispute.v1.DisputeRecord;
import hanse.dispute.v1.Effect;
import hanse.dispute.v1.Snapshot;
import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.WireTime;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// Disputes as messages.
final class DisputeWire {
    private DisputeWire() {}

    static hanse.dispute.v1.Dispute folder(Disputes.Folder folder, Parties parties) {
        hanse.dispute.v1.Dispute.Builder wire = dispute(folder.dispute()).toBuilder();
        folder.evidence().forEach(evidence -> wire.addEvidence(evidence(evidence)));
        folder.opinions().forEach(opinion -> wire.addOpinions(opinion(opinion, parties)));
        folder.recommendation().ifPresent(recommendation -> wire.setRecommendation(recommendation(recommendation)));
        return wire.build();
    }

    static hanse.dispute.v1.Dispute dispute(Dispute dispute) {
        Dispute.Filing filing = dispute.filing();
        hanse.dispute.v1.Dispute.Builder wire = hanse.dispute.v1.Dispute.newBuilder()
                .setDisputeId(dispute.id().toString())
                .setStatus(
                        hanse.dispute.v1.Dispute.Status.valueOf(dispute.state().name()))
                .setSubject(subject(filing.subject()))
                .setComplainant(filing.complainant().toString())
                .setDefendant(filing.defendant().toString())
                .setGrounds(hanse.dispute.v1.Dispute.Grounds.valueOf(
                        filing.grounds().name()))
                .setReason(filing.reason())
                .setAmount(filing.claimed().toString())
                .setSnapshot(snapshot(filing.snapshot()))
                .setFiledAt(WireTime.of(filing.at()))
                .setRuleBy(WireTime.of(filing.ruleBy()))
                .setComplainantEvidence(dispute.evidenced().byComplainant())
                .setDefendantEvidence(dispute.evidenced().byDefendant());
        dispute.votingAt().ifPresent(at -> wire.setVotingAt(WireTime.of(at)));
        dispute.closing().ifPresent(closing -> {
            wire.setClosedAt(WireTime.of(closing.at()))
                    .setClosing(hanse.dispute.v1.Dispute.Closing.valueOf(
                            closing.how().name()))
                    .setRuling(ruling(closing.ruling()))
                    .setRulingNote(closing.note());
            if (closing.ruling().equals(Optional.of(Ruling.IN_FAVOR_OF_COMPLAINANT))) {
                wire.setAwarded(closing.awarded().toString());
            }
        });
        dispute.effect().ifPresent(effect -> wire.setEffect(effect(effect)));
        return wire.build();
    }

    private static Snapshot snapshot(Dealing dealing) {
        return Snapshot.newBuilder()
                .setState(dealing.state())
                .setCaptured(dealing.captured().toString())
                .setHeld(dealing.held().toString())
                .setInFlight(dealing.inFlight().toString())
                .build();
    }

    private static Effect effect(Dispute.Effect effect) {
        return Effect.newBuilder()
                .setReturned(effect.returned().toString())
                .setCompensated(effect.compensated().toString())
                .setMitigated(effect.mitigated().toString())
                .setFailure(effect.failure().map(Enum::name).orElse(""))
                .setAt(WireTime.of(effect.at()))
                .setPending(effect.isPending())
                .build();
    }

    static hanse.dispute.v1.Evidence evidence(Evidence evidence) {
        return hanse.dispute.v1.Evidence.newBuilder()
                .setEvidenceId(evidence.id().toString())
                .setAuthor(evidence.author().toString())
                .setStatement(evidence.statement())
                .setReference(evidence.reference())
                .setReferenceHash(evidence.referenceHash().map(Evidence::hex).orElse(""))
                .setStance(hanse.dispute.v1.Evidence.Stance.valueOf(
                        evidence.stance().name()))
                .addAllAttestationIds(
                        evidence.attestations().stream().map(UUID::toString).toList())
                .setSubmittedAt(WireTime.of(evidence.submittedAt()))
                .setHash(Evidence.hex(evidence.hash()))
                .build();
    }

    static hanse.dispute.v1.Opinion opinion(Opinion opinion, Parties parties) {
        hanse.dispute.v1.Opinion.Builder wire = hanse.dispute.v1.Opinion.newBuilder()
                .setArbiter(parties.did(opinion.arbiter()).toString())
                .setRuling(ruling(opinion.ruling()))
                .setNote(opinion.note());
        opinion.at().ifPresent(at -> wire.setAt(WireTime.of(at)));
        return wire.build();
    }

    private static hanse.dispute.v1.Recommendation recommendation(Recommendation recommendation) {
        return hanse.dispute.v1.Recommendation.newBuilder()
                .setRuling(ruling(recommendation.ruling()))
                .setRule(recommendation.rule().map(Enum::name).orElse(""))
                .setBecause(recommendation
                        .rule()
                        .map(Recommendation.Rule::because)
                        .orElse("The facts that this registry holds do not suffice."))
                .build();
    }

    static DisputeRecord record(Did agent, DisputeTally tally) {
        return DisputeRecord.newBuilder()
                .setAgent(agent.toString())
                .setFiled(tally.filed())
                .setFiledAndWon(tally.filedAndWon())
                .setFiledAndLost(tally.filedAndLost())
                .setFiledAndDismissed(tally.filedAndDismissed())
                .setFiledAndWithdrawn(tally.filedAndWithdrawn())
                .setDefended(tally.defended())
                .setDefendedAndLost(tally.defendedAndLost())
                .build();
    }

    static hanse.dispute.v1.Ruling ruling(Optional<Ruling> ruling) {
        return ruling.map(given -> hanse.dispute.v1.Ruling.valueOf(given.name()))
                .orElse(hanse.dispute.v1.Ruling.RULING_UNSPECIFIED);
    }

    static Ruling ruling(hanse.dispute.v1.Ruling ruling) {
        return Ruling.valueOf(ruling.name());
    }

    static hanse.dispute.v1.Subject subject(Subject subject) {
        return hanse.dispute.v1.Subject.newBuilder()
                .setKind(hanse.dispute.v1.Subject.Kind.valueOf(subject.kind().name()))
                .setId(subject.id().toString())
                .setMilestoneId(subject.part())
                .build();
    }

    /// Refuses with `MILESTONE_REQUIRED` a milestone without a name, and with `UNKNOWN_SUBJECT` a name of one where
    /// there is none.
    static Subject subject(hanse.dispute.v1.Subject subject) {
        Subject.Kind kind = Subject.Kind.valueOf(subject.getKind().name());
        boolean isMilestone = kind == Subject.Kind.MILESTONE;
        if (isMilestone == subject.getMilestoneId().isEmpty()) {
            throw new RefusedException(isMilestone ? Reason.MILESTONE_REQUIRED : Reason.UNKNOWN_SUBJECT);
        }
        return new Subject(kind, UUID.fromString(subject.getId()), subject.getMilestoneId());
    }

    /// @param hex 64 digits, or empty for none
    static Optional<byte[]> hash(String hex) {
        return hex.isEmpty() ? Optional.empty() : Optional.of(HexFormat.of().parseHex(hex));
    }
}
