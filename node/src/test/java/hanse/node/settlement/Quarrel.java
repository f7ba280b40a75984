package hanse.node.settlement;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Subject;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.testing.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/// A deal and the disputes about it, one after the other; chance says what is asked for next.
final class Quarrel {
    /// After these there is nothing left to dispute.
    private static final Set<Reason> LAST =
            Set.of(Reason.NOTHING_TO_RECOVER, Reason.FILING_WINDOW_CLOSED, Reason.SUBJECT_NOT_DISPUTABLE);

    private enum Stage {
        FREE,
        OPEN,
        VOTING,
        RULED
    }

    private final Strait strait;
    private final Random chance;
    private final AgentId complainant;
    final AgentId defendant;
    private final List<Subject> subjects;
    private Stage stage = Stage.FREE;
    private String dispute = "";
    private boolean wantsAll;
    private int won;

    Quarrel(Strait strait, Random chance, AgentId complainant, Trade.Deal deal) {
        this.strait = strait;
        this.chance = chance;
        this.complainant = complainant;
        this.defendant = deal.payee();
        this.subjects = new ArrayList<>(deal.subjects());
    }

    /// Nothing more can come of it.
    boolean isSpent() {
        return subjects.isEmpty();
    }

    /// The dispute in which evidence can be filed.
    Optional<String> open() {
        return stage == Stage.OPEN ? Optional.of(dispute) : Optional.empty();
    }

    /// Rulings for the complainant.
    int won() {
        return won;
    }

    /// What is asked for next, perhaps twice.
    ///
    /// @param going disputes that are not over
    List<Act<Dispute>> next(Set<UUID> going) {
        if (stage == Stage.RULED && !going.contains(UUID.fromString(dispute))) {
            stage = Stage.FREE;
        }
        boolean waits = stage == Stage.RULED || stage == Stage.OPEN && chance.nextBoolean();
        if (isSpent() || waits) {
            return List.of();
        }
        String request = strait.newRequest();
        Act<Dispute> act = switch (stage) {
            case FREE -> file(request, subjects.get(chance.nextInt(subjects.size())));
            case OPEN -> chance.nextInt(12) == 0 ? withdraw(request) : vote(request);
            case VOTING -> rule(request);
            case RULED -> throw new IllegalStateException("nothing is asked for after a ruling");
        };
        return chance.nextInt(8) == 0 ? List.of(act, act.again()) : List.of(act);
    }

    private Act<Dispute> file(String request, Subject subject) {
        String amount = wantsAll || chance.nextInt(6) == 0 ? "" : Integer.toString(1 + chance.nextInt(5));
        return new Act<>(
                "file about " + subject.getId() + "/" + subject.getMilestoneId() + " for " + amount,
                () -> strait.demands.file(request, complainant, subject, amount),
                filed -> filed(subject, filed));
    }

    private void filed(Subject subject, Asked<Dispute> filed) {
        if (filed.given().isPresent()) {
            dispute = filed.value().getDisputeId();
            stage = Stage.OPEN;
        } else if (filed.refusal().filter(LAST::contains).isPresent()) {
            subjects.remove(subject);
        } else {
            // Less than that is left.
            wantsAll = filed.refusal().equals(Optional.of(Reason.CLAIM_TOO_LARGE));
        }
    }

    private Act<Dispute> vote(String request) {
        String id = dispute;
        return new Act<>("vote on " + id, () -> strait.demands.vote(request, id), voted -> stage = Stage.VOTING);
    }

    private Act<Dispute> withdraw(String request) {
        String id = dispute;
        return new Act<>(
                "withdraw " + id, () -> strait.demands.withdraw(request, complainant, id), done -> stage = Stage.RULED);
    }

    private Act<Dispute> rule(String request) {
        String id = dispute;
        Ruling ruling = switch (chance.nextInt(10)) {
            case 0 -> Ruling.DISMISSED;
            case 1 -> Ruling.IN_FAVOR_OF_DEFENDANT;
            default -> Ruling.IN_FAVOR_OF_COMPLAINANT;
        };
        boolean wins = ruling == Ruling.IN_FAVOR_OF_COMPLAINANT;
        String award = wins && chance.nextInt(5) == 0 ? "0.700001" : "";
        return new Act<>(
                "rule on " + id + " " + ruling + " " + award,
                () -> strait.demands.rule(request, id, ruling, award),
                ruled -> ruled(ruled, wins));
    }

    private void ruled(Asked<Dispute> ruled, boolean wins) {
        if (ruled.given().isPresent()) {
            stage = Stage.RULED;
            won += wins ? 1 : 0;
        } else if (ruled.refusal().equals(Optional.of(Reason.DISPUTE_NOT_VOTING))) {
            // It was withdrawn, or nobody has ruled in 30 days.
            stage = Stage.RULED;
        }
    }
}
