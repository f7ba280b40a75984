package hanse.wire.journal;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What a registry signs as a checkpoint: UTF-8 lines, each ended by a `\n`.
///
/// ```
/// hanse-checkpoint-v1
/// <registry id>
/// <number>
/// <time, ISO 8601>
/// <lane> <block> <number of entries> <head in hex>        one line per lane, in order
/// ```
public record CheckpointText(String registry, long number, Instant at, List<Head> heads) {
    private static final String TITLE = "hanse-checkpoint-v1";
    private static final int LINES_BEFORE_HEADS = 4;
    private static final int WORDS = 4;

    /// The end of one lane's chain.
    ///
    /// @param block blocks in it
    /// @param entries in it
    /// @param hash its head, 32 bytes
    public record Head(int lane, long block, long entries, byte[] hash) {}

    /// A lane's head, if it had one.
    public Optional<Head> lane(int lane) {
        return heads.stream().filter(head -> head.lane() == lane).findFirst();
    }

    /// The signed bytes.
    public byte[] bytes() {
        StringBuilder text = new StringBuilder();
        text.append(TITLE).append('\n');
        text.append(registry).append('\n');
        text.append(number).append('\n');
        text.append(at).append('\n');
        for (Head head : heads) {
            text.append(head.lane()).append(' ');
            text.append(head.block()).append(' ');
            text.append(head.entries()).append(' ');
            text.append(HexFormat.of().formatHex(head.hash())).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Reads what [#bytes] wrote; nothing else.
    public static Optional<CheckpointText> parse(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length <= LINES_BEFORE_HEADS || !lines[0].equals(TITLE)) {
            return Optional.empty();
        }
        try {
            List<Head> heads = new ArrayList<>();
            for (int i = LINES_BEFORE_HEADS; i < lines.length - 1; i++) {
                String[] words = lines[i].split(" ", -1);
                if (words.length != WORDS) {
                    return Optional.empty();
                }
                heads.add(new Head(
                        Integer.parseInt(words[0]),
                        Long.parseLong(words[1]),
                        Long.parseLong(words[2]),
                        JournalHash.hash(words[3])));
            }
            CheckpointText text =
                    new CheckpointText(lines[1], Long.parseLong(lines[2]), Instant.parse(lines[3]), List.copyOf(heads));
            return Arrays.equals(text.bytes(), bytes) ? Optional.of(text) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            return Optional.empty();
        }
    }
}
