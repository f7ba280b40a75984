package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.node.testing.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an earlier version of a peer has written in its outbox: the vectors that FEDERATION.md tells of. How it is
/// signed and carried over is tested beside the link.
class OldMessagesTest {
    private static final Path VECTORS =
            Path.of(System.getProperty("basedir", ".")).resolve("../docs/federation-vectors.json");

    /// No such parties are here; that each is looked for shows that the message was understood.
    private static final Map<String, String> REASONS = Map.of(
            "credit_transfer", "UNKNOWN_AGENT",
            "credit_transfer of a payment", "UNKNOWN_AGENT",
            "consume_payment", "UNKNOWN_TOKEN",
            "claim_payment", "UNKNOWN_PAYMENT",
            "waive_payment", "UNKNOWN_PAYMENT",
            "contract_changed", "UNKNOWN_CONTRACT",
            "slash_request", "UNKNOWN_AGENT",
            "slash_confirmation", "UNKNOWN_SLASH",
            "dispute_withdrawal", "UNKNOWN_DISPUTE",
            "malpractice_answered", "UNKNOWN_MALPRACTICE");

    @Test
    void everyKindOfMessageIsDecided(@TempDir Path directory) throws IOException {
        TestNode alpha = new TestNode("alpha.example", directory.resolve("alpha"), Postgres.fresh());
        TestNode beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh());
        try {
            alpha.trust(beta);
            beta.trust(alpha);
            Map<String, String> reasons = new TreeMap<>();
            for (JsonElement one : JsonParser.parseString(Files.readString(VECTORS))
                    .getAsJsonObject()
                    .getAsJsonArray("messages")) {
                String name = one.getAsJsonObject().get("name").getAsString();
                Message message = Message.parseFrom(HexFormat.of()
                        .parseHex(one.getAsJsonObject().get("bytes").getAsString()));
                boolean toBeta = message.getTo().equals(beta.id.value());
                Outcome outcome =
                        Outcome.parseFrom((toBeta ? beta.receive(alpha, message) : alpha.receive(beta, message))
                                .getOutcome()
                                .getOutcome());
                assertThat(outcome.getResultCase()).as(name).isNotEqualTo(Outcome.ResultCase.RESULT_NOT_SET);
                reasons.put(name, outcome.getRefused().getReason());
            }
            assertThat(reasons).hasSizeGreaterThan(15).containsAllEntriesOf(REASONS);
        } finally {
            alpha.close();
            beta.close();
            alpha.fresh.close();
            beta.fresh.close();
        }
    }
}
