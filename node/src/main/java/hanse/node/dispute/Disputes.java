package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.identity.UnfinishedBusiness;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Rows;
import hanse.node.storage.Tx;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// The operations on disputes, in the order of a dispute's life. [Rulings] end them.
public final class Disputes {
    /// Arbiters of one dispute.
    private static final int MOST_ARBITERS = 15;

    private final Ledger ledger;
    private final Parties parties;
    private final List<Disputable> owners;
    private final Claims claims;
    private final Supplier<UUID> ids;
    private final InstantSource clock;
    private final DisputeStore store = new DisputeStore();
    private final DisputedStore disputed = new DisputedStore();
    private final EvidenceStore evidence = new EvidenceStore();
    private final ArbiterStore arbiters = new ArbiterStore();

    /// @param owners of all the kinds of dealings that can be disputed here
    /// @param ids UUIDv7, so that evidence lists in the order in which it was filed
    public Disputes(
            Ledger ledger,
            Parties parties,
            List<Disputable> owners,
            Claims claims,
            Supplier<UUID> ids,
            InstantSource clock) {
        this.ledger = ledger;
        this.parties = parties;
        this.owners = List.copyOf(owners);
        this.claims = claims;
        this.ids = ids;
        this.clock = clock;
    }

    /// A dispute with everything that belongs to it.
    ///
    /// @param recommendation absent once it is closed
    record Folder(
            Dispute dispute,
            List<Evidence> evidence,
            List<Opinion> opinions,
            Optional<Recommendation> recommendation) {}

