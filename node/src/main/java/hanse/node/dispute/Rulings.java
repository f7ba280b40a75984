package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.MessageCommand;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Wanted;
import hanse.node.storage.Database;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How disputes end: by a ruling, which is carried out in its own commit wherever the money can be reached, by the
/// complainant's withdrawal, or by time.
public final class Rulings {
    private static final Logger LOG = LoggerFactory.getLogger(Rulings.class);

    private static final int WEIGHT_OF_A_LOSS = 3;
    private static final int SWEEP = 200;

    private final Database database;
    private final GroupCommit commit;
    private final Parties parties;
    private final List<Disputable> owners;
    private final Reputation reputation;
    private final Slash slash;
    private final Claims claims;
    private final DisputeEvents events;
    private final InstantSource clock;
    private final DisputeStore store = new DisputeStore();
    private final Docket docket = new Docket();

    public Rulings(
            Database database,
            GroupCommit commit,
            Parties parties,
            List<Disputable> owners,
            Reputation reputation,
            Slash slash,
            Claims claims,
            Notices notices,
            InstantSource clock) {
        this.database = database;
        this.commit = commit;
        this.parties = parties;
        this.owners = List.copyOf(owners);
        this.reputation = reputation;
        this.slash = slash;
        this.claims = claims;
        this.events = new DisputeEvents(parties, notices);
        this.clock = clock;
    }

    /// How a dispute ends: what it becomes, and what the journal calls that.
    ///
    /// @param kind empty when nothing has ended it
    private record End(Dispute next, Optional<EntryKind> kind, Map<String, String> details) {
        static End none(Dispute dispute) {
            return new End(dispute, Optional.empty(), Map.of());
        }
    }

    /// Ends a dispute, or leaves it as it is; changes nothing itself.
    private interface Step {
        End take(Dispute before, Instant now);
    }

    /// Rules; to be submitted to the group commit. Refuses with `UNKNOWN_DISPUTE`, `DISPUTE_NOT_VOTING`,
    /// `AWARD_TOO_LARGE`, `AWARD_NOT_WHOLE`, `AWARD_WITHOUT_CAUSE`, `EXPOSURE_EXCEEDED`.
    ///
    /// @param award for the complainant; empty for all that it claims
    Command<hanse.dispute.v1.Dispute> rule(Call call, UUID id, Ruling ruling, Optional<Avt> award, String note) {
        return new Ending(call, id, (before, now) -> {
            Dispute ruled = before.ruled(ruling, award, call.caller().name(), note, now);
            return new End(
                    ruled,
                    Optional.of(EntryKind.DISPUTE_RULED),
                    Map.of(
                            "ruling",
                            ruling.name(),
                            "awarded",
                            awarded(ruled).toString(),
                            "by",
                            call.caller().name()));
        });
    }

    private final class Ending extends MessageCommand<hanse.dispute.v1.Dispute> {
        private final String traceparent;
        private final UUID id;
        private final Step step;

        /// Before the batch: what a dispute is about never changes.
        private final Optional<Dispute> seen;

        Ending(Call call, UUID id, Step step) {
            super(call, hanse.dispute.v1.Dispute.parser());
            this.traceparent = call.traceparent();
            this.id = id;
            this.step = step;
            this.seen = database.look(tx -> store.find(tx, id));
        }

        @Override
        public void rows(Rows rows) {
            rows.want(store, id);
            seen.ifPresent(dispute -> endRows(rows, dispute));
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            seen.ifPresent(dispute -> endAccounts(rows, wanted, dispute));
        }

        @Override
        public hanse.dispute.v1.Dispute decide(Books books) {
            Dispute dispute = seen.orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
            return DisputeWire.dispute(end(books, dispute, traceparent, step));
        }
    }

    /// The complainant takes its dispute back; to be submitted to the group commit. Refuses with `UNKNOWN_DISPUTE`,
    /// `NOT_YOURS`, `DISPUTE_CLOSED`.
    Command<hanse.dispute.v1.Dispute> withdraw(Call call, UUID id) {
        Did by = parties.did(call.agent());
        return new Ending(
                call, id, (before, now) -> withdrawn(before, by, call.caller().name(), now));
    }

