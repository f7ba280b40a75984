package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.peer.v1.CanaryPayments;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How the canary payments to a peer fare. Pure.
///
/// @param payer this registry's canary
/// @param payee the peer's; empty if it has told of none
/// @param newest the last payment that was sent
/// @param arrivedBefore the last one before it that arrived
/// @param settledBefore how many before it arrived
/// @param refusedBefore how many before it the peer refused
/// @param unsent how often none could be sent
/// @param unsentFor why none could be sent the last time; empty if one was
public record CanaryState(
        Did payer,
        RegistryId peer,
        Optional<AgentId> payee,
        Optional<Frame> newest,
        Optional<Frame> arrivedBefore,
        long settledBefore,
        long refusedBefore,
        long unsent,
        Optional<Reason> unsentFor) {
    static CanaryState first(Did payer, RegistryId peer) {
        return new CanaryState(
                payer, peer, Optional.empty(), Optional.empty(), Optional.empty(), 0, 0, 0, Optional.empty());
    }

    /// The peer has said what its canary is.
    CanaryState told(Optional<AgentId> canary) {
        return new CanaryState(
                payer, peer, canary, newest, arrivedBefore, settledBefore, refusedBefore, unsent, unsentFor);
    }

    /// A payment was sent; perhaps the one that is known.
    CanaryState sent(Frame frame) {
        boolean isKnown = newest.filter(known -> known.id().equals(frame.id())).isPresent();
        return isKnown
                ? new CanaryState(
                        payer,
                        peer,
                        payee,
                        Optional.of(frame),
                        arrivedBefore,
                        settledBefore,
                        refusedBefore,
                        unsent,
                        Optional.empty())
                : new CanaryState(
                        payer,
                        peer,
                        payee,
                        Optional.of(frame),
                        arrived(),
                        settled(),
                        refused(),
                        unsent,
                        Optional.empty());
    }

    /// None could be sent.
    CanaryState unsent(Reason why) {
        return new CanaryState(
                payer, peer, payee, newest, arrivedBefore, settledBefore, refusedBefore, unsent + 1, Optional.of(why));
    }

    private Optional<Frame> arrived() {
        return newest.filter(frame -> frame.state() == Frame.State.EXPORTED).or(() -> arrivedBefore);
    }

    /// How many arrived.
    public long settled() {
        return settledBefore
                + (newest.filter(frame -> frame.state() == Frame.State.EXPORTED).isPresent() ? 1 : 0);
    }

    /// How many the peer refused.
    public long refused() {
        return refusedBefore + (refusal().isPresent() ? 1 : 0);
    }

    /// Why the peer refused the newest one.
    Optional<Reason> refusal() {
        return newest.flatMap(Frame::refusal);
    }

    /// When the newest one was sent, if it has no outcome.
    public Optional<Instant> waitingSince() {
        return newest.filter(Frame::isPrepared).map(Frame::preparedAt);
    }

    /// When the outcome of the last one that arrived was recorded.
    public Optional<Instant> arrivedAt() {
        return arrived().flatMap(Frame::endedAt);
    }

    /// How long after it was sent that was.
    public Optional<Duration> took() {
        return arrived().flatMap(frame -> frame.endedAt().map(end -> Duration.between(frame.preparedAt(), end)));
    }

    /// Whether the canary had no money the last time.
    public boolean isUnfunded() {
        return unsentFor.equals(Optional.of(Reason.INSUFFICIENT_FUNDS));
    }

    CanaryPayments wire() {
        CanaryPayments.Builder wire = CanaryPayments.newBuilder()
                .setPayer(payer.toString())
                .setPayee(payee.map(canary -> new Did(peer, canary).toString()).orElse(""))
                .setTookMs(took().map(Duration::toMillis).orElse(0L))
                .setSettled(settled())
                .setRefused(refused())
                .setUnsent(unsent);
        arrivedAt().map(WireTime::of).ifPresent(wire::setArrivedAt);
        waitingSince().map(WireTime::of).ifPresent(wire::setWaitingSince);
        return wire.build();
    }
}
