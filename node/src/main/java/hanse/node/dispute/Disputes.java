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
import hanse.node.federation.Relay;
import hanse.node.identity.UnfinishedBusiness;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.MessageCommand;
import hanse.node.ledger.Rows;
import hanse.node.storage.Tx;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The operations on disputes, in the order of a dispute's life. [Rulings] end them.
public final class Disputes {
    /// Arbiters of one dispute.
    private static final int MOST_ARBITERS = 15;

    /// As PostgreSQL has it, which compares the bytes of ids.
    private static final Comparator<Listed> NEWEST_FIRST = Comparator.comparing(
                    (Listed listed) -> listed.place().at())
            .thenComparing(listed -> listed.place().id().toString())
            .reversed();

    private final Ledger ledger;
    private final Parties parties;
    private final Optional<PeerDisputes> peers;
    private final DisputeEvents events;
    private final Filings filings;
    private final Mirrors mirrors = new Mirrors();
    private final Supplier<UUID> ids;
    private final InstantSource clock;
    private final DisputeStore store = new DisputeStore();
    private final EvidenceStore evidence = new EvidenceStore();
    private final ArbiterStore arbiters = new ArbiterStore();

    /// @param owners of all the kinds of dealings that can be disputed here
    /// @param ids UUIDv7, so that evidence lists in the order in which it was filed
    public Disputes(
            Ledger ledger,
            Parties parties,
            List<Disputable> owners,
            Claims claims,
            Optional<PeerDisputes> peers,
            Supplier<UUID> ids,
            InstantSource clock) {
        this.ledger = ledger;
        this.parties = parties;
        this.peers = peers;
        this.events = new DisputeEvents(parties, notices(peers));
        this.filings = new Filings(parties, List.copyOf(owners), claims, events);
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

    Filings filings() {
        return filings;
    }

    /// Disputes a dealing, or passes that on to the peer that keeps it: then the answer names the message, and
    /// [#relayed] has the rest. To be submitted to the group commit. Refuses with the reasons of [Filings#file] and
    /// of
    /// [PeerDisputes#file].
    Command<hanse.dispute.v1.Dispute> file(Call call, Complaint complaint) {
        return MessageCommand.of(
                call,
                hanse.dispute.v1.Dispute.parser(),
                rows -> {
                    filings.want(rows, complaint.subject());
                    peers.ifPresent(across -> across.elsewhereRows(rows, complaint.subject()));
                },
                books -> peers.flatMap(across -> across.file(books, call, complaint))
                        .orElseGet(() -> DisputeWire.dispute(
                                filings.file(books, ids.get(), parties.did(call.agent()), complaint))));
    }

    /// Passes on that the caller takes back a dispute that a peer keeps; empty when it is none of those. Refuses with
    /// the reasons of [PeerDisputes#withdraw].
    Optional<Command<hanse.dispute.v1.Dispute>> withdraw(Tx tx, Call call, UUID id) {
        return mirrored(tx, call, id)
                .map(mirror -> MessageCommand.of(
                        call,
                        hanse.dispute.v1.Dispute.parser(),
                        rows -> rows.want(peers.orElseThrow().mirrors(), mirror.key()),
                        books -> peers.orElseThrow().withdraw(books, call, mirror.key())));
    }

    /// The message by which something was passed on that the peer has accepted by now. Refuses with the peer's reason,
    /// and with `PEER_UNREACHABLE`; waits 2 s at most.
    Relay relayed(UUID message) {
        return peers.orElseThrow().accepted(message);
    }

    /// The dispute that it was about, as it is known here.
    hanse.dispute.v1.Dispute relayed(Tx tx, Call call, Relay relay) {
        return mirrors.find(tx, relay.about(), Optional.of(call.agent())).orElseThrow().document().toBuilder()
                .setRelayId(relay.message().toString())
                .build();
    }

    /// A dispute of the caller that a peer keeps.
    private Optional<Mirror> mirrored(Tx tx, Call call, UUID id) {
        return store.find(tx, id).isPresent()
                ? Optional.empty()
                : peers.flatMap(across -> mirrors.find(tx, id, Optional.of(call.agent())));
    }

    /// Files evidence as a party; in a dispute of a peer it is passed on. Refuses with `UNKNOWN_DISPUTE`, `NOT_YOURS`,
    /// `EVIDENCE_CLOSED`, `TOO_MUCH_EVIDENCE`.
    Command<hanse.dispute.v1.Evidence> submit(Tx tx, Call call, UUID id, EvidenceWire.Draft draft) {
        return mirrored(tx, call, id)
                .map(mirror -> passOn(call, mirror.key(), draft))
                .orElseGet(() -> submit(call, id, draft, sees(tx, call.caller(), id)));
    }

    private Command<hanse.dispute.v1.Evidence> passOn(Call call, Mirror.Key dispute, EvidenceWire.Draft draft) {
        PeerDisputes across = peers.orElseThrow();
        return MessageCommand.of(
                call,
                hanse.dispute.v1.Evidence.parser(),
                rows -> across.want(rows, dispute),
                books -> DisputeWire.evidence(across.passOn(books, dispute, draft, call.traceparent())));
    }

    private Command<hanse.dispute.v1.Evidence> submit(Call call, UUID id, EvidenceWire.Draft draft, boolean sees) {
        return MessageCommand.of(call, hanse.dispute.v1.Evidence.parser(), rows -> rows.want(store, id), books -> {
            requireSeen(sees);
            Evidence filed = draft.evidence(ids.get(), id, parties.did(call.agent()), books.now());
            file(books, filed);
            return DisputeWire.evidence(filed);
        });
    }

    /// Asks for the rows that filing a piece of evidence changes.
    void wantToFile(Rows rows, Evidence filed) {
        rows.want(store, filed.dispute());
    }

    /// Files a piece of evidence, its author's own or passed on by its home.
    Dispute file(Books books, Evidence filed) {
        Dispute before = books.rows()
                .get(store, filed.dispute())
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
        if (!parties.isLocal(filed.author()) && !before.isParty(filed.author())) {
            throw new RefusedException(Reason.UNKNOWN_DISPUTE);
        }
        Dispute after = before.evidenced(filed);
        books.rows().update(store, after.id(), after);
        books.rows().insertFresh(evidence, filed.id(), filed);
        events.post(
                books,
                EntryKind.DISPUTE_EVIDENCE_SUBMITTED,
                after,
                Map.of(
                        "evidence_id",
                        filed.id().toString(),
                        "author",
                        filed.author().toString(),
                        "hash",
                        Evidence.hex(filed.hash())),
                Optional.of(filed));
        return after;
    }

    private static Notices notices(Optional<PeerDisputes> peers) {
        return peers.<Notices>map(across -> across).orElse(Notices.NONE);
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
    Command<hanse.dispute.v1.Dispute> openVoting(Call call, UUID id) {
        return MessageCommand.of(
                call,
                hanse.dispute.v1.Dispute.parser(),
                rows -> rows.want(store, id),
                books -> DisputeWire.dispute(change(
                        books,
                        id,
                        EntryKind.DISPUTE_VOTING_OPENED,
                        Map.of(),
                        (rows, dispute) -> dispute.voting(books.now()))));
    }

    /// An arbiter says how it would rule. Refuses with `UNKNOWN_DISPUTE`, `NOT_AN_ARBITER`, `DISPUTE_NOT_VOTING`,
    /// `OPINION_GIVEN`.
    Command<hanse.dispute.v1.Opinion> opine(Tx tx, Call call, UUID id, Ruling ruling, String note) {
        boolean sees = sees(tx, call.caller(), id);
        ArbiterStore.Key seat = new ArbiterStore.Key(id, call.agent());
        return MessageCommand.of(
                call,
                hanse.dispute.v1.Opinion.parser(),
                rows -> {
                    rows.want(store, id);
                    rows.want(arbiters, seat);
                },
                books -> {
                    requireSeen(sees);
                    Opinion given = new Opinion(id, seat.agent(), Optional.of(ruling), note, Optional.of(books.now()));
                    change(books, id, EntryKind.DISPUTE_OPINION_RECORDED, details(given), (rows, dispute) -> {
                        Opinion before =
                                rows.get(arbiters, seat).orElseThrow(() -> new RefusedException(Reason.NOT_AN_ARBITER));
                        dispute.requireVoting();
                        if (before.ruling().isPresent()) {
                            throw new RefusedException(Reason.OPINION_GIVEN);
                        }
                        rows.update(arbiters, seat, given);
                        return dispute;
                    });
                    return DisputeWire.opinion(given, parties);
                });
    }

    private Map<String, String> details(Opinion given) {
        return Map.of(
                "arbiter",
                parties.did(given.arbiter()).toString(),
                "ruling",
                given.ruling().orElseThrow().name());
    }

    /// A step of a dispute under its lock.
    private interface Step {
        Dispute take(Rows rows, Dispute dispute);
    }

    private Dispute change(Tx tx, UUID id, EntryKind kind, Map<String, String> details, Step step) {
        return ledger.post(tx, Rows.wanting(store, id), wanted -> {}, books -> change(books, id, kind, details, step));
    }

    private Dispute change(Books books, UUID id, EntryKind kind, Map<String, String> details, Step step) {
        Rows rows = books.rows();
        Dispute before = rows.get(store, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
        Dispute after = step.take(rows, before);
        if (after.equals(before)) {
            events.remark(books, kind, after, details);
        } else {
            rows.update(store, id, after);
            events.post(books, kind, after, details);
        }
        return after;
    }

    /// A dispute that the caller may see: its parties', its arbiters', and operators'. Refuses with `UNKNOWN_DISPUTE`.
    Dispute see(Tx tx, Caller caller, UUID id) {
        return store.find(tx, id)
                .filter(dispute -> maySee(tx, caller, dispute))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
    }

    private boolean sees(Tx tx, Caller caller, UUID id) {
        return store.find(tx, id).filter(dispute -> maySee(tx, caller, dispute)).isPresent();
    }

    private static void requireSeen(boolean sees) {
        if (!sees) {
            throw new RefusedException(Reason.UNKNOWN_DISPUTE);
        }
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

    /// A dispute with everything that belongs to it, also one of the caller's that a peer keeps. Refuses with
    /// `UNKNOWN_DISPUTE`.
    hanse.dispute.v1.Dispute show(Tx tx, Caller caller, UUID id) {
        if (store.find(tx, id).isEmpty()) {
            return mirrors.find(tx, id, agent(caller))
                    .map(mirror -> mirrors.show(tx, mirror))
                    .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_DISPUTE));
        }
        Dispute dispute = see(tx, caller, id);
        List<Opinion> opinions = arbiters.of(tx, id);
        Optional<Recommendation> recommendation = dispute.isClosed()
                ? Optional.empty()
                : Optional.of(Recommendation.of(dispute, opinions, clock.instant()));
        return DisputeWire.folder(new Folder(dispute, evidence.of(tx, id), opinions, recommendation), parties);
    }

    /// A dispute in a list.
    ///
    /// @param place where the list goes on after it
    record Listed(TimePage place, hanse.dispute.v1.Dispute document) {}

    /// One more than `size` disputes, newest first, so that the caller sees whether there are more: an agent's own,
    /// those that peers keep included; for an operator all.
    List<Listed> list(Tx tx, Caller caller, DisputeFilter filter, Optional<TimePage> before, int size) {
        Stream<Listed> own = store.list(tx, mine(caller, filter), before, size + 1).stream()
                .map(dispute ->
                        new Listed(new TimePage(dispute.filing().at(), dispute.id()), DisputeWire.dispute(dispute)));
        Stream<Listed> peers = mirrors.list(tx, agent(caller), filter, before, size + 1).stream()
                .map(mirror ->
                        new Listed(new TimePage(mirror.filedAt(), mirror.key().id()), mirror.document()));
        return Stream.concat(own, peers).sorted(NEWEST_FIRST).limit(size + 1L).toList();
    }

    private static Optional<AgentId> agent(Caller caller) {
        return caller instanceof Caller.Agent agent ? Optional.of(agent.id()) : Optional.empty();
    }

    private DisputeFilter mine(Caller caller, DisputeFilter filter) {
        return caller instanceof Caller.Agent agent ? filter.alsoOf(parties.did(agent.id())) : filter;
    }

    /// How the disputes of an agent have ended.
    DisputeTally tally(Tx tx, Did agent) {
        return store.tally(tx, agent);
    }

    /// Whether an agent of this registry has to answer a dispute: until that is over, neither its account nor its bond
    /// is given back.
    public static UnfinishedBusiness accused(RegistryId self) {
        DisputeStore store = new DisputeStore();
        Mirrors mirrors = new Mirrors();
        return (tx, agent) -> store.isAccused(tx, new Did(self, agent)) || mirrors.isAccused(tx, agent);
    }
}
