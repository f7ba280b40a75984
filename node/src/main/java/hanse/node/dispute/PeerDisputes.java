package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.federation.v1.DisputeEvidence;
import hanse.federation.v1.DisputeNotice;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.Decision;
import hanse.node.federation.Federation;
import hanse.node.federation.Frames;
import hanse.node.federation.Incoming;
import hanse.node.federation.MessageId;
import hanse.node.federation.Outgoing;
import hanse.node.identity.Notes;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import hanse.peer.VerifiedOutcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/// Disputes over the link. The registry that keeps a dispute tells the defendant's home of every change; that keeps a
/// mirror to be read, and passes on the evidence that the defendant files there.
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
                .decide(Message.BodyCase.DISPUTE_NOTICE, Noticed::new)
                .ask(Message.BodyCase.DISPUTE_NOTICE, (asked, outcome) -> commit.submit(new Answered(asked)))
                .ask(Message.BodyCase.DISPUTE_EVIDENCE, this::evidenceDecided);
    }

    /// Evidence that peers pass on goes there. To be called before the federation is started.
    public void tell(Disputes disputes) {
        federation
                .routes()
                .decide(Message.BodyCase.DISPUTE_EVIDENCE, message -> new EvidenceReceived(disputes, message));
    }

    // ---- at the registry that keeps the dispute

    @Override
    public void changed(Books books, Did defendant, Change change) {
        if (parties.isLocal(defendant)) {
            return;
        }
        DisputeNotice.Builder notice =
                DisputeNotice.newBuilder().setVersion(change.version()).setDispute(change.dispute());
        change.evidence().ifPresent(notice::setEvidence);
        UUID hash = hash("hanse-dispute-notice/" + change.dispute().getDisputeId() + "/" + change.version());
        federation
                .messages()
                .send(
                        books,
                        defendant.registry(),
                        MessageId.of(books.now(), hash),
                        "",
                        message -> message.setDisputeNotice(notice));
    }

    @Override
    public void committed(Did defendant) {
        if (!parties.isLocal(defendant)) {
            wake(defendant.registry());
        }
    }

    void wake(RegistryId peer) {
        federation.messages().wake(peer);
    }

    /// A notice has arrived, or is of no use to its receiver.
    private final class Answered implements InternalCommand<Boolean> {
        private final Outgoing asked;

        Answered(Outgoing asked) {
            this.asked = asked;
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {}

        @Override
        public Boolean decide(Books books) {
            federation.messages().answered(books, asked);
            return true;
        }
    }

    /// Evidence of a defendant, from its home. Refuses with `MESSAGE_REFUSED`, `UNKNOWN_DISPUTE`, `EVIDENCE_CLOSED`,
    /// `TOO_MUCH_EVIDENCE`.
    private static final class EvidenceReceived implements Decision {
        private final Disputes disputes;
        private final Optional<Evidence> filed;

        EvidenceReceived(Disputes disputes, Incoming message) {
            this.disputes = disputes;
            this.filed = EvidenceWire.passedOn(message);
        }

        @Override
        public void rows(Rows rows) {
            filed.ifPresent(piece -> disputes.wantToFile(rows, piece));
        }

        @Override
        public Verdict decide(Books books) {
            disputes.file(books, filed.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED)));
            return DONE;
        }

        @Override
        public boolean answersWithAMessage() {
            return true;
        }
    }

    // ---- at the defendant's home

    /// A peer tells of its dispute against an agent of this registry. Refuses with `MESSAGE_REFUSED`, `UNKNOWN_AGENT`,
    /// `TOO_MUCH_EVIDENCE`.
    private final class Noticed implements Decision {
        private final Incoming message;
        private final DisputeNotice notice;
        private final Optional<Mirror> told;
        private final Optional<Evidence> piece;

        Noticed(Incoming message) {
            this.message = message;
            this.notice = message.message().getDisputeNotice();
            this.told = EvidenceWire.mirror(message.peer(), parties.self(), notice);
            this.piece = told.filter(mirror -> notice.hasEvidence())
                    .flatMap(mirror -> EvidenceWire.evidence(
                            notice.getEvidence(), mirror.key().id()));
        }

        @Override
        public void rows(Rows rows) {
            told.ifPresent(mirror -> {
                rows.want(mirrors, mirror.key());
                piece.ifPresent(found -> rows.want(evidence, key(found)));
                owner(mirror)
                        .ifPresent(
                                owner -> owner.foreignRows(rows, message.peer(), mirror.subject(), mirror.defendant()));
            });
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            told.ifPresent(mirror -> wanted.account(AccountId.of(mirror.defendant())));
        }

        private MirroredEvidence.Key key(Evidence found) {
            return new MirroredEvidence.Key(found.id(), message.peer());
        }

        @Override
        public Verdict decide(Books books) {
            Mirror news = told.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
            if (notice.hasEvidence() && piece.isEmpty()) {
                throw new RefusedException(Reason.MESSAGE_REFUSED);
            }
            if (books.find(AccountId.of(news.defendant()))
                    .filter(Account::isAgent)
                    .isEmpty()) {
                throw new RefusedException(Reason.UNKNOWN_AGENT);
            }
            Optional<Mirror> before = books.rows().get(mirrors, news.key());
            Mirror told = before.map(known -> known.told(news)).orElseGet(() -> news.first(books.now()));
            Mirror mirror = isProven(books, told) ? told.asProven() : told;
            Mirror after = piece.map(found -> keep(books, mirror, found)).orElse(mirror);
            if (before.isEmpty()) {
                books.rows().insert(mirrors, after.key(), after);
            } else if (!before.get().equals(after)) {
                books.rows().update(mirrors, after.key(), after);
            }
            return DONE;
        }

        private Optional<Disputable> owner(Mirror mirror) {
            return Disputable.of(owners, mirror.subject().kind());
        }

        private boolean isProven(Books books, Mirror mirror) {
            return owner(mirror)
                    .flatMap(owner -> owner.received(
                            books.rows(), message.peer(), mirror.subject(), mirror.complainant(), mirror.defendant()))
                    .isPresent();
        }

        /// The complainant's, and no more than it may file; of the defendant's only what was filed here, and then
        /// that it has arrived.
        private Mirror keep(Books books, Mirror mirror, Evidence found) {
            MirroredEvidence filed =
                    MirroredEvidence.filed(key(found), mirror.key().id(), DisputeWire.evidence(found));
            Optional<MirroredEvidence> known = books.rows().get(evidence, filed.key());
            if (known.isPresent()) {
                if (!known.get().isOf(filed)) {
                    throw new RefusedException(Reason.MESSAGE_REFUSED);
                }
                books.rows().update(evidence, filed.key(), filed);
                return mirror;
            }
            if (!found.author().equals(mirror.complainant())) {
                throw new RefusedException(Reason.MESSAGE_REFUSED);
            }
            Mirror evidenced = mirror.evidenced();
            books.rows().insert(evidence, filed.key(), filed);
            return evidenced;
        }
    }

    /// The rows that [#passOn] changes.
    Rows rows(Mirror.Key dispute) {
        Rows rows = Rows.wanting(federation.positions(), dispute.origin());
        rows.want(mirrors, dispute);
        return rows;
    }

    /// Passes on evidence of the defendant of a peer's dispute. Refuses with `EVIDENCE_CLOSED`, `TOO_MUCH_EVIDENCE`.
    Evidence passOn(Books books, Mirror.Key dispute, EvidenceWire.Draft draft, String traceparent) {
        Mirror mirror = books.rows().get(mirrors, dispute).orElseThrow().answered();
        books.rows().update(mirrors, dispute, mirror);
        UUID message = MessageId.of(books.now(), draft.seed());
        Evidence filed = draft.evidence(
                EvidenceWire.passedOn(parties.self(), message),
                mirror.key().id(),
                parties.did(mirror.defendant()),
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
                .between(TradeParties.payee(Optional.of(mirror.defendant()))));
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
        return commit.submit(new EvidenceDecided(asked, outcome.outcome()));
    }

    /// The peer has taken a piece of evidence, or not.
    private final class EvidenceDecided implements InternalCommand<Boolean> {
        private final Outgoing asked;
        private final Outcome outcome;
        private final MirroredEvidence.Key key;

        EvidenceDecided(Outgoing asked, Outcome outcome) {
            this.asked = asked;
            this.outcome = outcome;
            this.key = new MirroredEvidence.Key(
                    UUID.fromString(
                            asked.message().getDisputeEvidence().getEvidence().getEvidenceId()),
                    asked.peer());
        }

        @Override
        public void rows(Rows rows) {
            rows.want(federation.positions(), asked.peer());
            rows.want(evidence, key);
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {}

        @Override
        public Boolean decide(Books books) {
            federation.messages().answered(books, asked);
            MirroredEvidence sent = books.rows().get(evidence, key).orElseThrow();
            if (sent.state() == MirroredEvidence.State.SENT) {
                books.rows()
                        .update(
                                evidence,
                                key,
                                outcome.hasAccepted()
                                        ? MirroredEvidence.filed(key, sent.dispute(), sent.document())
                                        : sent.refused(Frames.reason(
                                                outcome.getRefused().getReason())));
            }
            return true;
        }
    }

    private static UUID hash(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
