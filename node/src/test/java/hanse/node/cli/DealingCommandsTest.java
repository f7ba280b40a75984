package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.Terms;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.node.Node;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Operating;
import hanse.node.testing.Postgres;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.sdk.Proofs;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Operators of two registries look into contracts, disputes and settlements, and decide, at the command line.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
final class DealingCommandsTest {
    private static final String NOBODY = "00000000-0000-4000-8000-000000000000";

    private final Postgres.Fresh alphaBooks = Postgres.fresh();
    private final Postgres.Fresh betaBooks = Postgres.fresh();
    private NodeHome alphaHome;
    private NodeHome betaHome;
    private Node alpha;
    private Node beta;
    private HanseClient atAlpha;
    private HanseClient atBeta;
    private Credentials alice;
    private Credentials carol;
    private Credentials bob;

    @BeforeAll
    void start(@TempDir Path directory) {
        alphaHome = new NodeHome(directory.resolve("alpha"), "alpha.example", alphaBooks, Map.of());
        betaHome = new NodeHome(directory.resolve("beta"), "beta.example", betaBooks, Map.of());
        alpha = alphaHome.start();
        beta = betaHome.start();
        atAlpha = alphaHome.client();
        atBeta = betaHome.client();
        Operating.peer(atAlpha.as(alphaHome.operator()), atBeta.as(betaHome.operator()));
        alice = atAlpha.register(AgentKey.generate(), "alice");
        carol = atAlpha.register(AgentKey.generate(), "carol");
        bob = atBeta.register(AgentKey.generate(), "bob");
        Operating.deposit(atAlpha.as(alphaHome.operator()), alice.subject(), "100");
        Operating.deposit(atAlpha.as(alphaHome.operator()), carol.subject(), "100");
        Operating.deposit(atBeta.as(betaHome.operator()), bob.subject(), "100");
    }

    @AfterAll
    void stop() {
        atAlpha.close();
        atBeta.close();
        alpha.close();
        beta.close();
        alphaBooks.close();
        betaBooks.close();
    }

    @Test
    void contractsAreListedAndShown() {
        String contract = proposed();
        assertThat(atAlpha("contracts", "list", "--agent", "alice@public", "--state", "PROPOSED")
                        .done())
                .contains(contract, "A chart of the Øresund", "PROPOSED", "12.5");
        assertThat(atAlpha("contracts", "list", "--state", "COMPLETED").done()).doesNotContain(contract);
        assertThat(atAlpha("contracts", "list", "--agent", "carol@public", "--json")
                        .done())
                .contains("\"contract_id\": \"" + contract + "\"");
        assertThat(atAlpha("contracts", "show", contract).done())
                .contains("Soundings every 100 m", "kept at      alpha.example", "chart", "10", "2.5", carol.subject());
    }

    @Test
    void whatCannotBeAskedOfContractsIsSaidSo() {
        atAlpha("contracts", "show", NOBODY).refused("UNKNOWN_CONTRACT");
        atAlpha("contracts", "show", "mine").refused("INVALID_ARGUMENT", "contract_id");
        atAlpha("contracts", "list", "--agent", "did:x").refused("BAD_DID");
        atAlpha("contracts", "list", "--state", "LOST").misused("--state");
        atAlpha("contracts", "show").misused("CONTRACT");
    }

