package hanse.node.settlement;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.federation.v1.SlashApplied;
import hanse.federation.v1.SlashConfirmation;
import hanse.federation.v1.SlashRequest;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.dispute.Claim;
import hanse.node.dispute.Subject;
import hanse.node.dispute.SubjectWire;
import hanse.node.ledger.Avt;
import hanse.peer.MessageIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Slashes between registries, as messages.
final class SlashWire {
    private static final int LONGEST_NOTE = 4_000;
    private static final int MOST_CITED = 10;

    private SlashWire() {}

    static SlashRequest.Builder request(Claim claim) {
        return SlashRequest.newBuilder()
                .setDisputeId(MessageIds.bytes(claim.dispute()))
                .setSubject(SubjectWire.message(claim.subject()))
                .setComplainant(claim.complainant().toString())
                .setDefendant(claim.defendant().toString())
                .setAmountMicros(claim.amount().micros())
                .setRulingNote(claim.note())
                .addAllAttestationIds(
                        claim.cited().stream().map(MessageIds::bytes).toList())
                .setFiledAt(WireTime.of(claim.filedAt()));
    }

    /// What a peer asks for; empty when it cannot be read, or is not the peer's to ask.
    static Optional<Claim> claim(SlashRequest request, RegistryId from, RegistryId self) {
        try {
            Optional<UUID> dispute = MessageIds.parse(request.getDisputeId());
            Optional<Subject> subject = SubjectWire.read(request.getSubject());
            Did complainant = Did.parse(request.getComplainant());
            Did defendant = Did.parse(request.getDefendant());
            boolean theirs =
                    complainant.registry().equals(from) && defendant.registry().equals(self);
            Optional<Instant> filedAt = WireTime.read(request.getFiledAt());
            long micros = request.getAmountMicros();
            String note = request.getRulingNote();
            if (dispute.isEmpty()
                    || subject.isEmpty()
                    || !theirs
                    || filedAt.isEmpty()
                    || micros <= 0
                    || micros > Avt.MAX.micros()
                    || note.codePointCount(0, note.length()) > LONGEST_NOTE) {
                return Optional.empty();
            }
            return Optional.of(new Claim(
                    dispute.get(),
                    subject.get(),
                    complainant,
                    defendant,
                    new Avt(micros),
                    note,
                    cited(request.getAttestationIdsList()),
                    filedAt.get()));
        } catch (RefusedException unreadable) {
            return Optional.empty();
        }
    }

    private static List<UUID> cited(List<ByteString> ids) {
        List<UUID> cited = new ArrayList<>();
        ids.stream().limit(MOST_CITED).forEach(id -> MessageIds.parse(id).ifPresent(cited::add));
        return cited;
    }

    static SlashConfirmation confirmation(Settlement settlement) {
        SlashConfirmation.Builder confirmation = SlashConfirmation.newBuilder()
                .setDisputeId(MessageIds.bytes(settlement.claim().dispute()))
                .setSubject(SubjectWire.message(settlement.claim().subject()));
        if (settlement.state() == Settlement.State.SLASHED) {
            confirmation.setApplied(SlashApplied.newBuilder()
                    .setBurnedMicros(settlement.burned().micros())
                    .setMitigatedMicros(settlement.mitigated().micros()));
        } else {
            confirmation.setNotApplied(
                    settlement.failure().orElse(Reason.SLASH_REJECTED).name());
        }
        return confirmation.build();
    }
}
