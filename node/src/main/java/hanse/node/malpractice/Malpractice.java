package hanse.node.malpractice;

import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.wire.SignedText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A record of malpractice. Pure: every transition says when it is legal and refuses with its own reason.
///
/// @param registry which keeps it: the reporter's
/// @param delivery whether the reported agent's registry shows it
/// @param refusal why it does not; only when REFUSED
record Malpractice(
        UUID id,
        RegistryId registry,
        Report report,
        Optional<Testimony> answer,
        Optional<Ending> ending,
        Delivery delivery,
        Optional<Reason> refusal) {

    /// Where it stands. The codes are stored.
    enum State {
        STANDING,
        WITHDRAWN,
        STRUCK;

        short code() {
            return (short) (ordinal() + 1);
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// What has gone wrong. The codes are stored.
    enum Grounds {
        OTHER,
        NOT_DELIVERED,
        BAD_WORK,
        NOT_PAID,
        FRAUD,
        ABUSE;

        short code() {
            return (short) ordinal();
        }

        static Grounds of(short code) {
            return values()[code];
        }
    }

    /// Whether the reported agent can read it. The codes are stored.
    enum Delivery {
        HERE,
        UNDER_WAY,
        SHOWN,
        REFUSED;

        short code() {
            return (short) ordinal();
        }

        static Delivery of(short code) {
            return values()[code];
        }
    }

    /// What never changes.
    record Report(
            Reportable.Kind kind, UUID dealing, Did reporter, Did reported, Grounds grounds, Testimony testimony) {}

    /// How it ended.
    ///
    /// @param how WITHDRAWN or STRUCK
    /// @param by who ended it, as callers are named; empty when a peer has ended it
    record Ending(State how, Instant at, String by, String note) {}

    /// The id of what `reporter` has to say about a dealing.
    static UUID id(Reportable.Kind kind, UUID dealing, Did reporter) {
        String text = String.join("\n", "hanse-malpractice-v1", kind.name(), dealing.toString(), reporter.toString());
        ByteBuffer hash = ByteBuffer.wrap(SignedText.sha256(text.getBytes(StandardCharsets.UTF_8)));
        return new UUID(hash.getLong(), hash.getLong());
    }

    static Malpractice reported(RegistryId registry, Report report, Delivery delivery) {
        return new Malpractice(
                id(report.kind(), report.dealing(), report.reporter()),
                registry,
                report,
                Optional.empty(),
                Optional.empty(),
                delivery,
                Optional.empty());
    }

    State state() {
        return ending.map(Ending::how).orElse(State.STANDING);
    }

    boolean isParty(Did agent) {
        return report.reporter().equals(agent) || report.reported().equals(agent);
    }

    /// The reported agent's answer. It may come after the end: order never matters.
    Malpractice answered(Testimony said) {
        if (answer.isPresent()) {
            throw new RefusedException(Reason.ALREADY_ANSWERED);
        }
        return new Malpractice(id, registry, report, Optional.of(said), ending, delivery, refusal);
    }

    Malpractice ended(Ending end) {
        if (ending.isPresent()) {
            throw new RefusedException(Reason.MALPRACTICE_ENDED);
        }
        return new Malpractice(id, registry, report, answer, Optional.of(end), delivery, refusal);
    }

    /// As the peer that keeps it shows it now: what has ended stays so, whichever message comes first.
    Malpractice showing(Malpractice shown) {
        return ending.isPresent() || shown.ending.isEmpty()
                ? this
                : new Malpractice(id, registry, report, answer, shown.ending, delivery, refusal);
    }

    /// What the reported agent's registry has said.
    Malpractice delivered(Optional<Reason> refused) {
        Delivery now = refused.isPresent() ? Delivery.REFUSED : Delivery.SHOWN;
        return new Malpractice(id, registry, report, answer, ending, now, refused);
    }

    /// SHA-256 over what the reporter has said.
    byte[] hash() {
        return report.testimony()
                .hash(String.join(
                        "\n",
                        "hanse-malpractice-report-v1",
                        id.toString(),
                        report.kind().name(),
                        report.dealing().toString(),
                        report.reporter().toString(),
                        report.reported().toString(),
                        report.grounds().name()));
    }

    /// SHA-256 over what the reported agent has said.
    byte[] answerHash() {
        return answer.orElseThrow()
                .hash(String.join(
                        "\n",
                        "hanse-malpractice-answer-v1",
                        id.toString(),
                        report.reported().toString()));
    }
}