    @Test
    void disputesAreListedShownVotedOnAndRuledOn() {
        String dispute = filed(settled(atAlpha, carol, "carol@public", "10"));
        var evidence = atAlpha.as(carol)
                .disputes()
                .submitEvidence(SubmitEvidenceRequest.newBuilder()
                        .setDisputeId(dispute)
                        .setStatement("she was served at noon")
                        .build());
        assertThat(evidence.getHash()).isNotEmpty();
        assertThat(atAlpha("disputes", "list", "--status", "OPEN").done()).contains(dispute, alice.subject());
        assertThat(atAlpha("disputes", "list", "--status", "OPEN", "--json").done())
                .contains("\"dispute_id\": \"" + dispute + "\"");
        atAlpha("disputes", "appoint", dispute, did("beta.example", bob)).refused("FOREIGN_AGENT");
        atAlpha("disputes", "appoint", dispute, "carol@public").refused("ARBITER_REFUSED");
        atAlpha.register(AgentKey.generate(), "erin");
        assertThat(atAlpha("disputes", "appoint", dispute, "erin@public").done())
                .contains(dispute, "OPEN");
        assertThat(atAlpha("disputes", "show", dispute).done()).contains("arbiter", "nothing yet");
        atAlpha("disputes", "rule", dispute, "nobody").refused("DISPUTE_NOT_VOTING");
        assertThat(atAlpha("disputes", "open-voting", dispute).done()).contains("VOTING");
        atAlpha("disputes", "open-voting", dispute).refused("DISPUTE_NOT_OPEN");
        assertThat(atAlpha("disputes", "show", dispute).done())
                .contains("nothing came", "she was served at noon", "the node", "captured 10");

        atAlpha("disputes", "rule", dispute, "everybody").misused("complainant");
        atAlpha("disputes", "rule", dispute, "complainant", "--award", "10.5").refused("AWARD_TOO_LARGE");
        atAlpha("disputes", "rule", dispute, "complainant", "--award", "some").refused("BAD_AMOUNT");
        atAlpha("disputes", "rule", dispute, "defendant", "--award", "1").refused("AWARD_WITHOUT_CAUSE");
        assertThat(atAlpha("disputes", "rule", dispute, "complainant", "--award", "4", "--note", "half of it came")
                        .done())
                .contains("CLOSED IN_FAVOR_OF_COMPLAINANT", "compensated 4");
        atAlpha("disputes", "rule", dispute, "nobody").refused("DISPUTE_NOT_VOTING");
        assertThat(atAlpha("disputes", "record", "carol@public").done()).contains(carol.subject());
        assertThat(atAlpha("disputes", "record", "carol@public", "--json").done())
                .contains("\"defended_and_lost\": \"1\"");
        // Where both parties are of one registry, the slash is a settlement, too.
        assertThat(atAlpha("settlements", "show", dispute).done()).contains("LOCAL", "SETTLED", "burned 4");
    }

    @Test
    void whatCannotBeAskedOfDisputesIsSaidSo() {
        for (String command : List.of("show", "open-voting")) {
            atAlpha("disputes", command, NOBODY).refused("UNKNOWN_DISPUTE");
            atAlpha("disputes", command, "mine").refused("INVALID_ARGUMENT", "dispute_id");
            atAlpha("disputes", command).misused("DISPUTE");
        }
        atAlpha("disputes", "rule", NOBODY, "nobody").refused("UNKNOWN_DISPUTE");
        atAlpha("disputes", "appoint", NOBODY, "alice@public").refused("UNKNOWN_DISPUTE");
        atAlpha("disputes", "record", "did:x").refused("BAD_DID");
        atAlpha("disputes", "list", "--status", "LOST").misused("--status");
        atAlpha("disputes", "list", "--limit", "many").misused("--limit");
    }

    @Test
    void slashesOfAPeerAreApprovedAndRejected() {
        atBeta("settlements", "trust", "alpha.example").done();
        String first = held("7");
        assertThat(atBeta("settlements", "list", "--status", "PENDING_SLASH").done())
                .contains(first, "HOME", "alpha.example");
        assertThat(atBeta("settlements", "show", first).done())
                .contains("PENDING_SLASH", "held 7", "peer:alpha.example", bob.subject(), alice.subject());
        assertThat(atBeta("settlements", "approve", first).done()).contains("SLASHED", "burned 7", "operator:admin");
        atBeta("settlements", "approve", first).refused("SETTLEMENT_NOT_HELD");
        atBeta("settlements", "reject", first).refused("SETTLEMENT_NOT_HELD");

        String second = held("6");
        assertThat(atBeta("settlements", "reject", second, "--reason", "she was served")
                        .done())
                .contains("FAILED SLASH_REJECTED", "she was served", "operator:admin");
        assertThat(atBeta("settlements", "list", "--status", "FAILED").done()).contains(second, "SLASH_REJECTED");
        atBeta("settlements", "approve", second).refused("SETTLEMENT_NOT_HELD");
    }

    @Test
    void thresholdsAreShownAndChanged() {
        assertThat(atAlpha("settlements", "trust", "beta.example", "--up-to", "1000")
                        .done())
                .contains("beta.example", "yes", "1000");
        assertThat(atAlpha("settlements", "thresholds").done()).contains("beta.example", "yes", "1000");
        assertThat(atAlpha("settlements", "thresholds", "--json").done())
                .contains("\"auto_slash_enabled\": true", "\"auto_slash_max_avt\": 1000");
        assertThat(atAlpha("settlements", "trust", "beta.example").done())
                .contains("no")
                .doesNotContain("1000");
        atAlpha("settlements", "trust", "gamma.example", "--up-to", "1").refused("UNKNOWN_PEER");
        atAlpha("settlements", "trust", "beta.example", "--up-to", "-1").refused("INVALID_ARGUMENT");
        atAlpha("settlements", "trust", "beta.example", "--up-to", "1000000001").refused("INVALID_ARGUMENT");
        atAlpha("settlements", "trust", "beta.example", "--up-to", "2147483648").misused("--up-to");
        atAlpha("settlements", "trust", "beta.example", "--up-to", "1.5").misused("--up-to");
        atAlpha("settlements", "trust").misused("PEER");
    }

