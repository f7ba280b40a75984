package hanse.node.testing;

import hanse.dispute.v1.Evidence;
import hanse.node.call.WireTime;
import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;

/// Evidence as a registry tells of it.
public final class Exhibit {
    private Exhibit() {}

    public static Evidence piece(String dispute, String author, String statement) {
        return hashed(
                dispute,
                Evidence.newBuilder()
                        .setEvidenceId(UUID.randomUUID().toString())
                        .setAuthor(author)
                        .setStatement(statement)
                        .setSubmittedAt(WireTime.of(Instant.EPOCH)));
    }

    /// With the hash that docs/disputes.md gives to it.
    public static Evidence hashed(String dispute, Evidence.Builder piece) {
        String text = String.join(
                "\n",
                "hanse-evidence-v1",
                piece.getEvidenceId(),
                dispute,
                piece.getAuthor(),
                sha256(piece.getStatement()),
                sha256(piece.getReference()),
                "",
                piece.getStance().name(),
                "",
                Instant.ofEpochSecond(
                                piece.getSubmittedAt().getSeconds(),
                                piece.getSubmittedAt().getNanos())
                        .toString());
        return piece.setHash(sha256(text)).build();
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(SignedText.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }
}
