package hanse.node.dispute;

import hanse.federation.v1.DisputeFiling;
import hanse.federation.v1.DisputeWithdrawal;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Avt;
import hanse.peer.MessageIds;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/// Filings and withdrawals that a complainant's home passes on, as messages. What cannot be read, is too large, or is
/// not the peer's to say, is empty.
final class FilingWire {
    private static final int LONGEST_REASON = 4_000;

    private FilingWire() {}

    /// The id of a dispute that a peer files for an agent of its own: made from its message, so that both know it.
    static UUID dispute(RegistryId home, UUID message) {
        return UUID.nameUUIDFromBytes(("hanse-dispute/" + home + "/" + message).getBytes(StandardCharsets.UTF_8));
    }

    static DisputeFiling filing(Did complainant, Complaint complaint) {
        return DisputeFiling.newBuilder()
                .setComplainant(complainant.toString())
                .setSubject(SubjectWire.message(complaint.subject()))
                .setGrounds(hanse.dispute.v1.Dispute.Grounds.valueOf(
                        complaint.grounds().name()))
                .setReason(complaint.reason())
                .setAmountMicros(complaint.amount().map(Avt::micros).orElse(0L))
                .build();
    }

    /// A complaint of an agent of a peer.
    record Filed(Did complainant, Complaint complaint) {}

    static Optional<Filed> filed(Incoming message) {
        DisputeFiling said = message.message().getDisputeFiling();
        int length = said.getReason().codePointCount(0, said.getReason().length());
        long micros = said.getAmountMicros();
        if (length == 0 || length > LONGEST_REASON || micros < 0 || micros > Avt.MAX.micros()) {
            return Optional.empty();
        }
        try {
            Dispute.Grounds grounds = Dispute.Grounds.valueOf(said.getGrounds().name());
            Optional<Avt> amount = micros == 0 ? Optional.empty() : Optional.of(new Avt(micros));
            return theirs(said.getComplainant(), message.peer())
                    .flatMap(complainant -> SubjectWire.read(said.getSubject())
                            .map(subject ->
                                    new Filed(complainant, new Complaint(subject, grounds, said.getReason(), amount))));
        } catch (IllegalArgumentException unknownGrounds) {
            return Optional.empty();
        }
    }

    static DisputeWithdrawal withdrawal(UUID dispute, Subject subject, Did complainant) {
        return DisputeWithdrawal.newBuilder()
                .setDisputeId(MessageIds.bytes(dispute))
                .setSubject(SubjectWire.message(subject))
                .setComplainant(complainant.toString())
                .build();
    }

    /// An agent of a peer takes its dispute back.
    record Withdrawn(UUID dispute, Subject subject, Did complainant) {}

    static Optional<Withdrawn> withdrawn(Incoming message) {
        DisputeWithdrawal said = message.message().getDisputeWithdrawal();
        return MessageIds.parse(said.getDisputeId())
                .flatMap(dispute -> SubjectWire.read(said.getSubject())
                        .flatMap(subject -> theirs(said.getComplainant(), message.peer())
                                .map(complainant -> new Withdrawn(dispute, subject, complainant))));
    }

    private static Optional<Did> theirs(String did, RegistryId peer) {
        try {
            return Optional.of(Did.parse(did)).filter(agent -> agent.registry().equals(peer));
        } catch (RefusedException unreadable) {
            return Optional.empty();
        }
    }
}