    @Test
    void whatCannotBeAskedOfSettlementsIsSaidSo() {
        for (String command : List.of("show", "approve", "reject")) {
            atBeta("settlements", command, NOBODY).refused("UNKNOWN_SETTLEMENT");
            atBeta("settlements", command, "mine").refused("INVALID_ARGUMENT", "settlement_id");
            atBeta("settlements", command).misused("SETTLEMENT");
        }
        atBeta("settlements", "reject", NOBODY, "--reason", "x".repeat(1_001)).refused("INVALID_ARGUMENT", "reason");
        atBeta("settlements", "list", "--status", "LOST").misused("--status");
    }

    /// A settlement at beta that waits for its operator.
    private String held(String amount) {
        String dispute = filed(settled(atBeta, bob, did("beta.example", bob), amount));
        atAlpha("disputes", "open-voting", dispute).done();
        atAlpha("disputes", "rule", dispute, "complainant").done();
        return await("it waits at beta")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            ListSettlementsResponse.Builder all = ListSettlementsResponse.newBuilder();
                            Json.read(
                                    atBeta("settlements", "list", "--status", "PENDING_SLASH", "--json")
                                            .done(),
                                    all);
                            return all.getSettlementsList();
                        },
                        waiting -> !waiting.isEmpty())
                .stream()
                .map(Settlement::getSettlementId)
                .findFirst()
                .orElseThrow();
    }

    /// A payment of alice's that was verified and paid.
    private String settled(HanseClient home, Credentials payee, String name, String amount) {
        AuthorizeResponse token = atAlpha.as(alice)
                .payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee(name)
                        .setAmount(amount)
                        .build());
        await("its registry has asked alpha")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                .until(() -> home.as(payee)
                        .payments()
                        .verify(VerifyRequest.newBuilder()
                                .setPaymentToken(token.getPaymentToken())
                                .setIssuer("alpha.example")
                                .build())
                        .getValid());
        var unused = atAlpha.as(alice)
                .payments()
                .settle(SettleRequest.newBuilder()
                        .setPaymentId(token.getPaymentId())
                        .build());
        await("it is paid")
                .atMost(Duration.ofSeconds(30))
                .until(() -> atAlpha.as(alice)
                                .payments()
                                .getPayment(GetPaymentRequest.newBuilder()
                                        .setPaymentId(token.getPaymentId())
                                        .build())
                                .getState()
                        == Payment.State.SETTLED);
        return token.getPaymentId();
    }

    private String filed(String payment) {
        return atAlpha.as(alice)
                .disputes()
                .fileDispute(FileDisputeRequest.newBuilder()
                        .setSubject(Subject.newBuilder()
                                .setKind(Subject.Kind.PAYMENT)
                                .setId(payment))
                        .setReason("nothing came")
                        .build())
                .getDisputeId();
    }

    private String proposed() {
        Terms terms = Terms.newBuilder()
                .setContractId(UUID.randomUUID().toString())
                .setRegistryId("alpha.example")
                .setContractor(did("alpha.example", alice))
                .setProvider(did("alpha.example", carol))
                .setTitle("A chart of the Øresund")
                .setDescription("Soundings every 100 m")
                .setAcceptBy(Timestamps.add(Timestamps.now(), Durations.fromDays(1)))
                .addMilestones(
                        MilestoneTerms.newBuilder().setMilestoneId("chart").setAmount("10"))
                .addMilestones(MilestoneTerms.newBuilder().setAmount("2.5"))
                .build();
        return atAlpha.as(alice)
                .contracts()
                .createContract(Proofs.proposal(terms, alice.key()))
                .getContractId();
    }

    private static String did(String registry, Credentials agent) {
        return "did:theprotocol:" + registry + ":" + agent.subject();
    }

    private Said atAlpha(String... words) {
        return Said.of(alphaHome, words);
    }

    private Said atBeta(String... words) {
        return Said.of(betaHome, words);
    }
}
