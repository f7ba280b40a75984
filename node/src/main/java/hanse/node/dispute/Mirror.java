package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import java.time.Instant;
import java.util.UUID;

/// A dispute of a peer between an agent of this registry and one of the peer's, as the peer has told of it last: to be
/// read, and answered with evidence; never decided here.
///
/// @param side what the agent is in it
/// @param opponent the other party
/// @param version rises with each change at the peer; 0 as long as the agent has only asked for it
/// @param document the dispute without its evidence
/// @param toldAt when the peer first told of it, or was asked for it
/// @param byOpponent pieces of evidence that the peer has told of
/// @param byAgent pieces of evidence that the agent has filed here
/// @param proven whether this registry's own books know what the agent, as the defendant, was paid under the dealing
record Mirror(
        Key key,
        Side side,
        AgentId agent,
        Did opponent,
        Subject subject,
        Dispute.State state,
        Instant filedAt,
        long version,
        hanse.dispute.v1.Dispute document,
        Instant toldAt,
        int byOpponent,
        int byAgent,
        boolean proven) {
    /// Whose dispute.
    record Key(UUID id, RegistryId origin) {}

    /// What a party is. The codes are stored.
    enum Side {
        COMPLAINANT,
        DEFENDANT;

        short code() {
            return (short) (ordinal() + 1);
        }

        static Side of(short code) {
            return values()[code - 1];
        }
    }

    /// What an agent of this registry asks the peer for.
    static Mirror asked(
            Key key, AgentId complainant, Did defendant, Subject subject, hanse.dispute.v1.Dispute wish, Instant now) {
        return new Mirror(
                key,
                Side.COMPLAINANT,
                complainant,
                defendant,
                subject,
                Dispute.State.OPEN,
                now,
                0,
                wish,
                now,
                0,
                0,
                false);
    }

    /// Told of for the first time.
    Mirror first(Instant at) {
        return new Mirror(key, side, agent, opponent, subject, state, filedAt, version, document, at, 0, 0, false);
    }

    /// Whether the peer keeps such a dispute, as far as is known here.
    boolean isTold() {
        return version > 0;
    }

    /// Whether both are the same dispute of the same parties.
    boolean isOf(Mirror news) {
        return key.equals(news.key)
                && side == news.side
                && agent.equals(news.agent)
                && opponent.equals(news.opponent)
                && subject.equals(news.subject)
                && (!isTold() || filedAt.equals(news.filedAt));
    }

    /// What the peer tells of it, if that is newer. Refuses with `MESSAGE_REFUSED` what makes another dispute of it.
    Mirror told(Mirror news) {
        if (!isOf(news)) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        return news.version <= version
                ? this
                : new Mirror(
                        key,
                        side,
                        agent,
                        opponent,
                        subject,
                        news.state,
                        news.filedAt,
                        news.version,
                        news.document,
                        toldAt,
                        byOpponent,
                        byAgent,
                        proven);
    }

    /// The peer tells of a piece of the other party's. Refuses with `TOO_MUCH_EVIDENCE`.
    Mirror evidenced() {
        return with(more(byOpponent), byAgent, proven);
    }

    /// The agent has filed a piece here. Refuses with `EVIDENCE_CLOSED`, `TOO_MUCH_EVIDENCE`.
    Mirror answered() {
        if (state != Dispute.State.OPEN) {
            throw new RefusedException(Reason.EVIDENCE_CLOSED);
        }
        return with(byOpponent, more(byAgent), proven);
    }

    /// Refuses unless the agent may take it back: with `NOT_YOURS`, `DISPUTE_CLOSED`.
    void requireWithdrawable() {
        if (side != Side.COMPLAINANT) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        if (state == Dispute.State.CLOSED) {
            throw new RefusedException(Reason.DISPUTE_CLOSED);
        }
    }

    /// The defendant was paid under the dealing, by this registry's own books.
    Mirror asProven() {
        return with(byOpponent, byAgent, true);
    }

    private static int more(int pieces) {
        if (pieces == Dispute.MOST_EVIDENCE) {
            throw new RefusedException(Reason.TOO_MUCH_EVIDENCE);
        }
        return pieces + 1;
    }

    private Mirror with(int nextByOpponent, int nextByAgent, boolean nextProven) {
        return new Mirror(
                key,
                side,
                agent,
                opponent,
                subject,
                state,
                filedAt,
                version,
                document,
                toldAt,
                nextByOpponent,
                nextByAgent,
                nextProven);
    }
}
