package hanse.node.dispute;

import hanse.node.call.Did;
import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What a party has filed. Never changed.
///
/// @param referenceHash SHA-256 of what `reference` names
record Evidence(
        UUID id,
        UUID dispute,
        Did author,
        String statement,
        String reference,
        Optional<byte[]> referenceHash,
        Stance stance,
        List<UUID> attestations,
        Instant submittedAt) {

    /// What it says to the complaint. The codes are stored.
    enum Stance {
        NEUTRAL,
        CONTESTED,
        CONCEDED;

        short code() {
            return (short) ordinal();
        }

        static Stance of(short code) {
            return values()[code];
        }
    }

    /// SHA-256 over everything it says, each line as docs/disputes.md gives it. Texts come as their own hashes, so that
    /// no line can pretend to be two.
    byte[] hash() {
        StringBuilder text = new StringBuilder("hanse-evidence-v1\n")
                .append(id)
                .append('\n')
                .append(dispute)
                .append('\n')
                .append(author)
                .append('\n')
                .append(hex(SignedText.sha256(statement.getBytes(StandardCharsets.UTF_8))))
                .append('\n')
                .append(hex(SignedText.sha256(reference.getBytes(StandardCharsets.UTF_8))))
                .append('\n')
                .append(referenceHash.map(Evidence::hex).orElse(""))
                .append('\n')
                .append(stance)
                .append('\n');
        attestations.forEach(id -> text.append(id).append(' '));
        text.append('\n').append(submittedAt);
        return SignedText.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
