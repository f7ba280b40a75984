package hanse.node.dispute;

import hanse.federation.v1.DisputeEvidence;
import hanse.federation.v1.DisputeNotice;
import hanse.federation.v1.Message;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RegistryId;
import hanse.node.federation.Answered;
import hanse.node.federation.Federation;
import hanse.node.federation.MessageId;
import hanse.node.federation.Outgoing;
import hanse.node.federation.Relay;
import hanse.node.identity.Notes;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.peer.MessageIds;
import hanse.peer.VerifiedOutcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/// Disputes over the link. The registry that keeps a dispute tells the home of a party on a peer of every change; that
/// keeps a mirror to be read, and passes on what the party files there: the complaint itself, evidence, its withdrawal.
public final class PeerDisputes implements Notices {
    private final Federation federation;
    private final GroupCommit commit;
    private final Parties parties;
    private final List<Disputable> owners;
    private final MirrorStore mirrors = new MirrorStore();
    private final MirroredEvidenceStore evidence = new MirroredEvidenceStore();

    /// Makes itself known to the federation, which must not have been started.
    public PeerDisputes(Federation federation, GroupCommit commit, Parties parties, List<Disputable> owners) {
        this.federation = federation;
        this.commit = commit;
        this.parties = parties;
        this.owners = List.copyOf(owners);
        federation
                .routes()
                .decide(
                        Message.BodyCase.DISPUTE_NOTICE,
                        message -> received(message.peer(), message.message().getDisputeNotice()))
                .ask(
                        Message.BodyCase.DISPUTE_NOTICE,
                        (asked, outcome) -> commit.submit(new Answered(federation.messages(), asked)))
                .ask(Message.BodyCase.DISPUTE_EVIDENCE, this::evidenceDecided)
                .ask(Message.BodyCase.DISPUTE_FILING, this::filingDecided)
                .ask(Message.BodyCase.DISPUTE_WITHDRAWAL, this::withdrawalDecided);
    }

    /// What peers pass on goes there. To be called before the federation is started.
    public void tell(Disputes disputes, Rulings rulings) {
        federation
                .routes()
                .decide(Message.BodyCase.DISPUTE_FILING, message -> new FilingReceived(disputes.filings(), message))
                .decide(Message.BodyCase.DISPUTE_EVIDENCE, message -> new EvidenceReceived(disputes, message))
                .decide(Message.BodyCase.DISPUTE_WITHDRAWAL, message -> new WithdrawalReceived(rulings, message));
    }

    // ---- at the registry that keeps the dispute

    @Override
    public void changed(Books books, Did party, Change change) {
        if (parties.isLocal(party)) {
            return;
        }
        UUID hash = hash("hanse-dispute-notice/" + change.dispute().getDisputeId() + "/" + change.version());
        federation
                .messages()
                .send(
                        books,
                        party.registry(),
                        MessageId.of(books.now(), hash),
                        "",
                        message -> message.setDisputeNotice(change.notice()));
    }

    // ---- at the home of a party on a peer

    private NoticeReceived received(RegistryId peer, DisputeNotice notice) {
        return new NoticeReceived(parties.self(), owners, mirrors, evidence, peer, notice);
    }

    /// What a peer tells of its dispute along with something else; needs the lock of the peer's position.
    public Aside aside(RegistryId peer, DisputeNotice notice) {
        return new Aside(received(peer, notice));
    }

    /// Asks for the rows by which a dealing is known that a peer keeps.
    void elsewhereRows(Rows rows, Subject subject) {
        Disputable.of(owners, subject.kind()).ifPresent(owner -> owner.elsewhereRows(rows, subject));
    }

    /// Passes a complaint on to the peer that keeps the dealing; empty when no peer keeps such a dealing of the caller.
    /// Refuses with `UNKNOWN_PEER`, `PEER_REMOVED`.
    ///
    /// @return what is known of the dispute before the peer has answered
    Optional<hanse.dispute.v1.Dispute> file(Books books, Call call, Complaint complaint) {
        Subject subject = complaint.subject();
        return Disputable.of(owners, subject.kind())
                .flatMap(owner -> owner.elsewhere(books.rows(), subject, call.agent()))
                .map(defendant -> file(books, call, complaint, defendant));
    }

    private hanse.dispute.v1.Dispute file(Books books, Call call, Complaint complaint, Did defendant) {
        RegistryId origin = defendant.registry();
        federation.directory().requireLinked(origin);
        Did complainant = parties.did(call.agent());
        UUID message = MessageId.of(books.now(), call.request().key());
        UUID dispute = FilingWire.dispute(parties.self(), message);
        hanse.dispute.v1.Dispute wish = hanse.dispute.v1.Dispute.newBuilder()
                .setDisputeId(dispute.toString())
                .setSubject(DisputeWire.subject(complaint.subject()))
                .setComplainant(complainant.toString())
                .setDefendant(defendant.toString())
                .build();
        Mirror.Key key = new Mirror.Key(dispute, origin);
        books.rows()
                .insertFresh(
                        mirrors,
                        key,
                        Mirror.asked(key, call.agent(), defendant, complaint.subject(), wish, books.now()));
        federation
                .relays()
                .ask(
                        books,
                        origin,
                        message,
                        dispute,
                        call.traceparent(),
                        body -> body.setDisputeFiling(FilingWire.filing(complainant, complaint)));
        return relayed(wish, message);
    }

