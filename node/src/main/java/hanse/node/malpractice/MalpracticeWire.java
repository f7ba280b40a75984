package hanse.node.malpractice;

import com.google.protobuf.Timestamp;
import hanse.error.v1.Reason;
import hanse.malpractice.v1.Dealing;
import hanse.node.call.Did;
import hanse.node.call.Nul;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// Records as messages.
final class MalpracticeWire {
    private MalpracticeWire() {}

    static hanse.malpractice.v1.Malpractice record(Malpractice record) {
        Malpractice.Report report = record.report();
        hanse.malpractice.v1.Malpractice.Builder wire = hanse.malpractice.v1.Malpractice.newBuilder()
                .setMalpracticeId(record.id().toString())
                .setState(hanse.malpractice.v1.Malpractice.State.valueOf(
                        record.state().name()))
                .setDealing(Dealing.newBuilder()
                        .setKind(Dealing.Kind.valueOf(report.kind().name()))
                        .setId(report.dealing().toString()))
                .setReporter(report.reporter().toString())
                .setReported(report.reported().toString())
                .setGrounds(hanse.malpractice.v1.Malpractice.Grounds.valueOf(
                        report.grounds().name()))
                .setReport(testimony(report.testimony()))
                .setRegistryId(record.registry().value())
                .setDelivery(hanse.malpractice.v1.Malpractice.Delivery.valueOf(
                        record.delivery().name()))
                .setRefusal(record.refusal().map(Enum::name).orElse(""))
                .setHash(HexFormat.of().formatHex(record.hash()));
        record.answer().ifPresent(answer -> wire.setAnswer(testimony(answer)));
        record.ending()
                .ifPresent(ending -> wire.setEndedAt(WireTime.of(ending.at())).setEndingNote(ending.note()));
        return wire.build();
    }

    static hanse.malpractice.v1.Testimony testimony(Testimony testimony) {
        return hanse.malpractice.v1.Testimony.newBuilder()
                .setStatement(testimony.statement())
                .setReference(testimony.reference())
                .setReferenceHash(testimony.hashText())
                .setAt(WireTime.of(testimony.at()))
                .build();
    }

    /// @param hex 64 digits, or empty for none
    static Optional<byte[]> hash(String hex) {
        return hex.isEmpty() ? Optional.empty() : Optional.of(HexFormat.of().parseHex(hex));
    }

    /// A record that a peer keeps, as it shows it. Refuses with `MESSAGE_UNREADABLE` what is no record, with
    /// `MESSAGE_REFUSED` what is not the peer's to keep.
    static Malpractice read(hanse.malpractice.v1.Malpractice wire, RegistryId peer) {
        try {
            Did reporter = Did.parse(wire.getReporter());
            Malpractice record = Malpractice.reported(
                    peer,
                    new Malpractice.Report(
                            Reportable.Kind.valueOf(wire.getDealing().getKind().name()),
                            UUID.fromString(wire.getDealing().getId()),
                            reporter,
                            Did.parse(wire.getReported()),
                            Malpractice.Grounds.valueOf(wire.getGrounds().name()),
                            read(wire.getReport())),
                    Malpractice.Delivery.HERE);
            if (!reporter.registry().equals(peer) || !record.id().toString().equals(wire.getMalpracticeId())) {
                throw new RefusedException(Reason.MESSAGE_REFUSED);
            }
            Malpractice.State state = Malpractice.State.valueOf(wire.getState().name());
            if (state == Malpractice.State.STANDING) {
                return record;
            }
            String note = text(wire.getEndingNote(), 1_000);
            return record.ended(new Malpractice.Ending(state, time(wire.getEndedAt()), "", note));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
    }

    /// What an agent of a peer has said. Refuses with `MESSAGE_UNREADABLE`.
    static Testimony read(hanse.malpractice.v1.Testimony wire) {
        if (!Nul.in(wire).isEmpty() || wire.getStatement().isEmpty()) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
        try {
            Optional<byte[]> hash = hash(wire.getReferenceHash());
            if (hash.filter(bytes -> bytes.length != 32).isPresent()) {
                throw new RefusedException(Reason.MESSAGE_UNREADABLE);
            }
            return new Testimony(
                    text(wire.getStatement(), Testimony.LONGEST_STATEMENT),
                    text(wire.getReference(), Testimony.LONGEST_REFERENCE),
                    hash,
                    time(wire.getAt()));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
    }

    private static String text(String text, int longest) {
        if (text.codePointCount(0, text.length()) > longest || text.indexOf('\0') >= 0) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
        return text;
    }

    private static Instant time(Timestamp time) {
        return WireTime.read(time)
                .orElseThrow(() -> new RefusedException(Reason.MESSAGE_UNREADABLE))
                .truncatedTo(ChronoUnit.MICROS);
    }
}
