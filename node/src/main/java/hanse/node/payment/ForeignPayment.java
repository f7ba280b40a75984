package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A token of a peer that an agent of this registry presented. Pure.
///
/// @param message that asks the issuer to consume it, now or last
/// @param request key of the request that caused that message
/// @param reserved headroom reserved for it
/// @param refusal why the issuer refused last; only when REFUSED
/// @param terms what the issuer said of it; present once it is consumed
/// @param ending the payee's claim or waiver
/// @param credited what the peer has paid for it; only when CREDITED
record ForeignPayment(
        Key key,
        State state,
        UUID message,
        UUID request,
        Avt reserved,
        Optional<Reason> refusal,
        Instant askedAt,
        Optional<Terms> terms,
        Optional<Ending> ending,
        Optional<Avt> credited,
        Optional<Instant> endedAt) {

    /// Which token, and who presented it.
    record Key(UUID id, RegistryId issuer, AgentId payee) {}

    /// What the issuer says of a payment that it has consumed.
    ///
    /// @param payer a DID of the issuer
    /// @param firstUse whether it was consumed by our message, and not before
    record Terms(String payer, Avt amount, String resource, Instant expiresAt, Instant consumedAt, boolean firstUse) {}

    /// Where it stands here. The codes are stored.
    enum State {
        /// The issuer was asked and has not answered.
        ASKED,
        /// The issuer consumed it for us: we will be paid.
        CONSUMED,
        /// The issuer refused; it may be asked again.
        REFUSED,
        /// The payee has been paid.
        CREDITED,
        /// The payee has let it go.
        WAIVED,
        /// Nobody settled it for so long that the issuer has given it back.
        LAPSED;

        short code() {
            return (short) (ordinal() + 1);
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// A claim or a waiver.
    record Ending(UUID message, Kind kind, Progress progress, Optional<Reason> refusal) {
        enum Kind {
            CLAIM,
            WAIVER
        }

        enum Progress {
            ASKED,
            ACCEPTED,
            REFUSED
        }

        Ending accepted() {
            return new Ending(message, kind, Progress.ACCEPTED, Optional.empty());
        }

        Ending refused(Reason why) {
            return new Ending(message, kind, Progress.REFUSED, Optional.of(why));
        }
    }

    static ForeignPayment asked(Key key, UUID message, UUID request, Avt reserved, Instant now) {
        return new ForeignPayment(
                key,
                State.ASKED,
                message,
                request,
                reserved,
                Optional.empty(),
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// The payment is worth more than was reserved: the issuer is asked again, for the same request.
    ForeignPayment askedAgain(UUID nextMessage, Avt nowReserved) {
        require(State.ASKED);
        return new ForeignPayment(
                key, state, nextMessage, request, nowReserved, refusal, askedAt, terms, ending, credited, endedAt);
    }

    /// Whether this message is the one whose outcome is waited for.
    boolean awaits(UUID outcomeOf) {
        return message.equals(outcomeOf) && terms.isEmpty() && state != State.REFUSED;
    }

    /// The issuer has consumed it. It may have been paid already: order never matters.
    ForeignPayment consumed(Terms said) {
        return new ForeignPayment(
                key,
                state == State.CREDITED ? State.CREDITED : State.CONSUMED,
                message,
                request,
                state == State.CREDITED ? reserved : said.amount(),
                Optional.empty(),
                askedAt,
                Optional.of(said),
                ending,
                credited,
                endedAt);
    }

    ForeignPayment refused(Reason why) {
        require(State.ASKED);
        return new ForeignPayment(
                key,
                State.REFUSED,
                message,
                request,
                Avt.ZERO,
                Optional.of(why),
                askedAt,
                terms,
                ending,
                credited,
                endedAt);
    }

    ForeignPayment credited(Avt paid, Instant now) {
        return ended(State.CREDITED, Optional.of(paid), now);
    }

    ForeignPayment waived(Instant now) {
        require(State.CONSUMED);
        return ended(State.WAIVED, credited, now);
    }

    ForeignPayment lapsed(Instant now) {
        require(State.CONSUMED);
        return ended(State.LAPSED, credited, now);
    }

    /// The transfer that a claim led to was refused here: it may be claimed or waived again.
    ForeignPayment claimCameToNothing(Reason why) {
        return with(ending.orElseThrow().refused(why));
    }

    ForeignPayment with(Ending next) {
        return new ForeignPayment(
                key, state, message, request, reserved, refusal, askedAt, terms, Optional.of(next), credited, endedAt);
    }

    private ForeignPayment ended(State next, Optional<Avt> paid, Instant now) {
        return new ForeignPayment(
                key,
                next,
                message,
                request,
                Avt.ZERO,
                Optional.empty(),
                askedAt,
                terms,
                ending,
                paid,
                Optional.of(now));
    }

    /// Whether the issuer has still to say what it is worth.
    boolean isAsked() {
        return state == State.ASKED;
    }

    /// Whether money for it is expected.
    boolean isOwed() {
        return isAsked() || state == State.CONSUMED;
    }

    /// Whether this is the money that is expected: what the issuer promised or, before it has, what it was allowed to.
    boolean isPaidBy(String payer, long micros) {
        return terms.map(said -> said.payer().equals(payer) && said.amount().micros() == micros)
                .orElse(micros <= reserved.micros());
    }

    /// Whether its payee has claimed it, and the issuer has not said no.
    boolean isClaimed() {
        return ending.filter(open -> open.kind() == Ending.Kind.CLAIM && open.progress() != Ending.Progress.REFUSED)
                .isPresent();
    }

    /// What it is worth: as paid or, before that, as promised.
    Optional<Avt> amount() {
        return credited.or(() -> terms.map(Terms::amount));
    }

    private void require(State expected) {
        if (state != expected) {
            throw new IllegalStateException("a foreign payment in state " + state + " was taken for " + expected);
        }
    }
}