    /// The rows that [#withdraw] needs.
    MirrorStore mirrors() {
        return mirrors;
    }

    /// Passes on that the caller takes its dispute back. Refuses with `NOT_YOURS`, `DISPUTE_CLOSED`, `UNKNOWN_PEER`,
    /// `PEER_REMOVED`.
    hanse.dispute.v1.Dispute withdraw(Books books, Call call, Mirror.Key dispute) {
        Mirror mirror = books.rows().get(mirrors, dispute).orElseThrow();
        mirror.requireWithdrawable();
        federation.directory().requireLinked(dispute.origin());
        UUID message = MessageId.of(books.now(), call.request().key());
        federation
                .relays()
                .ask(
                        books,
                        dispute.origin(),
                        message,
                        dispute.id(),
                        call.traceparent(),
                        body -> body.setDisputeWithdrawal(
                                FilingWire.withdrawal(dispute.id(), mirror.subject(), parties.did(mirror.agent()))));
        return relayed(mirror.document(), message);
    }

    private static hanse.dispute.v1.Dispute relayed(hanse.dispute.v1.Dispute known, UUID message) {
        return known.toBuilder().setRelayId(message.toString()).build();
    }

    /// What was passed on, once the peer has accepted it. Refuses with the peer's reason, and with `PEER_UNREACHABLE`
    /// when it has not answered within 2 s.
    Relay accepted(UUID message) {
        return federation.relays().outcome(message).join().requireAccepted();
    }

    private CompletionStage<?> filingDecided(Outgoing asked, VerifiedOutcome outcome) {
        UUID dispute = FilingWire.dispute(parties.self(), asked.id());
        return decided(asked, outcome, dispute, EntryKind.DISPUTE_FILED);
    }

    private CompletionStage<?> withdrawalDecided(Outgoing asked, VerifiedOutcome outcome) {
        UUID dispute = MessageIds.parse(asked.message().getDisputeWithdrawal().getDisputeId())
                .orElseThrow();
        return decided(asked, outcome, dispute, EntryKind.DISPUTE_WITHDRAWN);
    }

    private CompletionStage<?> decided(Outgoing asked, VerifiedOutcome outcome, UUID dispute, EntryKind kind) {
        return commit.submit(new RecordPassedOn(
                        federation, parties.self(), mirrors, asked, outcome.outcome(), dispute, kind))
                .thenAccept(federation.relays()::happened);
    }

    /// Asks for the rows that [#passOn] changes.
    void want(Rows rows, Mirror.Key dispute) {
        rows.want(federation.positions(), dispute.origin());
        rows.want(mirrors, dispute);
    }

    /// Passes on evidence of a party of a peer's dispute. Refuses with `EVIDENCE_CLOSED`, `TOO_MUCH_EVIDENCE`.
    Evidence passOn(Books books, Mirror.Key dispute, EvidenceWire.Draft draft, String traceparent) {
        Mirror mirror = books.rows().get(mirrors, dispute).orElseThrow().answered();
        books.rows().update(mirrors, dispute, mirror);
        UUID message = MessageId.of(books.now(), draft.seed());
        Evidence filed = draft.evidence(
                EvidenceWire.passedOn(parties.self(), message),
                mirror.key().id(),
                parties.did(mirror.agent()),
                books.now());
        hanse.dispute.v1.Evidence document = DisputeWire.evidence(filed);
        MirroredEvidence.Key key =
                new MirroredEvidence.Key(filed.id(), mirror.key().origin());
        books.rows()
                .insertFresh(
                        evidence, key, MirroredEvidence.sent(key, mirror.key().id(), document));
        books.post(Posting.event(
                        EntryKind.DISPUTE_EVIDENCE_SUBMITTED,
                        mirror.key().id(),
                        Notes.json(Map.of(
                                "evidence_id",
                                filed.id().toString(),
                                "author",
                                filed.author().toString(),
                                "hash",
                                Evidence.hex(filed.hash()),
                                "passed_on_to",
                                mirror.key().origin().value())))
                .between(TradeParties.payee(Optional.of(mirror.agent()))));
        federation
                .messages()
                .send(
                        books,
                        mirror.key().origin(),
                        message,
                        traceparent,
                        body -> body.setDisputeEvidence(DisputeEvidence.newBuilder()
                                .setDisputeId(MessageIds.bytes(mirror.key().id()))
                                .setEvidence(document)));
        return filed;
    }

    private CompletionStage<?> evidenceDecided(Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new RecordEvidence(federation, evidence, asked, outcome.outcome()));
    }

    private static UUID hash(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
