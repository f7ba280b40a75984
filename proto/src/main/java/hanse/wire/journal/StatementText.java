package hanse.wire.journal;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// What a registry signs as its statement of one day's transfers: UTF-8 lines, each ended by a `\n`.
///
/// ```
/// hanse-statement-v1
/// <the signer's registry id>
/// <the sender's registry id>
/// <the receiver's registry id>
/// <day, ISO 8601: on which the sender prepared them>
/// <how many were credited>
/// <their sum, micro-AVT>
/// <SHA-256 over each transfer's id, 16 bytes, and micro-AVT, 8 bytes big-endian, by id; in hex>
/// ```
public record StatementText(
        String signer, String sender, String receiver, LocalDate day, long count, long micros, byte[] digest) {
    private static final String TITLE = "hanse-statement-v1";
    private static final int LINES = 9;

    /// The signed bytes.
    public byte[] bytes() {
        String hex = HexFormat.of().formatHex(digest);
        return "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n"
                .formatted(TITLE, signer, sender, receiver, day, count, micros, hex)
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Reads what [#bytes] wrote; nothing else.
    public static Optional<StatementText> parse(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length != LINES || !lines[0].equals(TITLE)) {
            return Optional.empty();
        }
        try {
            StatementText text = new StatementText(
                    lines[1],
                    lines[2],
                    lines[3],
                    LocalDate.parse(lines[4]),
                    Long.parseLong(lines[5]),
                    Long.parseLong(lines[6]),
                    JournalHash.hash(lines[7]));
            return Arrays.equals(text.bytes(), bytes) ? Optional.of(text) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            return Optional.empty();
        }
    }
}