    /// The same for a complainant on a peer. [#endedRows] asks for what it changes.
    Dispute withdraw(Books books, UUID id, Subject subject, Did by) {
        Dispute before = books.rows()
                .get(store, id)
                .filter(dispute -> dispute.filing().subject().equals(subject))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
        return end(books, before, "", (dispute, now) -> withdrawn(dispute, by, by.toString(), now));
    }

    private static End withdrawn(Dispute before, Did by, String name, Instant now) {
        if (!before.isParty(by)) {
            throw new RefusedException(Reason.UNKNOWN_DISPUTE);
        }
        if (!before.filing().complainant().equals(by)) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        return new End(before.withdrawn(name, now), Optional.of(EntryKind.DISPUTE_WITHDRAWN), Map.of());
    }

    /// Lets go what nobody has ruled on in time, and carries out rulings whose money has arrived or come back. Where
    /// there is no headroom for the compensation, a ruling waits for the operator to raise the limit. To be called
    /// every few seconds. Answers how many.
    public int sweep() {
        int swept = sweep(
                database.look(tx -> store.lapsed(tx, clock.instant(), SWEEP)),
                (before, now) -> before.isLapsed(now)
                        ? new End(before.lapsed(now), Optional.of(EntryKind.DISPUTE_LAPSED), Map.of())
                        : End.none(before));
        List<Dispute> ruled = List.of();
        do {
            Optional<UUID> last = ruled.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ruled.getLast().id());
            ruled = database.look(tx -> store.toCarryOut(tx, last, SWEEP));
            swept += sweep(ruled, (before, now) -> End.none(before));
        } while (ruled.size() == SWEEP);
        return swept;
    }

    private int sweep(List<Dispute> due, Step step) {
        List<CompletableFuture<Boolean>> answers = commit.submitAll(
                due.stream().map(dispute -> new Sweep(dispute, step)).toList());
        int swept = 0;
        for (int i = 0; i < due.size(); i++) {
            try {
                swept += answers.get(i).join() ? 1 : 0;
            } catch (CompletionException failure) {
                // The others are not to wait for it.
                if (failure.getCause() instanceof RefusedException waits) {
                    LOG.warn("dispute {} has to wait: {}", due.get(i).id(), waits.reason());
                } else {
                    LOG.error("dispute {} cannot be swept", due.get(i).id(), failure);
                }
            }
        }
        return swept;
    }

    /// Ends a dispute by itself. Answers whether there was something to do.
    ///
    /// @param seen as it was when it was due
    private final class Sweep implements InternalCommand<Boolean> {
        private final Dispute seen;
        private final Step step;

        Sweep(Dispute seen, Step step) {
            this.seen = seen;
            this.step = step;
        }

        @Override
        public void rows(Rows rows) {
            endRows(rows, seen);
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            endAccounts(rows, wanted, seen);
        }

        @Override
        public Boolean decide(Books books) {
            Dispute before = books.rows().get(store, seen.id()).orElseThrow();
            return !end(books, seen, "", step).equals(before);
        }
    }

    /// Asks for the rows that [#ended] changes.
    public void endedRows(Rows rows, UUID dispute, Subject subject) {
        rows.want(store, dispute);
        docket.want(rows, subject);
        Disputable.of(owners, subject.kind()).ifPresent(owner -> owner.rows(rows, subject));
    }

    /// The defendant's home has slashed so much, which has been minted here, or nothing. The dealing is free again.
    ///
    /// @return what that home is to be told, by [#tell] or in the answer to what it has said
    public Notices.Change ended(Books books, UUID id, Avt compensated, Avt mitigated, Optional<Reason> failure) {
        Dispute before = books.rows().get(store, id).orElseThrow();
        Subject subject = before.filing().subject();
        Dispute after = before.compensated(compensated, mitigated, failure, books.now());
        books.rows().update(store, id, after);
        carriedOut(books, after);
        docket.recovered(books.rows(), subject, compensated.plus(mitigated));
        free(books, subject, id);
        return DisputeEvents.change(after, Optional.empty());
    }

    /// Tells the parties' homes of it.
    public void tell(Books books, Notices.Change change) {
        events.tell(books, change);
    }

    /// The defendant's home has not answered for long: the dealing goes on, but what may still be slashed for it is not
    /// claimed once more, so that it cannot be disputed again before the answer. [#endedRows] asks for what it
    /// changes.
    public void unanswered(Books books, UUID id) {
        Dispute waiting = books.rows().get(store, id).orElseThrow();
        thaw(books, waiting.filing().subject(), id);
    }

    private void free(Books books, Subject subject, UUID dispute) {
        thaw(books, subject, dispute);
        docket.close(books.rows(), subject);
    }

    private void thaw(Books books, Subject subject, UUID dispute) {
        Disputable.of(owners, subject.kind()).orElseThrow().thaw(books, subject, dispute);
    }

    private void endRows(Rows rows, Dispute seen) {
        endedRows(rows, seen.id(), seen.filing().subject());
        reputation.want(rows, seen.filing().complainant(), seen.filing().defendant());
        Did defendant = seen.filing().defendant();
        if (parties.isLocal(defendant)) {
            slash.rows(rows, defendant.agent(), seen.evidenced().cited());
        } else {
            claims.rows(rows, defendant.registry());
        }
    }

    private void endAccounts(Rows rows, Wanted wanted, Dispute seen) {
        owner(seen).accounts(rows, seen.filing().subject(), wanted);
        if (parties.isLocal(seen.filing().complainant())) {
            wanted.account(AccountId.of(seen.filing().complainant().agent()));
        }
        if (parties.isLocal(seen.filing().defendant())) {
            slash.accounts(wanted, seen.filing().defendant().agent(), SystemAccount.SELF);
            wanted.account(SystemAccount.compensated(SystemAccount.SELF, wanted.lane()));
        }
    }

    private Disputable owner(Dispute dispute) {
        return Disputable.of(owners, dispute.filing().subject().kind()).orElseThrow();
    }

    /// Ends a dispute by `step`, in one commit with everything that follows; whatever refuses that does so before
    /// anything has changed. What the step leaves as it is changes nothing else, but for a ruling that waits to be
    /// carried out.
    ///
    /// @param seen as it was when the rows were asked for
    private Dispute end(Books books, Dispute seen, String traceparent, Step step) {
        Dispute before = books.rows().get(store, seen.id()).orElseThrow();
        End end = step.take(before, books.now());
        if (end.next().isToBeCarriedOut() && !seen.evidenced().equals(before.evidenced())) {
            // It was OPEN when this was asked for.
            throw new RefusedException(Reason.DISPUTE_NOT_VOTING);
        }
        Optional<Award> award = award(books, end.next());
        end.kind().ifPresent(kind -> {
            if (award.isPresent()) {
                // Its parties' homes are told once, of what it comes to.
                events.remark(books, kind, end.next(), end.details());
            } else {
                events.post(books, kind, end.next(), end.details());
            }
        });
        Dispute after = award.map(awarded -> carryOut(books, end.next(), awarded, traceparent))
                .orElse(end.next());
        if (!after.equals(before)) {
            books.rows().update(store, after.id(), after);
        }
        if (after.isClosed() && !before.isClosed()) {
            signal(books, after);
        }
        if (after.isOver() && !before.isOver()) {
            free(books, after.filing().subject(), after.id());
        }
        return after;
    }

    /// The losing defendant's standing suffers, the vindicated one's gains a little; nobody else's changes.
    private void signal(Books books, Dispute closed) {
        Did from = closed.filing().complainant();
        Did to = closed.filing().defendant();
        closed.closing().flatMap(Dispute.Closing::ruling).ifPresent(ruling -> {
            switch (ruling) {
                case IN_FAVOR_OF_COMPLAINANT -> reputation.signal(books, from, to, 0, WEIGHT_OF_A_LOSS);
                case IN_FAVOR_OF_DEFENDANT -> reputation.signal(books, from, to, 1, 0);
                case DISMISSED -> {}
            }
        });
    }

    /// What a ruling moves.
    ///
    /// @param claim what the defendant is to pay back; empty when that is nothing
    private record Award(Optional<Claim> claim) {}

    /// What a ruling for the complainant moves now; empty when there is none, or when the money is on its way.
    /// Refuses what cannot be carried out, and changes nothing.
    private Optional<Award> award(Books books, Dispute ruled) {
        if (!ruled.isToBeCarriedOut()) {
            return Optional.empty();
        }
        Disputable owner = owner(ruled);
        Dispute.Filing filing = ruled.filing();
        Subject subject = filing.subject();
        Dealing dealing = owner.dealing(books.rows(), subject, filing.complainant(), books.now());
        if (dealing.isMoving()) {
            // If it comes back it is held as well, and may be of a kind that is not parted.
            if (awarded(ruled).compareTo(dealing.held().plus(dealing.inFlight())) < 0) {
                throw new RefusedException(Reason.AWARD_NOT_WHOLE);
            }
            return Optional.empty();
        }
        Dealing whole = owner.dealing(books.rows(), subject.whole(), filing.complainant(), books.now());
        Avt returned = owner.handable(books, subject, filing.complainant(), awarded(ruled));
        Avt left = docket.left(books.rows(), subject, dealing.captured(), whole.captured());
        Avt due = awarded(ruled).minus(returned).min(left);
        if (due.isZero()) {
            return Optional.of(new Award(Optional.empty()));
        }
        if (!parties.isLocal(filing.complainant())) {
            throw new IllegalStateException("an agent of a peer has paid for a dealing that is kept here");
        }
        Claim claim = new Claim(
                ruled.id(),
                subject,
                filing.complainant(),
                filing.defendant(),
                due,
                ruled.closing().orElseThrow().note(),
                ruled.evidenced().cited(),
                filing.at());
        if (!parties.isLocal(filing.defendant())) {
            claims.requireRoom(books, claim);
        }
        return Optional.of(new Award(Optional.of(claim)));
    }

    private Dispute carryOut(Books books, Dispute ruled, Award award, String traceparent) {
        Dispute.Filing filing = ruled.filing();
        Avt returned = owner(ruled).hand(books, filing.subject(), filing.complainant(), awarded(ruled));
        Optional<Claim> abroad = award.claim().filter(claim -> !parties.isLocal(claim.defendant()));
        Dispute done = ruled.carriedOut(
                abroad.isPresent()
                        ? Dispute.Effect.pending(books.now(), returned)
                        : award.claim()
                                .map(claim -> slashed(books, claim, returned))
                                .orElseGet(() -> Dispute.Effect.returned(books.now(), returned)));
        carriedOut(books, done);
        Notices.Change change = DisputeEvents.change(done, Optional.empty());
        abroad.ifPresentOrElse(claim -> claims.ask(books, claim, change, traceparent), () -> tell(books, change));
        return done;
    }

    private void carriedOut(Books books, Dispute done) {
        Dispute.Effect effect = done.effect().orElseThrow();
        events.remark(
                books,
                EntryKind.DISPUTE_CARRIED_OUT,
                done,
                Map.of(
                        "returned", effect.returned().toString(),
                        "compensated", effect.compensated().toString(),
                        "mitigated", effect.mitigated().toString(),
                        "pending", Boolean.toString(effect.isPending()),
                        "failure", effect.failure().map(Enum::name).orElse("")));
    }

    private Dispute.Effect slashed(Books books, Claim claim, Avt returned) {
        AgentId defendant = claim.defendant().agent();
        Avt mitigated = slash.mitigation(books.rows(), defendant, claim.amount(), claim.cited(), claim.filedAt());
        Avt amount = claim.amount().minus(mitigated);
        Optional<Reason> fault = slash.fault(books, defendant, amount);
        if (fault.isPresent()) {
            claims.settledHere(books, claim, Avt.ZERO, Avt.ZERO, fault);
            return new Dispute.Effect(books.now(), returned, Avt.ZERO, Avt.ZERO, fault, false);
        }
        slash.burn(books, defendant, SystemAccount.SELF, amount, claim.dispute());
        books.post(Posting.move(
                        EntryKind.DISPUTE_COMPENSATION_MINTED,
                        SystemAccount.compensated(SystemAccount.SELF, books.lane())
                                .id(),
                        AccountId.of(claim.complainant().agent()),
                        amount)
                .about(claim.dispute()));
        docket.recovered(books.rows(), claim.subject(), claim.amount());
        claims.settledHere(books, claim, amount, mitigated, Optional.empty());
        return new Dispute.Effect(books.now(), returned, amount, mitigated, Optional.empty(), false);
    }

    private static Avt awarded(Dispute dispute) {
        return dispute.closing().orElseThrow().awarded();
    }
}
