package hanse.wire.journal;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// What a registry signs of all that has passed between it and a peer: UTF-8 lines, each ended by a `\n`; amounts in
/// micro-AVT.
///
/// ```
/// hanse-totals-v1
/// <the signer's registry id>
/// <the peer's registry id>
/// <time, ISO 8601>
/// <exported to the peer>
/// <in flight to the peer>
/// <imported from the peer>
/// <slashed for the peer>
/// <compensated, as the peer has slashed>
/// ```
public record TotalsText(
        String signer,
        String peer,
        Instant at,
        long exported,
        long inFlight,
        long imported,
        long slashed,
        long compensated) {
    private static final String TITLE = "hanse-totals-v1";
    private static final int LINES = 10;

    /// The signed bytes.
    public byte[] bytes() {
        return "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n"
                .formatted(TITLE, signer, peer, at, exported, inFlight, imported, slashed, compensated)
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Reads what [#bytes] wrote; nothing else.
    public static Optional<TotalsText> parse(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length != LINES || !lines[0].equals(TITLE)) {
            return Optional.empty();
        }
        try {
            TotalsText text = new TotalsText(
                    lines[1],
                    lines[2],
                    Instant.parse(lines[3]),
                    Long.parseLong(lines[4]),
                    Long.parseLong(lines[5]),
                    Long.parseLong(lines[6]),
                    Long.parseLong(lines[7]),
                    Long.parseLong(lines[8]));
            return Arrays.equals(text.bytes(), bytes) ? Optional.of(text) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            return Optional.empty();
        }
    }
}
