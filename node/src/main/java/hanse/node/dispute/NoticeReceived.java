package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.federation.v1.DisputeNotice;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.Decision;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.List;
import java.util.Optional;

/// A peer tells of its dispute against an agent of this registry, or of one that such an agent has asked it for.
/// Refuses with `MESSAGE_REFUSED`, `UNKNOWN_AGENT`, `DEALING_NOT_PROVEN`, `TOO_MUCH_EVIDENCE`.
final class NoticeReceived implements Decision {
    private final List<Disputable> owners;
    private final MirrorStore mirrors;
    private final MirroredEvidenceStore evidence;
    private final RegistryId peer;
    private final DisputeNotice notice;
    private final Optional<Mirror> told;
    private final Optional<Evidence> piece;

    NoticeReceived(
            RegistryId self,
            List<Disputable> owners,
            MirrorStore mirrors,
            MirroredEvidenceStore evidence,
            RegistryId peer,
            DisputeNotice notice) {
        this.owners = owners;
        this.mirrors = mirrors;
        this.evidence = evidence;
        this.peer = peer;
        this.notice = notice;
        this.told = EvidenceWire.mirror(peer, self, notice);
        this.piece = told.filter(mirror -> notice.hasEvidence())
                .flatMap(mirror ->
                        EvidenceWire.evidence(notice.getEvidence(), mirror.key().id()));
    }

    @Override
    public void rows(Rows rows) {
        told.ifPresent(mirror -> {
            rows.want(mirrors, mirror.key());
            piece.ifPresent(found -> rows.want(evidence, key(found)));
            owner(mirror).ifPresent(owner -> owner.foreignRows(rows, peer, mirror.subject(), mirror.agent()));
        });
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        told.ifPresent(mirror -> wanted.account(AccountId.of(mirror.agent())));
    }

    private MirroredEvidence.Key key(Evidence found) {
        return new MirroredEvidence.Key(found.id(), peer);
    }

    @Override
    public Verdict decide(Books books) {
        Mirror news = told.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
        if (notice.hasEvidence() && piece.isEmpty()) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        if (books.find(AccountId.of(news.agent())).filter(Account::isAgent).isEmpty()) {
            throw new RefusedException(Reason.UNKNOWN_AGENT);
        }
        Optional<Mirror> before = books.rows().get(mirrors, news.key());
        Optional<Avt> received = received(books, news);
        Mirror latest = before.map(known -> known.told(news)).orElseGet(() -> unasked(books, news, received));
        Mirror mirror = received.filter(paid -> !paid.isZero()).isPresent() ? latest.asProven() : latest;
        Mirror after = piece.map(found -> keep(books, mirror, found)).orElse(mirror);
        if (before.isEmpty()) {
            books.rows().insert(mirrors, after.key(), after);
        } else if (!before.get().equals(after)) {
            books.rows().update(mirrors, after.key(), after);
        }
        return DONE;
    }

    /// An agent of this registry can be accused unasked, but only of a dealing that this registry knows of; it does not
    /// complain without having asked for it.
    private static Mirror unasked(Books books, Mirror news, Optional<Avt> received) {
        if (news.side() == Mirror.Side.COMPLAINANT) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        if (received.isEmpty()) {
            throw new RefusedException(Reason.DEALING_NOT_PROVEN);
        }
        return news.first(books.now());
    }

    private Optional<Disputable> owner(Mirror mirror) {
        return Disputable.of(owners, mirror.subject().kind());
    }

    /// What the accused agent was paid; empty when no such dealing is known.
    private Optional<Avt> received(Books books, Mirror mirror) {
        return mirror.side() == Mirror.Side.COMPLAINANT
                ? Optional.empty()
                : owner(mirror)
                        .flatMap(owner -> owner.received(
                                books.rows(), peer, mirror.subject(), mirror.opponent(), mirror.agent()));
    }

    /// The opponent's, and no more than it may file; of this registry's agent only what was filed here, and then that
    /// it has arrived.
    private Mirror keep(Books books, Mirror mirror, Evidence found) {
        MirroredEvidence filed = MirroredEvidence.filed(key(found), mirror.key().id(), DisputeWire.evidence(found));
        Optional<MirroredEvidence> known = books.rows().get(evidence, filed.key());
        if (known.isPresent()) {
            if (!known.get().isOf(filed)) {
                throw new RefusedException(Reason.MESSAGE_REFUSED);
            }
            books.rows().update(evidence, filed.key(), filed);
            return mirror;
        }
        if (!found.author().equals(mirror.opponent())) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        Mirror evidenced = mirror.evidenced();
        books.rows().insert(evidence, filed.key(), filed);
        return evidenced;
    }
}
