package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Dealing;
import hanse.node.dispute.Disputable;
import hanse.node.dispute.Subject;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/// Contracts and their milestones as something to dispute: by either party, from the acceptance on. The contractor
/// recovers what is in escrow and what it has paid; the provider gets the pay that is in escrow for it, milestone by
/// milestone and as a whole.
final class DisputableContract implements Disputable {
    private final Changes changes;
    private final MirrorStore mirrors = new MirrorStore();
    private final MilestoneCredits credits = new MilestoneCredits(mirrors);

    DisputableContract(Changes changes) {
        this.changes = changes;
    }

    @Override
    public boolean owns(Subject.Kind kind) {
        return kind == Subject.Kind.CONTRACT || kind == Subject.Kind.MILESTONE;
    }

    @Override
    public void rows(Rows rows, Subject subject) {
        rows.want(changes.store(), subject.id());
    }

    @Override
    public void accounts(Rows rows, Subject subject, Wanted wanted) {
        rows.get(changes.store(), subject.id())
                .ifPresent(contract -> changes.money().payAccounts(contract, wanted));
    }

    @Override
    public Did defendant(Rows rows, Subject subject, Did complainant, Instant now) {
        Contract contract =
                rows.get(changes.store(), subject.id()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SUBJECT));
        Side side = contract.sideOf(complainant, changes.parties().self())
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SUBJECT));
        part(contract, subject);
        contract.requireDisputable(now);
        return switch (side) {
            case CONTRACTOR -> contract.agreement().provider();
            case PROVIDER -> changes.parties().did(contract.agreement().contractor());
        };
    }

    @Override
    public Dealing dealing(Rows rows, Subject subject, Did complainant, Instant now) {
        Contract contract = get(rows, subject);
        List<Milestone> part = part(contract, subject);
        Side side = side(contract, complainant);
        return new Dealing(
                subject.part().isEmpty()
                        ? contract.state().name()
                        : part.getFirst().state().name(),
                side == Side.CONTRACTOR ? sum(part, Milestone::isPaidByContract) : Avt.ZERO,
                held(contract, part, side),
                sum(part, Milestone::isBeingPaidByContract),
                Performances.of(contract, part, side, now));
    }

    @Override
    public void freeze(Books books, Subject subject, UUID dispute) {
        Contract contract = get(books.rows(), subject);
        change(books, contract, contract.frozen(dispute, books.now()));
    }

    @Override
    public void thaw(Books books, Subject subject, UUID dispute) {
        Contract contract = get(books.rows(), subject);
        if (contract.isFrozenBy(dispute)) {
            change(books, contract, contract.thawed(books.now()));
        }
    }

    @Override
    public Avt handable(Books books, Subject subject, Did winner, Avt award) {
        Contract contract = get(books.rows(), subject);
        List<Milestone> part = part(contract, subject);
        Side side = side(contract, winner);
        Avt held = held(contract, part, side);
        if (held.isZero()) {
            return Avt.ZERO;
        }
        return switch (side) {
            case CONTRACTOR -> award.min(held);
            case PROVIDER -> {
                if (award.compareTo(held) < 0) {
                    throw new RefusedException(Reason.AWARD_NOT_WHOLE);
                }
                payable(contract, part)
                        .forEach(milestone -> changes.money().requirePayable(contract, milestone, books));
                yield held;
            }
        };
    }

    @Override
    public Avt hand(Books books, Subject subject, Did winner, Avt award) {
        Avt amount = handable(books, subject, winner, award);
        if (!amount.isZero()) {
            Contract contract = get(books.rows(), subject);
            switch (side(contract, winner)) {
                case CONTRACTOR -> giveBack(books, contract, amount);
                case PROVIDER -> pay(books, contract, part(contract, subject));
            }
        }
        return amount;
    }

    private void giveBack(Books books, Contract contract, Avt amount) {
        changes.money().giveBack(contract, amount, books);
        change(books, contract, contract.returnedByRuling(amount, books.now()));
    }

    private void pay(Books books, Contract before, List<Milestone> part) {
        Contract contract = before;
        for (Milestone milestone : payable(before, part)) {
            contract = changes.money().payAwarded(contract, milestone.awarded(books.now()), books);
        }
        change(books, before, contract);
    }

    /// The unpaid milestones for which there is enough in escrow: an earlier ruling may have left less than they come
    /// to.
    private static List<Milestone> payable(Contract contract, List<Milestone> part) {
        List<Milestone> payable = new ArrayList<>();
        Avt left = contract.escrowed();
        for (Milestone milestone : part) {
            if (!milestone.isPaidOut() && milestone.amount().compareTo(left) <= 0) {
                payable.add(milestone);
                left = left.minus(milestone.amount());
            }
        }
        return payable;
    }

    private void change(Books books, Contract before, Contract after) {
        books.rows().update(changes.store(), after.id(), after);
        changes.tell(books, before, after, "");
    }

    @Override
    public void foreignRows(Rows rows, RegistryId peer, Subject subject, AgentId defendant) {
        credits.rows(rows, subject.id());
    }

    @Override
    public Optional<Avt> received(Rows rows, RegistryId peer, Subject subject, Did complainant, AgentId defendant) {
        return credits.received(rows, peer, subject, complainant, defendant);
    }

    @Override
    public void elsewhereRows(Rows rows, Subject subject) {
        rows.want(mirrors, subject.id());
    }

    @Override
    public Optional<Did> elsewhere(Rows rows, Subject subject, AgentId agent) {
        return rows.get(mirrors, subject.id())
                .filter(mirror -> mirror.provider().equals(agent))
                .map(Mirror::contractor);
    }

    private Contract get(Rows rows, Subject subject) {
        return rows.get(changes.store(), subject.id())
                .orElseThrow(() -> new IllegalStateException("a contract is disputed that does not exist"));
    }

    private Side side(Contract contract, Did party) {
        return contract.sideOf(party, changes.parties().self()).orElseThrow();
    }

    /// The milestones that are disputed. Refuses with `UNKNOWN_MILESTONE`.
    private static List<Milestone> part(Contract contract, Subject subject) {
        return subject.part().isEmpty() ? contract.milestones() : List.of(contract.milestone(subject.part()));
    }

    private static Avt held(Contract contract, List<Milestone> part, Side side) {
        if (side == Side.PROVIDER) {
            return sum(payable(contract, part), milestone -> true);
        }
        Avt unpaid = sum(part, milestone -> !milestone.isPaidOut());
        return contract.escrowed().min(unpaid);
    }

    private static Avt sum(List<Milestone> milestones, Predicate<Milestone> which) {
        return milestones.stream().filter(which).map(Milestone::amount).reduce(Avt.ZERO, Avt::plus);
    }
}
