package hanse.wire.proof;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What a registry signs when it attests a count: UTF-8, lines parted by a single `\n`, none at the end.
///
/// ```
/// hanse-attestation-v1
/// <registry id>
/// <attestation id>
/// <the agent's DID>
/// <predicate>
/// <issued at, ISO 8601>
/// <expires at, ISO 8601>
/// <commitment in hex>
/// ```
///
/// @param predicate what is counted, such as [#SETTLED_DEALINGS]
/// @param commitment 33 bytes, see [Pedersen]
public record AttestationText(
        String registry,
        UUID id,
        String agent,
        String predicate,
        Instant issuedAt,
        Instant expiresAt,
        byte[] commitment) {
    /// Settled dealings that the agent was paid for.
    public static final String SETTLED_DEALINGS = "settled-dealings";

    private static final String VERSION = "hanse-attestation-v1";
    private static final int LINES = 8;

    /// The signed bytes.
    public byte[] bytes() {
        return String.join(
                        "\n",
                        VERSION,
                        registry,
                        id.toString(),
                        agent,
                        predicate,
                        issuedAt.toString(),
                        expiresAt.toString(),
                        HexFormat.of().formatHex(commitment))
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Reads what [#bytes] wrote; nothing else.
    public static Optional<AttestationText> parse(byte[] bytes) {
        List<String> lines = List.of(new String(bytes, StandardCharsets.UTF_8).split("\n", -1));
        if (lines.size() != LINES || !lines.get(0).equals(VERSION)) {
            return Optional.empty();
        }
        try {
            AttestationText text = new AttestationText(
                    lines.get(1),
                    UUID.fromString(lines.get(2)),
                    lines.get(3),
                    lines.get(4),
                    Instant.parse(lines.get(5)),
                    Instant.parse(lines.get(6)),
                    HexFormat.of().parseHex(lines.get(7)));
            return Arrays.equals(text.bytes(), bytes) ? Optional.of(text) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            return Optional.empty();
        }
    }

    /// The context of a proof that is for a registry.
    public static byte[] forRegistry(String registryId) {
        return ("hanse-registry:" + registryId).getBytes(StandardCharsets.UTF_8);
    }
}
