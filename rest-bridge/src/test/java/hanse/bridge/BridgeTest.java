package hanse.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.Timestamps;
import hanse.access.v1.OpenSessionRequest;
import hanse.agent.v1.Agent;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.ResolveDidRequest;
import hanse.agent.v1.ResolveDidResponse;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.error.v1.Reason;
import hanse.ledger.v1.Balance;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import hanse.payment.v1.ListPaymentsRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.VerifyRequest;
import hanse.wire.SignedText;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BridgeTest {
    private static final String TRANSFER = "/api/v1/teg/transfer";
    private static World world;

    @BeforeAll
    static void start() {
        world = new World();
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    private static void answerTransfer() {
        world.node.replies = any -> FakeNode.message(TransferResponse.newBuilder()
                .setTransferId("t-1")
                .setAmount("5.25")
                .setAt(Timestamps.fromMillis(1_000))
                .build());
    }

    private static TransferRequest transferSeen() throws InvalidProtocolBufferException {
        return TransferRequest.parseFrom(world.node.lastCall().request());
    }

    // ── messages ──

    @Test
    void writesSnakeCaseAndDefaults() {
        answerTransfer();
        HttpResponse<String> response = world.post(TRANSFER, "{\"to\":\"bob\",\"amount\":\"5.25\"}");
        assertThat(response.body())
                .isEqualTo(
                        "{\"transfer_id\":\"t-1\",\"amount\":\"5.25\",\"fee\":\"\",\"received\":\"\",\"balance\":\"\","
                                + "\"at\":\"1970-01-01T00:00:01Z\"}");
        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("application/json");
    }

    @ParameterizedTest
    @CsvSource({
        "5.25, 5.25",
        "5, 5",
        "0.000001, 0.000001",
        "1e2, 100",
        "123456789012345678901234567890.5, 123456789012345678901234567890.5",
        "-3, -3",
        "0, 0"
    })
    void readsAmountsWrittenAsNumbersDigitByDigit(String number, String text) throws Exception {
        answerTransfer();
        assertThat(world.post(TRANSFER, "{\"to\":\"bob\",\"amount\":" + number + "}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(transferSeen().getAmount()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "1e400, BAD_AMOUNT",
        "1e-400, BAD_AMOUNT",
        "NaN, MALFORMED_BODY",
        "Infinity, MALFORMED_BODY",
        "+1, MALFORMED_BODY",
        "01, MALFORMED_BODY"
    })
    void refusesAmountsThatAreNoExactNumber(String number, String reason) {
        int before = world.node.calls.size();
        HttpResponse<String> response = world.post(TRANSFER, "{\"to\":\"bob\",\"amount\":" + number + "}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(World.reason(response)).isEqualTo(reason);
        assertThat(world.node.calls).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"to\":\"bob\",\"amuont\":\"5\"}",
                "{\"to\":\"bob\",\"to\":\"eve\"}",
                "{\"request_id\":\"a\",\"requestId\":\"b\"}",
                "{\"to\":5}",
                "{\"to\":\"\\ud800\"}",
                "{\"to\":\"bob\"} {}",
                "[]",
                "\"text\"",
                "{",
                "{'to':'bob'}",
                "{\"memo\":{\"a\":1}}"
            })
    void refusesBodiesThatItCannotPlace(String body) {
        HttpResponse<String> response = world.post(TRANSFER, body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(World.reason(response)).isEqualTo("MALFORMED_BODY");
        assertThat(World.json(response).path("detail").asText()).isNotEmpty();
    }

    @Test
    void namesTheFieldThatItCannotPlace() {
        HttpResponse<String> response = world.post(TRANSFER, "{\"amuont\":\"5\"}");
        assertThat(World.json(response).at("/violations/0/field").asText()).isEqualTo("amuont");
        assertThat(World.json(response).path("detail").asText()).isEqualTo("amuont: no such field");
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        HttpResponse<String> response = world.send(world.request(TRANSFER)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        new byte[] {'{', '"', 't', 'o', '"', ':', '"', (byte) 0xc0, (byte) 0xaf, '"', '}'})));
        assertThat(World.reason(response)).isEqualTo("MALFORMED_BODY");
    }

    @Test
    void readsDurationsTimesAndStructs() throws Exception {
        world.node.replies = any -> FakeNode.message(ResolveDidResponse.newBuilder()
                .setDidDocument(Struct.newBuilder()
                        .putFields(
                                "id",
                                com.google.protobuf.Value.newBuilder()
                                        .setStringValue("did:x")
                                        .build()))
                .build());
        assertThat(World.json(world.get("/api/v1/dids/did:x"))
                        .at("/did_document/id")
                        .asText())
                .isEqualTo("did:x");
        world.post("/api/v1/sessions", "{\"ttl\":\"90s\"}");
        assertThat(OpenSessionRequest.parseFrom(world.node.lastCall().request())
                        .getTtl()
                        .getSeconds())
                .isEqualTo(90);
        assertThat(World.reason(world.post("/api/v1/sessions", "{\"ttl\":\"soon\"}")))
                .isEqualTo("MALFORMED_BODY");
    }

    @Test
    void readsAnEmptyBodyAsAnEmptyMessage() {
        answerTransfer();
        assertThat(world.send(world.request(TRANSFER).POST(HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void leavesOutWhatHasPresenceAndIsAbsent() {
        world.node.replies = any -> FakeNode.message(Agent.newBuilder()
                .setAgentId("a")
                .setStatus(Agent.Status.active)
                .setKeyVersion(3)
                .build());
        var json = World.json(world.get("/agents/a"));
        assertThat(json.path("status").asText()).isEqualTo("active");
        assertThat(json.path("key_version").asText()).isEqualTo("3");
        assertThat(json.path("capabilities").isArray()).isTrue();
        assertThat(json.has("created_at")).isFalse();
    }

    // ── addresses ──

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/dids/did:theprotocol:alpha.example:0189d4c2-3f5e-7000-8000-000000000001",
                "/api/v1/dids/did%3Atheprotocol%3Aalpha.example%3A0189d4c2-3f5e-7000-8000-000000000001",
                "/api/v1/dids/did%3atheprotocol%3aalpha.example%3a0189d4c2-3f5e-7000-8000-000000000001/",
                "/dids/%64id:theprotocol:alpha.example:0189d4c2-3f5e-7000-8000-000000000001"
            })
    void takesDidsRawAndEncodedAndKeepsTheSpellingThatWasSigned(String path) throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpClient client = World.client(world.identity.get(), version);
            client.send(world.request(path).build(), HttpResponse.BodyHandlers.discarding());
            assertThat(ResolveDidRequest.parseFrom(world.node.lastCall().request())
                            .getDid())
                    .isEqualTo("did:theprotocol:alpha.example:0189d4c2-3f5e-7000-8000-000000000001");
            assertThat(world.node.lastCall().header("x-hanse-http-path")).isEqualTo(path);
        }
    }

    @Test
    void readsTheQueryIntoFieldsAndPassesItOnAsItWasSent() throws Exception {
        String target = "/api/v1/agents?tenant=%61cme&page_size=7&page_token=a%2bb+c";
        world.get(target);
        ListAgentsRequest seen =
                ListAgentsRequest.parseFrom(world.node.lastCall().request());
        assertThat(seen.getTenant()).isEqualTo("acme");
        assertThat(seen.getPageSize()).isEqualTo(7);
        assertThat(seen.getPageToken()).isEqualTo("a+b c");
        assertThat(world.node.lastCall().header("x-hanse-http-path")).isEqualTo(target);
        // The same in another spelling: what one caller signed is never shown as another's.
        world.get("/api/v1/agents?tenant=acme&page_size=7&page_token=a%2Bb+c");
        assertThat(world.node.lastCall().header("x-hanse-http-path"))
                .isEqualTo("/api/v1/agents?tenant=acme&page_size=7&page_token=a%2Bb+c");
        world.get("/api/v1/a2a-payment/payments?side=PAYEE");
        assertThat(ListPaymentsRequest.parseFrom(world.node.lastCall().request())
                        .getSide())
                .isEqualTo(ListPaymentsRequest.Side.PAYEE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/agents?colour=red",
                "/api/v1/agents?page_size=many",
                "/api/v1/agents?page_size=99999999999",
                "/api/v1/agents?tenant=a&tenant=b",
                "/api/v1/agents/x?agent_id=y"
            })
    void refusesParametersThatItCannotPlace(String target) {
        HttpResponse<String> response = world.get(target);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(World.reason(response)).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void refusesABodyThatContradictsThePath() throws Exception {
        HttpRequest.Builder request = world.request("/agents/alice")
                .header("content-type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"agent_id\":\"bob\"}"));
        assertThat(World.reason(world.send(request))).isEqualTo("INVALID_ARGUMENT");
        request = world.request("/agents/alice")
                .header("content-type", "application/json")
                .method(
                        "PATCH",
                        HttpRequest.BodyPublishers.ofString("{\"agent_id\":\"alice\",\"display_name\":\"A\"}"));
        world.send(request);
        UpdateAgentRequest seen =
                UpdateAgentRequest.parseFrom(world.node.lastCall().request());
        assertThat(seen.getAgentId()).isEqualTo("alice");
        assertThat(seen.hasDisplayName()).isTrue();
        assertThat(seen.hasDescription()).isFalse();
    }

    // ── the envelope ──

    @Test
    void passesOnWhatWasSignedAndNothingThatTheClientMadeUp() {
        answerTransfer();
        String body = " {\"to\": \"bob\", \"amount\": 1}\n";
        world.send(world.request(TRANSFER)
                .header("content-type", "application/json")
                .header("authorization", "AgentSig a:c2ln")
                .header("x-timestamp", "2026-01-01T00:00:00Z")
                .header("x-nonce", "n1")
                .header("x-audience", "alpha.example")
                .header("idempotency-key", "k1")
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .header("x-hanse-http-path", "/forged")
                .header("x-hanse-client-address", "192.0.2.1")
                .header("x-hanse-anything", "forged")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        FakeNode.Call call = world.node.lastCall();
        assertThat(call.header("authorization")).isEqualTo("AgentSig a:c2ln");
        assertThat(call.header("x-timestamp")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(call.header("x-nonce")).isEqualTo("n1");
        assertThat(call.header("x-audience")).isEqualTo("alpha.example");
        assertThat(call.header("idempotency-key")).isEqualTo("k1");
        assertThat(call.header("traceparent")).startsWith("00-0af7651916cd43dd");
        assertThat(call.header("x-hanse-http-method")).isEqualTo("POST");
        assertThat(call.header("x-hanse-http-path")).isEqualTo(TRANSFER);
        assertThat(call.header("x-hanse-http-body-sha256"))
                .isEqualTo(HexFormat.of().formatHex(SignedText.sha256(body.getBytes(StandardCharsets.UTF_8))));
        assertThat(call.header("x-hanse-client-address")).isEqualTo("127.0.0.1");
        assertThat(call.metadata().keys()).doesNotContain("x-hanse-anything");
    }

    @Test
    void refusesASignedHeaderThatIsSentTwice() {
        HttpResponse<String> response =
                world.send(world.request("/agents/a").header("x-nonce", "one").header("x-nonce", "two"));
        assertThat(World.reason(response)).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void fillsPaymentFieldsFromHeadersWhereTheBodyLeavesThemEmpty() throws Exception {
        String path = "/api/v1/a2a-payment/verify";
        world.send(world.request(path)
                .header("x-payment-token", "apt_1")
                .header("x-payment-issuer", "beta.example")
                .POST(HttpRequest.BodyPublishers.noBody()));
        VerifyRequest seen = VerifyRequest.parseFrom(world.node.lastCall().request());
        assertThat(seen.getPaymentToken()).isEqualTo("apt_1");
        assertThat(seen.getIssuer()).isEqualTo("beta.example");
        world.send(world.request(path)
                .header("content-type", "application/json")
                .header("x-payment-token", "apt_1")
                .POST(HttpRequest.BodyPublishers.ofString("{\"payment_token\":\"apt_2\"}")));
        assertThat(VerifyRequest.parseFrom(world.node.lastCall().request()).getPaymentToken())
                .isEqualTo("apt_2");
    }

    // ── answers ──

    @Test
    void answers202WithALocationWhileATransferIsInFlight() {
        world.node.replies = any -> FakeNode.message(CrossRegistryTransferResponse.newBuilder()
                .setTransferId("x y")
                .setState(CrossRegistryTransferResponse.State.PREPARED)
                .build());
        HttpResponse<String> response = world.post("/api/v1/teg/cross-registry-transfer", "{}");
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.headers().firstValue("location")).contains("/api/v1/teg/cross-registry-transfers/x%20y");
        assertThat(world.get("/api/v1/teg/cross-registry-transfers/x").statusCode())
                .isEqualTo(200);
        world.node.replies = any -> FakeNode.message(CrossRegistryTransferResponse.newBuilder()
                .setState(CrossRegistryTransferResponse.State.EXPORTED)
                .build());
        assertThat(world.post("/api/v1/teg/cross-registry-transfer", "{}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void answers202WhileAPaymentIsSettling() {
        world.node.replies = any -> FakeNode.message(Payment.newBuilder()
                .setPaymentId("p1")
                .setState(Payment.State.SETTLING)
                .build());
        HttpResponse<String> response = world.post("/api/v1/a2a-payment/settle", "{}");
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.headers().firstValue("location")).contains("/api/v1/a2a-payment/payments/p1");
    }

    @Test
    void turnsTheNodesMetadataIntoHeaders() {
        Metadata said = new Metadata();
        for (String name :
                List.of("idempotent-replayed", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")) {
            said.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), name.length() + "");
        }
        said.put(Metadata.Key.of("x-internal", Metadata.ASCII_STRING_MARSHALLER), "secret");
        world.node.replies = any -> FakeNode.message(TransferResponse.getDefaultInstance(), said);
        HttpResponse<String> response = world.post(TRANSFER, "{}");
        assertThat(response.headers().firstValue("idempotent-replayed")).contains("19");
        assertThat(response.headers().firstValue("x-ratelimit-limit")).contains("17");
        assertThat(response.headers().firstValue("x-ratelimit-remaining")).contains("21");
        assertThat(response.headers().firstValue("x-ratelimit-reset")).contains("17");
        assertThat(response.headers().firstValue("x-internal")).isEmpty();
    }

    static Stream<Reason> reasons() {
        return Stream.of(Reason.values()).filter(r -> r != Reason.UNRECOGNIZED && r != Reason.REASON_UNSPECIFIED);
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void mapsEveryReason(Reason reason) {
        world.node.replies = any -> FakeNode.refusal(reason, FakeNode.violation("amount", "too small"));
        HttpResponse<String> response = world.post(TRANSFER, "{}");
        assertThat(response.statusCode())
                .isEqualTo(Problem.wire(reason).getHttp())
                .isBetween(400, 599);
        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("application/problem+json");
        var json = World.json(response);
        assertThat(json.path("reason").asText()).isEqualTo(reason.name());
        assertThat(json.path("status").asInt()).isEqualTo(response.statusCode());
        assertThat(json.path("type").asText()).endsWith(reason.name());
        assertThat(json.path("title").asText()).isNotEmpty();
        assertThat(json.path("detail").asText()).isEqualTo(Problem.wire(reason).getAdvice());
        assertThat(json.path("trace_id").asText()).isEqualTo(FakeNode.TRACE);
        assertThat(json.at("/violations/0/field").asText()).isEqualTo("amount");
        assertThat(response.body()).doesNotContain("no client must see");
    }

    @Test
    void saysWhenToComeBack() {
        world.node.replies = any -> FakeNode.refusal(Reason.RATE_LIMITED, FakeNode.retryAfter(1_200));
        HttpResponse<String> response = world.post(TRANSFER, "{}");
        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("retry-after")).contains("2");
        assertThat(World.json(response).path("retry_after").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, 503, UNAVAILABLE",
        "UNKNOWN, 500, INTERNAL",
        "INTERNAL, 500, INTERNAL",
        "DEADLINE_EXCEEDED, 504, DEADLINE_EXCEEDED"
    })
    void tellsNothingOfFailuresInBetween(Status.Code code, int http, String reason) {
        world.node.replies = any -> new FakeNode.Reply.Failure(
                code.toStatus().withDescription("java.lang.NullPointerException at secret.Place"), new Metadata());
        HttpResponse<String> response = world.post(TRANSFER, "{}");
        assertThat(response.statusCode()).isEqualTo(http);
        assertThat(World.reason(response)).isEqualTo(reason);
        assertThat(response.body()).doesNotContain("NullPointer").doesNotContain("secret");
    }

    @Test
    void answersInTimeForANodeThatDoesNot() {
        try (World slow = new World(s -> s.withCallTimeout(Duration.ofMillis(200)))) {
            slow.node.replies = any -> new FakeNode.Reply.Open(new LinkedBlockingQueue<>());
            HttpResponse<String> response = slow.post(TRANSFER, "{}");
            assertThat(response.statusCode()).isEqualTo(504);
            assertThat(World.reason(response)).isEqualTo("DEADLINE_EXCEEDED");
        }
    }

    // ── what HTTP asks ──

    @Test
    void refusesWhatIsNotThere() {
        for (String path : List.of("/nothing", "/api/v1/teg/transfer/more", "/api//v1/teg/supply", "/agents/%zz")) {
            HttpResponse<String> response = world.send(HttpRequest.newBuilder(
                    java.net.URI.create("https://localhost:" + world.bridge.port() + path.replace("%zz", "%00/%00"))));
            assertThat(response.statusCode()).isBetween(400, 404);
            assertThat(World.reason(response)).isIn("UNKNOWN_METHOD", "INVALID_ARGUMENT");
        }
    }

    @Test
    void refusesOtherMethodsAndNamesThoseThatAreAllowed() {
        HttpResponse<String> response = world.send(world.request(TRANSFER).GET());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(World.reason(response)).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(response.headers().firstValue("allow")).contains("OPTIONS, POST");
        response = world.send(world.request("/agents/a").method("TRACE", HttpRequest.BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(World.reason(response)).isEqualTo("METHOD_NOT_ALLOWED");
    }

    @Test
    void answersHeadAndOptions() {
        world.node.replies = any -> FakeNode.message(Balance.getDefaultInstance());
        HttpResponse<String> head =
                world.send(world.request("/agents/a/balance").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(world.node.lastCall().header("x-hanse-http-method")).isEqualTo("HEAD");
        HttpResponse<String> options =
                world.send(world.request("/agents/a").method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(options.headers().firstValue("allow")).contains("DELETE, GET, HEAD, OPTIONS, PATCH");
    }

    @Test
    void takesOneMegabyteAndNotOneByteMore() {
        answerTransfer();
        String filler = "{\"to\":\"\"}";
        String whole = filler.replace("\"\"", "\"" + "x".repeat((1 << 20) - filler.length()) + "\"");
        for (HttpClient.Version version : HttpClient.Version.values()) {
            assertThat(whole).hasSize(1 << 20);
            assertThat(world.post(TRANSFER, whole).statusCode()).isEqualTo(200);
            HttpResponse<String> response = world.send(world.request(TRANSFER)
                    .version(version)
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(whole + " ")));
            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(World.reason(response)).isEqualTo("BODY_TOO_LARGE");
        }
    }

    @Test
    void countsABodyWhoseLengthIsNotAnnounced() {
        HttpResponse<String> response = world.send(world.request(TRANSFER)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[(1 << 20) + 1]))));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(World.reason(response)).isEqualTo("BODY_TOO_LARGE");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain,",
        "application/x-www-form-urlencoded,",
        "application/json;charset=utf-16,",
        "application/json,gzip",
        ","
    })
    void refusesOtherMediaTypes(String type, String encoding) {
        HttpRequest.Builder request =
                world.request(TRANSFER).POST(HttpRequest.BodyPublishers.ofString("{\"to\":\"bob\"}"));
        if (type != null) {
            request.header("content-type", type);
        }
        if (encoding != null) {
            request.header("content-encoding", encoding);
        }
        HttpResponse<String> response = world.send(request);
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(World.reason(response)).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void refusesABodyWhereNoneBelongs() {
        HttpResponse<String> response = world.send(world.request("/agents/a")
                .header("content-type", "application/json")
                .method("DELETE", HttpRequest.BodyPublishers.ofString("{\"remainder_to\":\"b\"}")));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(World.reason(response)).isEqualTo("MALFORMED_BODY");
    }

    @Test
    void protectsEveryAnswer() {
        answerTransfer();
        for (HttpResponse<String> response : List.of(
                world.post(TRANSFER, "{}"),
                world.get("/nothing"),
                world.post(TRANSFER, "{"),
                world.get("/docs"),
                world.get("/"))) {
            assertThat(response.headers()
                            .firstValue("strict-transport-security")
                            .orElseThrow())
                    .startsWith("max-age=");
            assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
            assertThat(response.headers().firstValue("cache-control")).isPresent();
            assertThat(response.headers().firstValue("server")).isEmpty();
            assertThat(response.headers().firstValue("access-control-allow-origin"))
                    .isEmpty();
        }
        assertThat(world.post(TRANSFER, "{}").headers().firstValue("cache-control"))
                .contains("no-store");
    }

    @Test
    void letsPagesOfNamedOriginsCallAndNoOthers() {
        try (World open = new World(s -> s.withCorsOrigins(List.of("https://shop.example")))) {
            HttpResponse<String> preflight = open.send(open.request(TRANSFER)
                    .header("origin", "https://shop.example")
                    .header("access-control-request-method", "POST")
                    .header("access-control-request-headers", "authorization")
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
            assertThat(preflight.statusCode()).isEqualTo(204);
            assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                    .contains("https://shop.example");
            assertThat(preflight
                            .headers()
                            .firstValue("access-control-allow-methods")
                            .orElseThrow())
                    .contains("POST");
            assertThat(preflight
                            .headers()
                            .firstValue("access-control-allow-headers")
                            .orElseThrow())
                    .contains("x-timestamp", "authorization", "idempotency-key");
            assertThat(preflight.headers().firstValue("access-control-allow-credentials"))
                    .isEmpty();
            HttpResponse<String> call = open.send(open.request("/agents/a").header("origin", "https://shop.example"));
            assertThat(call.headers().firstValue("access-control-allow-origin")).contains("https://shop.example");
            assertThat(call.headers()
                            .firstValue("access-control-expose-headers")
                            .orElseThrow())
                    .contains("x-ratelimit-remaining", "retry-after");
            assertThat(call.headers().firstValue("vary")).contains("Origin");
            HttpResponse<String> stranger =
                    open.send(open.request("/agents/a").header("origin", "https://evil.example"));
            assertThat(stranger.headers().firstValue("access-control-allow-origin"))
                    .isEmpty();
        }
    }

    @Test
    void refusesToStartWithAnOriginThatIsNone() {
        BridgeSettings settings =
                BridgeSettings.of("127.0.0.1", 0, world.identity::get, new BridgeSettings.ServerInfo("Hanse", "1"));
        for (String wrong : List.of("shop.example", "https://shop.example/", "https://", "null")) {
            assertThatThrownBy(() -> settings.withCorsOrigins(List.of(wrong)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void speaksBothVersionsOfHttp() throws Exception {
        answerTransfer();
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpResponse<String> response = World.client(world.identity.get(), version)
                    .send(world.request("/agents/a").build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(version);
            assertThat(response.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void servesARenewedCertificateWithoutARestart() throws Exception {
        try (World renewed = new World()) {
            TlsIdentity before = renewed.identity.get();
            TlsIdentity after = World.selfSigned();
            assertThat(renewed.get("/nothing").statusCode()).isEqualTo(404);
            renewed.identity.set(after);
            HttpRequest request = renewed.request("/nothing").build();
            assertThat(World.client(after, HttpClient.Version.HTTP_2)
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(404);
            assertThatThrownBy(() -> World.client(before, HttpClient.Version.HTTP_2)
                            .send(request, HttpResponse.BodyHandlers.discarding()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void finishesWhatIsUnderWayWhenItStops() throws Exception {
        World stopping = new World();
        LinkedBlockingQueue<FakeNode.Stream> streams = new LinkedBlockingQueue<>();
        stopping.node.replies = any -> new FakeNode.Reply.Open(streams);
        var answer =
                stopping.client.sendAsync(stopping.request("/agents/a").build(), HttpResponse.BodyHandlers.ofString());
        FakeNode.Stream call = streams.take();
        Thread close = Thread.ofVirtual().start(stopping::close);
        call.send(Agent.newBuilder().setAgentId("a").build());
        call.end(Status.OK);
        assertThat(answer.get().statusCode()).isEqualTo(200);
        close.join();
    }

    @Test
    @Timeout(8)
    void cutsWhatIsUnderWayWhenItHasWaitedAsLongAsItShould() throws Exception {
        World stopping = new World(settings -> settings.withDrain(Duration.ofMillis(100)));
        LinkedBlockingQueue<FakeNode.Stream> streams = new LinkedBlockingQueue<>();
        stopping.node.replies = any -> new FakeNode.Reply.Open(streams);
        var answer =
                stopping.client.sendAsync(stopping.request("/agents/a").build(), HttpResponse.BodyHandlers.ofString());
        streams.take();
        stopping.close();
        assertThat(answer.handle((response, failure) -> failure == null ? response.statusCode() : 503)
                        .get())
                .isEqualTo(503);
    }
}