    /// Disputes a dealing and freezes it. Refuses with `UNKNOWN_SUBJECT`, `NOT_YOURS`, `SUBJECT_NOT_DISPUTABLE`,
    /// `FILING_WINDOW_CLOSED`, `ALREADY_DISPUTED`, `NOTHING_TO_RECOVER`, `CLAIM_TOO_LARGE`, `FOREIGN_AGENT`.
    ///
    /// @param amount what the complainant wants back; empty for all there is
    Dispute file(Tx tx, AgentId by, Subject subject, Dispute.Grounds grounds, String reason, Optional<Avt> amount) {
        Disputable owner =
                Disputable.of(owners, subject.kind()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SUBJECT));
        Did complainant = parties.did(by);
        Rows rows = Rows.wanting(disputed, subject);
        owner.rows(rows, subject.id());
        return ledger.post(tx, rows, wanted -> {}, books -> {
            Did defendant = owner.defendant(rows, subject.id(), complainant, books.now());
            if (!parties.isLocal(defendant) && !claims.reaches(defendant.registry())) {
                throw new RefusedException(Reason.FOREIGN_AGENT);
            }
            Dealing dealing = owner.dealing(rows, subject.id(), complainant);
            UUID id = ids.get();
            Optional<Disputed> before = rows.get(disputed, subject);
            Disputed opened = before.orElse(Disputed.never(subject)).opened(id);
            Dispute dispute = Dispute.filed(
                    id,
                    subject,
                    complainant,
                    defendant,
                    grounds,
                    reason,
                    opened.claim(dealing, amount),
                    dealing,
                    books.now());
            owner.freeze(books, subject.id(), id);
            if (before.isEmpty()) {
                rows.insert(disputed, subject, opened);
            } else {
                rows.update(disputed, subject, opened);
            }
            rows.insertFresh(store, id, dispute);
            DisputeEvents.post(
                    books,
                    parties,
                    EntryKind.DISPUTE_FILED,
                    dispute,
                    Map.of(
                            "subject_kind",
                            subject.kind().name(),
                            "subject_id",
                            subject.id().toString(),
                            "subject_state",
                            dealing.state(),
                            "captured",
                            dealing.captured().toString(),
                            "held",
                            dealing.held().toString(),
                            "amount",
                            dispute.filing().claimed().toString()));
            return dispute;
        });
    }

    /// Files evidence as a party. Refuses with `UNKNOWN_DISPUTE`, `NOT_YOURS`, `EVIDENCE_CLOSED`, `TOO_MUCH_EVIDENCE`.
    Evidence submit(
            Tx tx,
            Call call,
            UUID id,
            String statement,
            String reference,
            Optional<byte[]> referenceHash,
            Evidence.Stance stance,
            List<UUID> attestations) {
        see(tx, call.caller(), id);
        Evidence filed = new Evidence(
                ids.get(),
                id,
                parties.did(call.agent()),
                statement,
                reference,
                referenceHash,
                stance,
                attestations,
                tx.now());
        change(
                tx,
                id,
                EntryKind.DISPUTE_EVIDENCE_SUBMITTED,
                Map.of(
                        "evidence_id",
                        filed.id().toString(),
                        "author",
                        filed.author().toString(),
                        "hash",
                        Evidence.hex(filed.hash())),
                (rows, dispute) -> {
                    Dispute next = dispute.evidenced(filed);
                    rows.insertFresh(evidence, filed.id(), filed);
                    return next;
                });
        return filed;
    }

    /// Appoints an arbiter. Refuses with `UNKNOWN_DISPUTE`, `DISPUTE_CLOSED`, `UNKNOWN_AGENT`, `AGENT_NOT_ACTIVE`,
    /// `ARBITER_REFUSED`.
    Dispute appoint(Tx tx, Call call, UUID id, AgentId arbiter) {
        Account account = ledger.find(tx, AccountId.of(arbiter))
                .filter(Account::isAgent)
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
        return change(
                tx,
                id,
                EntryKind.DISPUTE_ARBITER_APPOINTED,
                Map.of("arbiter", parties.did(arbiter).toString()),
                (rows, dispute) -> {
                    dispute.requireNotClosed();
                    List<Opinion> there = arbiters.of(tx, id);
                    if (!account.isActive()) {
                        throw new RefusedException(Reason.AGENT_NOT_ACTIVE);
                    }
                    if (dispute.isParty(parties.did(arbiter))
                            || there.size() == MOST_ARBITERS
                            || there.stream()
                                    .anyMatch(opinion -> opinion.arbiter().equals(arbiter))) {
                        throw new RefusedException(Reason.ARBITER_REFUSED);
                    }
                    arbiters.appoint(tx, id, arbiter, call.caller().name());
                    return dispute;
                });
    }

    /// Closes the evidence. Refuses with `UNKNOWN_DISPUTE`, `DISPUTE_NOT_OPEN`.
    Dispute openVoting(Tx tx, UUID id) {
        return change(tx, id, EntryKind.DISPUTE_VOTING_OPENED, Map.of(), (rows, dispute) -> dispute.voting(tx.now()));
    }

    /// An arbiter says how it would rule. Refuses with `UNKNOWN_DISPUTE`, `NOT_AN_ARBITER`, `DISPUTE_NOT_VOTING`,
    /// `OPINION_GIVEN`.
    Opinion opine(Tx tx, Call call, UUID id, Ruling ruling, String note) {
        see(tx, call.caller(), id);
        AgentId arbiter = call.agent();
        change(
                tx,
                id,
                EntryKind.DISPUTE_OPINION_RECORDED,
                Map.of("arbiter", parties.did(arbiter).toString(), "ruling", ruling.name()),
                (rows, dispute) -> {
                    Opinion before = arbiters.find(tx, id, arbiter)
                            .orElseThrow(() -> new RefusedException(Reason.NOT_AN_ARBITER));
                    dispute.requireVoting();
                    if (before.ruling().isPresent()) {
                        throw new RefusedException(Reason.OPINION_GIVEN);
                    }
                    arbiters.say(tx, id, arbiter, ruling, note);
                    return dispute;
                });
        return new Opinion(arbiter, Optional.of(ruling), note, Optional.of(tx.now()));
    }

    /// A step of a dispute under its lock.
    private interface Step {
        Dispute take(Rows rows, Dispute dispute);
    }

    private Dispute change(Tx tx, UUID id, EntryKind kind, Map<String, String> details, Step step) {
        Rows rows = Rows.wanting(store, id);
        return ledger.post(tx, rows, wanted -> {}, books -> {
            Dispute before = rows.get(store, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
            Dispute after = step.take(rows, before);
            if (!after.equals(before)) {
                rows.update(store, id, after);
            }
            DisputeEvents.post(books, parties, kind, after, details);
            return after;
        });
    }

    /// A dispute that the caller may see: its parties', its arbiters', and operators'. Refuses with `UNKNOWN_DISPUTE`.
    Dispute see(Tx tx, Caller caller, UUID id) {
        return store.find(tx, id)
                .filter(dispute -> maySee(tx, caller, dispute))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
    }

    private boolean maySee(Tx tx, Caller caller, Dispute dispute) {
        return switch (caller) {
            case Caller.Operator _ -> true;
            case Caller.Agent agent ->
                dispute.isParty(parties.did(agent.id()))
                        || arbiters.find(tx, dispute.id(), agent.id()).isPresent();
            case Caller.Anyone _ -> false;
        };
    }

    /// A dispute with everything that belongs to it. Refuses with `UNKNOWN_DISPUTE`.
    Folder open(Tx tx, Caller caller, UUID id) {
        Dispute dispute = see(tx, caller, id);
        List<Opinion> opinions = arbiters.of(tx, id);
        Optional<Recommendation> recommendation = dispute.isClosed()
                ? Optional.empty()
                : Optional.of(Recommendation.of(dispute, opinions, clock.instant()));
        return new Folder(dispute, evidence.of(tx, id), opinions, recommendation);
    }

    /// One more than `size` disputes, newest first, so that the caller sees whether there are more: an agent's own; for
    /// an operator all.
    List<Dispute> list(Tx tx, Caller caller, DisputeFilter filter, Optional<TimePage> before, int size) {
        return store.list(tx, mine(caller, filter), before, size + 1);
    }

    private DisputeFilter mine(Caller caller, DisputeFilter filter) {
        return caller instanceof Caller.Agent agent ? filter.alsoOf(parties.did(agent.id())) : filter;
    }

    /// How the disputes of an agent have ended.
    DisputeTally tally(Tx tx, Did agent) {
        return store.tally(tx, agent);
    }

    /// Whether an agent of this registry has to answer a dispute: until that is over, its account is not closed.
    public static UnfinishedBusiness accused(RegistryId self) {
        DisputeStore store = new DisputeStore();
        return (tx, agent) -> store.isAccused(tx, new Did(self, agent));
    }
}
