package hanse.node.audit;

import hanse.audit.v1.LaneHead;
import hanse.audit.v1.VerifyJournalResponse;
import hanse.node.call.WireTime;
import java.util.Base64;
import java.util.HexFormat;

/// The journal's proof as messages.
final class AuditWire {
    private AuditWire() {}

    static hanse.audit.v1.Checkpoint checkpoint(Checkpoints.Signed signed) {
        Checkpoint checkpoint = signed.checkpoint();
        hanse.audit.v1.Checkpoint.Builder message = hanse.audit.v1.Checkpoint.newBuilder()
                .setNumber(checkpoint.number())
                .setRegistryId(checkpoint.registry().value())
                .setAt(WireTime.of(checkpoint.at()))
                .setSignature(Base64.getEncoder().encodeToString(signed.signature()));
        checkpoint
                .heads()
                .forEach(head -> message.addHeads(LaneHead.newBuilder()
                        .setLane(head.lane())
                        .setBlock(head.block())
                        .setPosition(head.number())
                        .setHash(HexFormat.of().formatHex(head.hash()))));
        return message.build();
    }

    static VerifyJournalResponse progress(long checked, long total) {
        return VerifyJournalResponse.newBuilder()
                .setEntriesChecked(checked)
                .setEntriesTotal(total)
                .build();
    }

    static VerifyJournalResponse report(Verification.Report report) {
        return VerifyJournalResponse.newBuilder()
                .setEntriesChecked(report.entries())
                .setEntriesTotal(report.entries())
                .setFinished(true)
                .setHolds(report.holds())
                .setFault(report.fault().map(Fault::toString).orElse(""))
                .build();
    }
}
