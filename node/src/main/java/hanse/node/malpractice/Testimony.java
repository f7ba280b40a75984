package hanse.node.malpractice;

import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/// What a party says, and its evidence. Never changed.
///
/// @param referenceHash SHA-256 of what `reference` names
record Testimony(String statement, String reference, Optional<byte[]> referenceHash, Instant at) {
    static final int LONGEST_STATEMENT = 4_000;
    static final int LONGEST_REFERENCE = 512;

    /// SHA-256 over `head` and everything that is said, each line as docs/malpractice.md gives it. Texts come as their
    /// own hashes, so that no line can pretend to be two.
    byte[] hash(String head) {
        return SignedText.sha256(
                utf8(String.join("\n", head, hex(statement), hex(reference), hashText(), at.toString())));
    }

    String hashText() {
        return referenceHash.map(HexFormat.of()::formatHex).orElse("");
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(SignedText.sha256(utf8(text)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
