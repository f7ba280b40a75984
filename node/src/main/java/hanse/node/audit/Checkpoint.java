package hanse.node.audit;

import hanse.node.call.RegistryId;
import hanse.node.ledger.Ledger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// All lane heads at one moment. What is signed is its text, lines that each end in a line feed:
/// `hanse-checkpoint-v1`, the registry's id, the number, the time (ISO 8601, UTC), and for each lane, in order, `lane
/// block number hash`.
record Checkpoint(RegistryId registry, long number, Instant at, List<Ledger.Head> heads) {
    private static final String TITLE = "hanse-checkpoint-v1";
    private static final int LINES_BEFORE_HEADS = 4;
    private static final int WORDS = 4;

    byte[] text() {
        StringBuilder text = new StringBuilder();
        text.append(TITLE).append('\n');
        text.append(registry).append('\n');
        text.append(number).append('\n');
        text.append(at).append('\n');
        for (Ledger.Head head : heads) {
            text.append(head.lane()).append(' ');
            text.append(head.block()).append(' ');
            text.append(head.number()).append(' ');
            text.append(HexFormat.of().formatHex(head.hash())).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Reads what [#text] writes; empty when it is anything else.
    static Optional<Checkpoint> parse(byte[] text) {
        String[] lines = new String(text, StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length <= LINES_BEFORE_HEADS
                || !lines[0].equals(TITLE)
                || !RegistryId.isValid(lines[1])
                || !lines[lines.length - 1].isEmpty()) {
            return Optional.empty();
        }
        try {
            List<Ledger.Head> heads = new ArrayList<>();
            for (int i = LINES_BEFORE_HEADS; i < lines.length - 1; i++) {
                String[] words = lines[i].split(" ", -1);
                if (words.length != WORDS) {
                    return Optional.empty();
                }
                heads.add(new Ledger.Head(
                        Integer.parseInt(words[0]),
                        Long.parseLong(words[2]),
                        Long.parseLong(words[1]),
                        HexFormat.of().parseHex(words[3])));
            }
            return Optional.of(
                    new Checkpoint(new RegistryId(lines[1]), Long.parseLong(lines[2]), Instant.parse(lines[3]), heads));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /// Whether the chains have not grown since.
    boolean hasHeads(List<Ledger.Head> others) {
        return Arrays.equals(new Checkpoint(registry, number, at, others).text(), text());
    }
}
