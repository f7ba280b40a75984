package hanse.node.dispute;

import hanse.federation.v1.DisputeEvidence;
import hanse.federation.v1.DisputeNotice;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.federation.Incoming;
import hanse.peer.MessageIds;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Reads what peers say of disputes. What cannot be read, is too large, or is not theirs to say, is empty.
final class EvidenceWire {
    private static final int LONGEST_STATEMENT = 8_000;
    private static final int LONGEST_REFERENCE = 512;
    private static final int MOST_ATTESTATIONS = 10;

    /// Bytes of a dispute without its evidence: a reason and a ruling's note, 4,000 characters each, and little else.
    private static final int LARGEST_DISPUTE = 40_000;

    private EvidenceWire() {}

    /// The id of evidence that a peer passes on: made from its message, so that it is nobody else's.
    static UUID passedOn(RegistryId home, UUID message) {
        return UUID.nameUUIDFromBytes(("hanse-evidence/" + home + "/" + message).getBytes(StandardCharsets.UTF_8));
    }

    /// Evidence that a peer passes on for an agent of its own.
    static Optional<Evidence> passedOn(Incoming message) {
        DisputeEvidence passed = message.message().getDisputeEvidence();
        UUID id = passedOn(message.peer(), message.id());
        return MessageIds.parse(passed.getDisputeId())
                .flatMap(dispute -> evidence(passed.getEvidence(), dispute))
                .filter(piece -> piece.id().equals(id))
                .filter(piece -> piece.author().registry().equals(message.peer()));
    }

    /// A piece of evidence in a dispute, by its hash the one that was filed.
    static Optional<Evidence> evidence(hanse.dispute.v1.Evidence said, UUID dispute) {
        boolean small = !said.getStatement().isEmpty()
                && length(said.getStatement()) <= LONGEST_STATEMENT
                && length(said.getReference()) <= LONGEST_REFERENCE
                && said.getAttestationIdsCount() <= MOST_ATTESTATIONS;
        if (!small) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Evidence(
                            UUID.fromString(said.getEvidenceId()),
                            dispute,
                            Did.parse(said.getAuthor()),
                            said.getStatement(),
                            said.getReference(),
                            DisputeWire.hash(said.getReferenceHash()),
                            Evidence.Stance.valueOf(said.getStance().name()),
                            said.getAttestationIdsList().stream()
                                    .map(UUID::fromString)
                                    .toList(),
                            time(said.getSubmittedAt())))
                    .filter(piece -> piece.referenceHash().stream().allMatch(hash -> hash.length == 32))
                    .filter(piece -> Evidence.hex(piece.hash()).equals(said.getHash()));
        } catch (RefusedException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /// A peer's dispute between an agent of this registry and one of its own.
    static Optional<Mirror> mirror(RegistryId peer, RegistryId self, DisputeNotice notice) {
        hanse.dispute.v1.Dispute said = notice.getDispute();
        if (said.getSerializedSize() > LARGEST_DISPUTE || notice.getVersion() <= 0) {
            return Optional.empty();
        }
        try {
            Did complainant = Did.parse(said.getComplainant());
            Did defendant = Did.parse(said.getDefendant());
            boolean accused =
                    complainant.registry().equals(peer) && defendant.registry().equals(self);
            boolean complains =
                    complainant.registry().equals(self) && defendant.registry().equals(peer);
            if (!accused && !complains) {
                return Optional.empty();
            }
            return Optional.of(new Mirror(
                    new Mirror.Key(UUID.fromString(said.getDisputeId()), peer),
                    accused ? Mirror.Side.DEFENDANT : Mirror.Side.COMPLAINANT,
                    (accused ? defendant : complainant).agent(),
                    accused ? complainant : defendant,
                    DisputeWire.subject(said.getSubject()),
                    Dispute.State.valueOf(said.getStatus().name()),
                    time(said.getFiledAt()),
                    notice.getVersion(),
                    said.toBuilder()
                            .clearEvidence()
                            .clearOpinions()
                            .clearRecommendation()
                            .clearRelayId()
                            .build(),
                    Instant.EPOCH,
                    0,
                    0,
                    false));
        } catch (RefusedException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static Instant time(com.google.protobuf.Timestamp said) {
        return WireTime.read(said)
                .orElseThrow(() -> new IllegalArgumentException("no time of ours"))
                .truncatedTo(ChronoUnit.MICROS);
    }

    /// Evidence before it is filed.
    ///
    /// @param seed as good as random
    record Draft(
            UUID seed,
            String statement,
            String reference,
            Optional<byte[]> referenceHash,
            Evidence.Stance stance,
            List<UUID> attestations) {
        Evidence evidence(UUID id, UUID dispute, Did author, Instant at) {
            return new Evidence(id, dispute, author, statement, reference, referenceHash, stance, attestations, at);
        }
    }
}
