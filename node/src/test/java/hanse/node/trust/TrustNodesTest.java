package hanse.node.trust;

import static hanse.node.testing.Operating.deposit;
import static hanse.node.testing.Operating.peer;
import static hanse.node.testing.Operating.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.error.v1.Reason;
import hanse.node.Node;
import hanse.node.config.Setting;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Postgres;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.trust.v1.AgentTrust;
import hanse.trust.v1.GetTrustRequest;
import hanse.trust.v1.GetTrustRunRequest;
import hanse.trust.v1.ListTrustRowsRequest;
import hanse.trust.v1.ListTrustRowsResponse;
import hanse.trust.v1.TrustServiceGrpc;
import hanse.trust.v1.TrustServiceGrpc.TrustServiceBlockingStub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two whole nodes: what is paid becomes trust by itself, here and as the peer sees it.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(90)
final class TrustNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Postgres.Fresh alphaBooks = Postgres.fresh();
    private final Postgres.Fresh betaBooks = Postgres.fresh();
    private Node alpha;
    private Node beta;
    private HanseClient atAlpha;
    private HanseClient atBeta;
    private HanseClient alphaOperator;

    @BeforeAll
    void start(@TempDir Path directory) {
        Map<Setting, String> quick = Map.of(Setting.TRUST_SECONDS, "1");
        NodeHome alphaHome = new NodeHome(directory.resolve("alpha"), "alpha.example", alphaBooks, quick);
        NodeHome betaHome = new NodeHome(directory.resolve("beta"), "beta.example", betaBooks, quick);
        alpha = alphaHome.start();
        beta = betaHome.start();
        atAlpha = alphaHome.client();
        atBeta = betaHome.client();
        alphaOperator = atAlpha.as(alphaHome.operator());
        peer(alphaOperator, atBeta.as(betaHome.operator()));
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
    void aSettledPaymentRaisesThePayeesScoresHereAndAtThePeer() {
        Credentials buyer = atAlpha.register(AgentKey.generate(), "buyer");
        Credentials seller = atAlpha.register(AgentKey.generate(), "seller");
        String sellerDid = did("alpha.example", seller);
        deposit(alphaOperator, buyer.subject(), "100");
        assertThat(trust(atAlpha).getTrust(ask(sellerDid)).getTrustScore()).isEqualTo(0.5);

        pay(atAlpha.as(buyer), atAlpha.as(seller), "seller@public");
        pay(atAlpha.as(buyer), atAlpha.as(seller), "seller@public");
        await("the seller is trusted")
                .atMost(PATIENCE)
                .until(() -> trust(atAlpha).getTrust(ask(sellerDid)).getDealings() == 2);

        AgentTrust here = trust(atAlpha).getTrust(ask("seller@public"));
        assertThat(here.getAgent()).isEqualTo(sellerDid);
        assertThat(here.getRaters()).isEqualTo(1);
        assertThat(here.getEigentrust()).isEqualTo(1);
        assertThat(here.getWeightedDealings()).isPositive();
        assertThat(here.getTrustScore()).isEqualTo((1 + here.getWeightedDealings()) / (2 + here.getWeightedDealings()));
        assertThat(here.hasHome()).isFalse();
        assertThat(trust(atAlpha)
                        .getTrustRun(GetTrustRunRequest.getDefaultInstance())
                        .getNumber())
                .isGreaterThanOrEqualTo(here.getRun());

        AgentTrust there = trust(atBeta).getTrust(ask(sellerDid));
        assertThat(there.getHome().getRegistryId()).isEqualTo("alpha.example");
        assertThat(there.getHome().getTrustScore()).isEqualTo(here.getTrustScore());
        assertThat(there.getHome().getBayesianDiscount())
                .as("beta has never dealt with alpha")
                .isEqualTo(0.5);
        assertThat(there.getTrustScore()).isEqualTo(here.getTrustScore() * 0.5);
        assertThat(there.getEigentrust()).isEqualTo(0.5);
        assertThat(there.getDealings()).as("beta itself knows nothing of it").isZero();

        rowsAreShownToThoseWhomTheyConcern(buyer, seller, sellerDid);
    }

    private void rowsAreShownToThoseWhomTheyConcern(Credentials buyer, Credentials seller, String sellerDid) {
        ListTrustRowsRequest about =
                ListTrustRowsRequest.newBuilder().setAgentId(sellerDid).build();
        ListTrustRowsResponse own = trust(atAlpha.as(seller)).listTrustRows(about);
        assertThat(own.getRowsList()).singleElement().satisfies(row -> {
            assertThat(row.getFrom()).isEqualTo(did("alpha.example", buyer));
            assertThat(row.getDealings()).isEqualTo(2);
        });
        assertThat(trust(alphaOperator).listTrustRows(about)).isEqualTo(own);
        assertThat(trust(atAlpha.as(buyer))
                        .listTrustRows(ListTrustRowsRequest.newBuilder()
                                .setAgentId("buyer@public")
                                .setGiven(true)
                                .build()))
                .isEqualTo(own);
        assertThat(refusal(() -> trust(atAlpha.as(buyer)).listTrustRows(about))).isEqualTo(Reason.NOT_YOURS);
        assertThat(refusal(() -> trust(atAlpha).listTrustRows(about))).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(refusal(() -> trust(alphaOperator)
                        .listTrustRows(about.toBuilder().setPageToken("x").build())))
                .isEqualTo(Reason.BAD_PAGE_TOKEN);
    }

    @Test
    void listsAreGivenInPages() {
        Credentials spender = atAlpha.register(AgentKey.generate(), "spender");
        deposit(alphaOperator, spender.subject(), "100");
        for (int i = 0; i < 3; i++) {
            Credentials shop = atAlpha.register(AgentKey.generate(), "shop-" + i);
            pay(atAlpha.as(spender), atAlpha.as(shop), "shop-" + i + "@public");
        }
        ListTrustRowsRequest given = ListTrustRowsRequest.newBuilder()
                .setAgentId("spender@public")
                .setGiven(true)
                .setPageSize(2)
                .build();
        await("all are counted")
                .atMost(PATIENCE)
                .until(() -> trust(alphaOperator)
                                .listTrustRows(given.toBuilder().setPageSize(3).build())
                                .getRowsCount()
                        == 3);
        ListTrustRowsResponse first = trust(alphaOperator).listTrustRows(given);
        assertThat(first.getRowsCount()).isEqualTo(2);
        ListTrustRowsResponse second = trust(alphaOperator)
                .listTrustRows(
                        given.toBuilder().setPageToken(first.getNextPageToken()).build());
        assertThat(second.getRowsList()).hasSize(1).doesNotContainAnyElementsOf(first.getRowsList());
        assertThat(second.getNextPageToken()).isEmpty();
    }

    @Test
    void whoIsNotThereHasNoScore() {
        String nobody = UUID.randomUUID().toString();
        assertThat(refusal(() -> trust(atAlpha).getTrust(ask(nobody)))).isEqualTo(Reason.UNKNOWN_AGENT);
        assertThat(refusal(() -> trust(atAlpha).getTrust(ask("did:theprotocol:beta.example:" + nobody))))
                .isEqualTo(Reason.UNKNOWN_AGENT);
        assertThat(refusal(() -> trust(atAlpha).getTrust(ask("did:theprotocol:gamma.example:" + nobody))))
                .isEqualTo(Reason.UNKNOWN_PEER);
        assertThat(refusal(() -> trust(atAlpha).getTrust(ask("did:x")))).isEqualTo(Reason.BAD_DID);
    }

    private static void pay(HanseClient buyer, HanseClient seller, String payee) {
        String token = buyer.payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee(payee)
                        .setAmount("1")
                        .setRequestId(UUID.randomUUID().toString())
                        .build())
                .getPaymentToken();
        assertThat(seller.payments()
                        .verify(VerifyRequest.newBuilder()
                                .setPaymentToken(token)
                                .build())
                        .getValid())
                .isTrue();
        var unused = buyer.payments()
                .settle(SettleRequest.newBuilder().setPaymentToken(token).build());
    }

    private static TrustServiceBlockingStub trust(HanseClient client) {
        return TrustServiceGrpc.newBlockingStub(client.channel());
    }

    private static GetTrustRequest ask(String agent) {
        return GetTrustRequest.newBuilder().setAgentId(agent).build();
    }

    private static String did(String registry, Credentials agent) {
        String subject = agent.subject();
        return subject.startsWith("did:") ? subject : "did:theprotocol:" + registry + ":" + subject;
    }
}
