package hanse.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedOutcome;
import java.util.Optional;
import java.util.Set;

/// Believes an outcome only if it proves itself: by the peer's key, from it, to us, about exactly the message that we
/// sent.
final class OutcomeProof {
    /// The most bytes of an outcome and its proof, which may be kept for ever: half as much again as the longest
    /// resource needs.
    private static final int MAX_BYTES = 4 * 1024;

    /// The same for an outcome that shows a contract or a dispute as it stands, with its texts: it is read, not kept.
    private static final int MAX_SHOWING_BYTES = PeerServer.MAX_MESSAGE_BYTES;

    /// What is answered with one of those.
    private static final Set<Message.BodyCase> SHOWN_WHAT_STANDS = Set.of(
            Message.BodyCase.RELAY_CONTRACT_REQUEST,
            Message.BodyCase.SLASH_CONFIRMATION,
            Message.BodyCase.DISPUTE_FILING,
            Message.BodyCase.DISPUTE_WITHDRAWAL);

    private final String self;
    private final String peer;
    private final PeerTrust trust;
    private final PeerMetrics.Counters metrics;

    OutcomeProof(String self, String peer, PeerTrust trust, PeerMetrics.Counters metrics) {
        this.self = self;
        this.peer = peer;
        this.trust = trust;
        this.metrics = metrics;
    }

    Optional<Outcome> verify(Dispatch dispatch, SignedOutcome signed) {
        Optional<TrustedPeer> pinned = trust.find(peer);
        if (pinned.isEmpty()) {
            return Optional.empty();
        }
        if (signed.getSerializedSize() > most(dispatch, signed)) {
            return forged("an outcome larger than an answer to that message needs");
        }
        ByteString bytes = signed.getOutcome();
        if (!pinned.get()
                .signed(SignedBytes.OUTCOME.of(bytes), signed.getSignature().toByteArray())) {
            return forged("an outcome not signed by its key");
        }
        Outcome outcome;
        try {
            outcome = Outcome.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return forged("an outcome that is none");
        }
        if (!outcome.getFrom().equals(peer) || !outcome.getTo().equals(self)) {
            return forged("an outcome between other registries");
        }
        if (!outcome.getId().equals(MessageIds.bytes(dispatch.id()))
                || !outcome.getRequestDigest().equals(dispatch.digest())) {
            return forged("the outcome of another message");
        }
        if (outcome.getResultCase() == Outcome.ResultCase.RESULT_NOT_SET) {
            return forged("an outcome without a result known here");
        }
        return Optional.of(outcome);
    }

    /// The most bytes that an outcome of this message may have. Few are so long that the message has to be looked at.
    private static int most(Dispatch dispatch, SignedOutcome signed) {
        if (signed.getSerializedSize() <= MAX_BYTES) {
            return MAX_BYTES;
        }
        try {
            Message asked = Message.parseFrom(dispatch.message().signed().getMessage());
            return SHOWN_WHAT_STANDS.contains(asked.getBodyCase()) ? MAX_SHOWING_BYTES : MAX_BYTES;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message of our own cannot be read", e);
        }
    }

    private Optional<Outcome> forged(String what) {
        metrics.answerRefused(Refusal.FORGED_OUTCOME, "it sent " + what);
        return Optional.empty();
    }
}
