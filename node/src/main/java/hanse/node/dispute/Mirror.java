package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import java.time.Instant;
import java.util.UUID;

/// A dispute of a peer against an agent of this registry, as the peer has told of it last: to be read, and answered
/// with evidence; never decided here.
///
/// @param version rises with each change at the peer
/// @param document the dispute without its evidence
/// @param toldAt when the peer first told of it
/// @param byComplainant pieces of evidence that the peer has told of
/// @param byDefendant pieces of evidence that the defendant has filed here
/// @param proven whether this registry's own books know what the defendant was paid under the dealing
record Mirror(
        Key key,
        AgentId defendant,
        Did complainant,
        Subject subject,
        Dispute.State state,
        Instant filedAt,
        long version,
        hanse.dispute.v1.Dispute document,
        Instant toldAt,
        int byComplainant,
        int byDefendant,
        boolean proven) {
    /// Whose dispute.
    record Key(UUID id, RegistryId origin) {}

    /// Told of for the first time.
    Mirror first(Instant at) {
        return new Mirror(key, defendant, complainant, subject, state, filedAt, version, document, at, 0, 0, false);
    }

    /// What the peer tells of it, if that is newer. Refuses with `MESSAGE_REFUSED` what makes another dispute of it.
    Mirror told(Mirror news) {
        boolean same = defendant.equals(news.defendant)
                && complainant.equals(news.complainant)
                && subject.equals(news.subject)
                && filedAt.equals(news.filedAt);
        if (!same) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        return news.version > version
                ? with(news.state, news.version, news.document, byComplainant, byDefendant)
                : this;
    }

    /// The peer tells of a piece of the complainant's. Refuses with `TOO_MUCH_EVIDENCE`.
    Mirror evidenced() {
        return with(state, version, document, more(byComplainant), byDefendant);
    }

    /// The defendant has filed a piece here. Refuses with `EVIDENCE_CLOSED`, `TOO_MUCH_EVIDENCE`.
    Mirror answered() {
        if (state != Dispute.State.OPEN) {
            throw new RefusedException(Reason.EVIDENCE_CLOSED);
        }
        return with(state, version, document, byComplainant, more(byDefendant));
    }

    /// The defendant was paid under the dealing, by this registry's own books.
    Mirror asProven() {
        return new Mirror(
                key,
                defendant,
                complainant,
                subject,
                state,
                filedAt,
                version,
                document,
                toldAt,
                byComplainant,
                byDefendant,
                true);
    }

    private static int more(int pieces) {
        if (pieces == Dispute.MOST_EVIDENCE) {
            throw new RefusedException(Reason.TOO_MUCH_EVIDENCE);
        }
        return pieces + 1;
    }

    private Mirror with(
            Dispute.State nextState,
            long nextVersion,
            hanse.dispute.v1.Dispute nextDocument,
            int nextByComplainant,
            int nextByDefendant) {
        return new Mirror(
                key,
                defendant,
                complainant,
                subject,
                nextState,
                filedAt,
                nextVersion,
                nextDocument,
                toldAt,
                nextByComplainant,
                nextByDefendant,
                proven);
    }
}
