package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.ledger.v1.TransferRequest;
import hanse.node.Node;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Operating;
import hanse.node.testing.Postgres;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.peer.v1.GetRegistryRequest;
import hanse.peer.v1.RegistryServiceGrpc;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A receipt is fetched from a node at the command line, and checked when the node is gone.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
final class ReceiptCommandsTest {
    private final Postgres.Fresh books = Postgres.fresh();
    private Path settled;
    private Path card;
    private String key;

    @BeforeAll
    void fetchAReceiptAndStopTheNode(@TempDir Path directory) {
        NodeHome home = new NodeHome(directory.resolve("alpha"), "alpha.example", books, Map.of());
        settled = directory.resolve("settled.json");
        card = directory.resolve("card.json");
        try (Node node = home.start();
                HanseClient client = home.client()) {
            Credentials alice = client.register(AgentKey.generate(), "alice");
            Credentials bob = client.register(AgentKey.generate(), "bob");
            Operating.deposit(client.as(home.operator()), alice.subject(), "100");
            client.as(alice)
                    .ledger()
                    .transfer(TransferRequest.newBuilder()
                            .setTo("bob@public")
                            .setAmount("1")
                            .build());
            AuthorizeResponse authorized = client.as(alice)
                    .payments()
                    .authorize(AuthorizeRequest.newBuilder()
                            .setPayee("bob@public")
                            .setAmount("5")
                            .build());
            client.as(bob)
                    .payments()
                    .verify(VerifyRequest.newBuilder()
                            .setPaymentToken(authorized.getPaymentToken())
                            .build());
            String payment = client.as(alice)
                    .payments()
                    .settle(SettleRequest.newBuilder()
                            .setPaymentToken(authorized.getPaymentToken())
                            .build())
                    .getPaymentId();
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> Said.of(home, "receipt", "get", payment, "--out", settled.toString())
                                    .code()
                            == 0);
            Said.of(home, "peer", "card", "--out", card.toString()).done();
            Said.of(home, "receipt", "get", "0000000000000000").refused("UNKNOWN_TRANSFER");
            key = RegistryServiceGrpc.newBlockingStub(client.channel())
                    .getRegistry(GetRegistryRequest.getDefaultInstance())
                    .getSigningKey();
            assertThat(node.grpcPort()).isPositive();
        }
    }

    @AfterAll
    void close() {
        books.close();
    }

    @Test
    void checksItAgainstTheCardAndTheKey() {
        for (String[] known : new String[][] {{"--card", card.toString()}, {"--key", key}}) {
            assertThat(verify(settled, 0, known))
                    .contains("TokensTransferred")
                    .contains("5")
                    .contains("✓ alpha.example has signed a journal in which this entry stands");
        }
    }

    @Test
    void saysWhatIsWrong(@TempDir Path directory) throws IOException {
        Path altered = directory.resolve("altered.json");
        Files.writeString(altered, Files.readString(settled).replace("\"5000000\"", "\"9000000\""));
        assertThat(verify(altered, 1, "--key", key))
                .contains("✗ entry: The entry, or its leaf, was altered")
                .contains("It proves nothing.");
        Files.writeString(altered, Files.readString(settled) + "{}");
        assertThat(verify(altered, 1, "--key", key)).contains("✗ form:");
        assertThat(verify(settled, 1, "--key", Base64.getEncoder().encodeToString(new byte[32])))
                .contains("✗ key:");
    }

    @Test
    void refusesTheFileWithAnyBitFlipped() throws IOException {
        byte[] file = Files.readAllBytes(settled);
        byte[] registry = Base64.getDecoder().decode(key);
        assertThat(ReceiptCommands.Verify.fault(ReceiptCommands.Verify.read(text(file)), registry))
                .isEmpty();
        for (int bit = 0; bit < file.length * Byte.SIZE; bit++) {
            byte[] altered = file.clone();
            altered[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThat(ReceiptCommands.Verify.fault(ReceiptCommands.Verify.read(text(altered)), registry))
                    .as("bit " + bit + " of " + text(file))
                    .isPresent();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String verify(Path file, int code, String... known) {
        StringWriter out = new StringWriter();
        String[] words = new String[3 + known.length];
        words[0] = "receipt";
        words[1] = "verify";
        words[2] = file.toString();
        System.arraycopy(known, 0, words, 3, known.length);
        assertThat(Hanse.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(out, true))
                        .execute(words))
                .as(out.toString())
                .isEqualTo(code);
        return out.toString();
    }
}
