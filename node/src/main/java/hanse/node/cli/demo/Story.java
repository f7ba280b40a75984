package hanse.node.cli.demo;

import hanse.access.v1.OpenSessionRequest;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.audit.v1.AuditServiceGrpc;
import hanse.audit.v1.VerifyJournalRequest;
import hanse.audit.v1.VerifyJournalResponse;
import hanse.error.v1.Reason;
import hanse.ledger.v1.Balance;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.LedgerServiceGrpc.LedgerServiceBlockingStub;
import hanse.ledger.v1.PeerSupply;
import hanse.ledger.v1.Supply;
import hanse.ledger.v1.TransferRequest;
import hanse.node.cli.Books;
import hanse.node.cli.Https;
import hanse.node.cli.LocalFederation;
import hanse.node.cli.LocalFederation.Member;
import hanse.node.cli.Table;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.sdk.HanseException;
import hanse.sdk.HttpSigner;
import hanse.sdk.PaymentHeaders;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// The story, step by step. Every figure it checks is one that it computes itself.
final class Story {
    private static final BigDecimal DEPOSIT = new BigDecimal("100");
    private static final BigDecimal TO_BOB = new BigDecimal("5");
    private static final BigDecimal FORECAST = BigDecimal.ONE;
    private static final BigDecimal STORM_AMOUNT = new BigDecimal("0.05");
    private static final BigDecimal FEE_RATE = new BigDecimal("0.005");
    private static final int MICROS = 6;
    private static final Duration OUTCOMES = Duration.ofSeconds(60);

    private final LocalFederation federation;
    private final Member alpha;
    private final Member beta;
    private final Steps steps;
    private final int transfers;
    private final Secrets secrets = new Secrets();
    private final HttpClient plainHttp = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /// An agent of the story.
    private record Party(String name, String id, String did, Credentials credentials) {}

    private Optional<Party> alice = Optional.empty();
    private Optional<Party> bob = Optional.empty();
    private Optional<Party> weather = Optional.empty();
    private Optional<AuthorizeResponse> forecastToken = Optional.empty();
    private BigDecimal forForecast = BigDecimal.ZERO;
    private BigDecimal exported = BigDecimal.ZERO;

    Story(LocalFederation federation, Steps steps, int transfers) {
        this.federation = federation;
        this.alpha = federation.alpha();
        this.beta = federation.beta();
        this.steps = steps;
        this.transfers = transfers;
    }

    void tell() throws Exception {
        steps.step("Two registries start, each with its own PostgreSQL, and peer by exchanging cards", this::start);
        steps.step("alice and bob register at alpha, weather at beta", this::register);
        steps.step("The operator of alpha deposits 100 to alice", this::deposit);
        steps.step("alice pays bob 5, over HTTP", this::payBob);
        steps.step(
                "alice buys a forecast for 1 from weather, which verifies the token at its own registry",
                this::buyForecast);
        steps.step("What must be refused is refused, each with its reason, and moves nothing", this::refusals);
        steps.step(
                transfers + " cross-registry transfers, while nodes and databases are killed with SIGKILL",
                this::storm);
        steps.step("The books of both registries", this::books);
        steps.step("Both journals verify, entry by entry", this::audit);
        steps.step("The logs hold no secret", this::logs);
    }

    private void start() throws Exception {
        federation.start();
        federation.peer();
        for (Member member : federation.members()) {
            secrets.addKeyDirectory(member.registry(), member.config().keys());
            secrets.add(
                    member.registry() + "'s database password",
                    Files.readString(member.directory().resolve("postgres/password"))
                            .strip());
        }
        Table table = new Table("REGISTRY", "gRPC", "HTTP", "PEERS", "NODE PID", "POSTGRES PID");
        for (Member m : federation.members()) {
            table.row(m.registry(), m.grpc(), m.rest(), m.peerEndpoint(), m.pid(), m.databasePid());
        }
        table.lines().forEach(steps::say);
        steps.check("each calls the other an active peer", true);
    }

    private void register() throws IOException {
        alice = Optional.of(register(alpha, "alice"));
        bob = Optional.of(register(alpha, "bob"));
        weather = Optional.of(register(beta, "weather"));
        // A session is a secret too: one is opened, used and left to be looked for.
        String session = alpha.client()
                .as(alice().credentials())
                .sessions()
                .openSession(OpenSessionRequest.getDefaultInstance())
                .getToken();
        secrets.add("a session of alice", session);
        Table table = new Table("AGENT", "DID");
        List.of(alice(), bob(), weather()).forEach(party -> table.row(party.name(), party.did()));
        table.lines().forEach(steps::say);
        steps.check("weather's DID names beta", weather().did().contains(":" + beta.registry() + ":"));
    }

    private Party register(Member home, String name) throws IOException {
        AgentKey key = AgentKey.generate();
        RegisterAgentResponse registered = home.client()
                .register(
                        key,
                        RegisterAgentRequest.newBuilder()
                                .setName(name)
                                .setDisplayName("The demo's " + name)
                                .build());
        secrets.add(name + "'s key", key);
        secrets.add(name + "'s webhook secret", registered.getWebhookSecret());
        return new Party(
                name,
                registered.getAgentId(),
                registered.getAgent().getDid(),
                Credentials.agent(registered.getAgentId(), key, home.registry()));
    }

    private void deposit() throws IOException {
        var deposited = alpha.operator()
                .ledger()
                .deposit(DepositRequest.newBuilder()
                        .setAgentId(alice().id())
                        .setAmount(DEPOSIT.toPlainString())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.same("alice has", DEPOSIT, new BigDecimal(deposited.getBalance()));
    }

    private void payBob() throws Exception {
        HttpResponse<String> paid = post(
                alice(),
                "/api/v1/teg/transfer",
                "{\"to\":\"" + bob().did() + "\",\"amount\":\"5\",\"memo\":\"lunch\"}");
        steps.same("HTTP status", 200, paid.statusCode());
        BigDecimal fee = fee(TO_BOB);
        expectBalance(alpha, alice(), DEPOSIT.subtract(TO_BOB));
        expectBalance(alpha, bob(), TO_BOB.subtract(fee));
        steps.same("the fee is in the treasury", fee, amount(supply(alpha).getTreasury()));
    }

    private void buyForecast() throws Exception {
        AuthorizeResponse authorized = alpha.client()
                .as(alice().credentials())
                .payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee(weather().did())
                        .setAmount(FORECAST.toPlainString())
                        .setResource(WeatherService.RESOURCE)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        forecastToken = Optional.of(authorized);
        secrets.add("the token for the forecast", authorized.getPaymentToken());
        steps.same(
                "held of alice's balance",
                FORECAST,
                amount(balance(alpha, alice()).getHeld()));
        try (WeatherService service =
                new WeatherService(beta.client().as(weather().credentials()).paymentVerifier())) {
            HttpResponse<String> unpaid = get(service.url(), Map.of());
            steps.same("without a token weather answers", 402, unpaid.statusCode());
            PaymentHeaders headers =
                    new PaymentHeaders(authorized.getPaymentToken(), Optional.of(authorized.getIssuer()));
            HttpResponse<String> served = get(service.url(), headers.headers());
            steps.same("with the token", 200, served.statusCode());
            steps.say(served.body());
            HttpResponse<String> again = get(service.url(), headers.headers());
            steps.same("the same token again", 409, again.statusCode());
        }
        Payment settled = HanseException.translate(() -> alpha(alice())
                .payments()
                .settle(SettleRequest.newBuilder()
                        .setPaymentId(authorized.getPaymentId())
                        .setRequestId(UUID.randomUUID().toString())
                        .build()));
        Instant deadline = Instant.now().plus(OUTCOMES);
        while (settled.getState() == Payment.State.SETTLING && Instant.now().isBefore(deadline)) {
            Thread.sleep(Duration.ofMillis(100));
            settled = alpha(alice())
                    .payments()
                    .getPayment(GetPaymentRequest.newBuilder()
                            .setPaymentId(authorized.getPaymentId())
                            .build());
        }
        steps.same("the payment is", Payment.State.SETTLED, settled.getState());
        forForecast = FORECAST;
        exported = FORECAST;
        expectBalance(alpha, alice(), DEPOSIT.subtract(TO_BOB).subtract(FORECAST));
        expectBalance(beta, weather(), FORECAST.subtract(fee(FORECAST)));
    }

    private void refusals() throws Exception {
        Supply before = supply(alpha);
        expectRefusal(
                "a second settlement",
                Reason.ALREADY_SETTLED,
                () -> alpha(alice())
                        .payments()
                        .settle(SettleRequest.newBuilder()
                                .setPaymentId(forecastToken.orElseThrow().getPaymentId())
                                .setRequestId(UUID.randomUUID().toString())
                                .build()));

        AuthorizeResponse meant = alpha(alice())
                .payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee(weather().did())
                        .setAmount("1")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        secrets.add("a token that is not bob's", meant.getPaymentToken());
        VerifyResponse foreign = alpha(bob())
                .payments()
                .verify(VerifyRequest.newBuilder()
                        .setPaymentToken(meant.getPaymentToken())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.check(
                "bob verifies weather's token: not valid, " + foreign.getReason(),
                !foreign.getValid() && foreign.getReason().equals(Reason.WRONG_PAYEE.name()));
        Payment released = alpha(alice())
                .payments()
                .release(hanse.payment.v1.ReleaseRequest.newBuilder()
                        .setPaymentId(meant.getPaymentId())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.same("alice takes that token back", Payment.State.RELEASED, released.getState());

        expectRefusal(
                "an overdraft",
                Reason.INSUFFICIENT_FUNDS,
                () -> alpha(alice())
                        .ledger()
                        .transfer(TransferRequest.newBuilder()
                                .setTo(bob().id())
                                .setAmount("1000")
                                .setRequestId(UUID.randomUUID().toString())
                                .build()));

        byte[] body = ("{\"to\":\"" + bob().id() + "\",\"amount\":\"1000\"}").getBytes(StandardCharsets.UTF_8);
        Map<String, String> signed =
                new HttpSigner(alice().credentials()).headers("POST", "/api/v1/teg/transfer", body);
        secrets.add("a signature of alice", signed.getOrDefault("authorization", ""));
        HttpResponse<String> first = send(alpha, "/api/v1/teg/transfer", signed, body);
        HttpResponse<String> replayed = send(alpha, "/api/v1/teg/transfer", signed, body);
        steps.check(
                "a request signed by alice and sent once: " + first.statusCode() + " " + reason(first),
                first.statusCode() == 409);
        steps.check(
                "the same bytes again: " + replayed.statusCode() + " " + reason(replayed),
                replayed.statusCode() == 401 && reason(replayed).equals(Reason.SIGNATURE_REPLAYED.name()));
        Supply after = supply(alpha);
        steps.check("the books stand where they stood", before.equals(after));
        steps.same(
                "nothing of alice is held",
                BigDecimal.ZERO,
                amount(balance(alpha, alice()).getHeld()));
    }

    private void storm() throws Exception {
        Storm storm = new Storm(alpha, alice().credentials(), weather().did(), STORM_AMOUNT.toPlainString(), transfers);
        storm.begin();

        storm.awaitAcknowledged(transfers / 8);
        int acknowledged = storm.acknowledgedSoFar();
        int underWay = storm.underWay();
        beta.kill();
        steps.check(
                "beta's node killed: " + acknowledged + " acknowledged, " + underWay + " under way",
                acknowledged > 0 && underWay > 0);
        beta.launch();
        beta.awaitReady();
        steps.say("beta is back; meanwhile " + storm.unfinished() + " were acknowledged that wait for it");

        storm.awaitAcknowledged(transfers * 3 / 8);
        acknowledged = storm.acknowledgedSoFar();
        underWay = storm.underWay();
        alpha.kill();
        steps.check(
                "alpha's node killed: " + acknowledged + " acknowledged, " + underWay + " under way",
                acknowledged > 0 && underWay > 0);
        alpha.launch();
        alpha.awaitReady();
        steps.say("alpha is back");

        storm.awaitAcknowledged(transfers * 5 / 8);
        killDatabase(alpha, storm);
        storm.awaitAcknowledged(transfers * 6 / 8);
        killDatabase(beta, storm);

        storm.awaitEnd();
        storm.failures().stream().distinct().limit(5).forEach(steps::say);
        steps.check(
                "all " + transfers + " acknowledged; " + storm.repeats()
                        + " calls were repeated under their request id",
                storm.acknowledgedSoFar() == transfers && storm.failures().isEmpty());
        steps.same("transfers with an id of their own", transfers, new HashSet<>(storm.transferIds()).size());
        outcomes(storm.transferIds());
    }

    private void killDatabase(Member member, Storm storm) throws Exception {
        long before = member.databasePid();
        int underWay = storm.underWay();
        member.killDatabase();
        steps.check(
                member.registry() + "'s PostgreSQL killed: " + storm.acknowledgedSoFar() + " acknowledged, " + underWay
                        + " under way",
                underWay > 0);
        Instant deadline = Instant.now().plus(OUTCOMES);
        while (!member.databaseIsAnotherThan(before) && Instant.now().isBefore(deadline)) {
            Thread.sleep(Duration.ofMillis(50));
        }
        member.awaitReady();
        steps.check(
                "its node has started another, and is ready", member.databaseIsAnotherThan(before) && member.isAlive());
    }

    private void outcomes(List<String> transferIds) throws Exception {
        LedgerServiceBlockingStub ledger = alpha.operator().ledger();
        Instant deadline = Instant.now().plus(OUTCOMES);
        int done = 0;
        int refunded = 0;
        for (String id : transferIds) {
            GetCrossRegistryTransferRequest question = GetCrossRegistryTransferRequest.newBuilder()
                    .setTransferId(id)
                    .build();
            CrossRegistryTransferResponse transfer = ledger.getCrossRegistryTransfer(question);
            while (transfer.getState() == State.PREPARED && Instant.now().isBefore(deadline)) {
                Thread.sleep(Duration.ofMillis(100));
                transfer = ledger.getCrossRegistryTransfer(question);
            }
            switch (transfer.getState()) {
                case EXPORTED -> done++;
                case REFUNDED -> refunded++;
                case PREPARED, STATE_UNSPECIFIED, UNRECOGNIZED -> steps.say(id + " is still " + transfer.getState());
            }
        }
        steps.check(
                "every transfer has ended: " + done + " arrived, " + refunded + " were refunded",
                done + refunded == transferIds.size());
        steps.same("all arrived", transfers, done);
        BigDecimal arrived = STORM_AMOUNT.multiply(BigDecimal.valueOf(done));
        exported = exported.add(arrived);
        expectBalance(
                alpha, alice(), DEPOSIT.subtract(TO_BOB).subtract(forForecast).subtract(arrived));
        BigDecimal net = STORM_AMOUNT.subtract(fee(STORM_AMOUNT)).multiply(BigDecimal.valueOf(done));
        expectBalance(beta, weather(), forForecast.subtract(fee(forForecast)).add(net));
    }

    private void books() throws IOException {
        Supply here = supply(alpha);
        Supply there = supply(beta);
        Books.print(steps.out(), alpha.registry(), here);
        steps.out().println();
        Books.print(steps.out(), beta.registry(), there);
        steps.out().println();
        steps.check("alpha's supply equation holds", here.getHolds() && equation(here));
        steps.check("beta's supply equation holds", there.getHolds() && equation(there));
        steps.same(
                "exported by alpha to beta",
                exported.setScale(MICROS),
                amount(peer(here, beta).getExported()).setScale(MICROS));
        steps.same(
                "imported by beta from alpha",
                exported.setScale(MICROS),
                amount(peer(there, alpha).getImported()).setScale(MICROS));
        steps.same("still in flight", BigDecimal.ZERO, amount(here.getInFlight()));
        steps.same(
                "alpha's agents and treasury hold what was issued and not exported",
                DEPOSIT.subtract(exported).setScale(MICROS),
                amount(here.getAgents()).add(amount(here.getTreasury())).setScale(MICROS));
    }

    private void audit() throws IOException {
        for (Member member : federation.members()) {
            Iterator<VerifyJournalResponse> answers = AuditServiceGrpc.newBlockingStub(
                            member.operator().channel())
                    .verifyJournal(VerifyJournalRequest.getDefaultInstance());
            VerifyJournalResponse last = VerifyJournalResponse.getDefaultInstance();
            while (answers.hasNext()) {
                last = answers.next();
            }
            steps.check(
                    member.registry() + ": " + last.getEntriesChecked() + " entries verified"
                            + (last.getFault().isEmpty() ? "" : "; " + last.getFault()),
                    last.getFinished() && last.getHolds() && last.getEntriesChecked() > 0);
        }
    }

    private void logs() throws IOException {
        for (Member member : federation.members()) {
            List<String> found = secrets.findIn(member.log());
            found.forEach(steps::say);
            steps.check(
                    member.registry() + "/" + member.log().getFileName() + ": " + Files.size(member.log()) / 1024
                            + " KiB searched for " + secrets.count() + " tokens, secrets, signatures and keys; found "
                            + found.size(),
                    found.isEmpty());
        }
    }

    // --- what the steps share

    private Party alice() {
        return alice.orElseThrow();
    }

    private Party bob() {
        return bob.orElseThrow();
    }

    private Party weather() {
        return weather.orElseThrow();
    }

    private HanseClient alpha(Party party) {
        try {
            return alpha.client().as(party.credentials());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void expectBalance(Member home, Party party, BigDecimal expected) throws IOException {
        steps.same(
                party.name() + " has",
                expected.setScale(MICROS),
                amount(balance(home, party).getBalance()).setScale(MICROS));
    }

    private void expectRefusal(String what, Reason expected, Supplier<?> call) {
        try {
            Object answer = call.get();
            steps.check(what + " was answered with " + answer.getClass().getSimpleName(), false);
        } catch (RuntimeException e) {
            Reason reason = HanseException.of(e).reason();
            steps.check(what + ": " + reason, reason == expected);
        }
    }

    private static Balance balance(Member home, Party party) throws IOException {
        return home.operator()
                .ledger()
                .getBalance(
                        GetBalanceRequest.newBuilder().setAgentId(party.id()).build());
    }

    private static Supply supply(Member member) throws IOException {
        return member.operator().ledger().getSupply(GetSupplyRequest.getDefaultInstance());
    }

    private static PeerSupply peer(Supply supply, Member other) {
        return supply.getPeersList().stream()
                .filter(peer -> peer.getRegistryId().equals(other.registry()))
                .findFirst()
                .orElse(PeerSupply.getDefaultInstance());
    }

    /// The equation, computed here from the terms.
    private static boolean equation(Supply s) {
        BigDecimal made = amount(s.getIssued()).add(amount(s.getCompensated())).add(amount(s.getImported()));
        BigDecimal gone = amount(s.getDestroyed()).add(amount(s.getSlashed())).add(amount(s.getExported()));
        BigDecimal there = amount(s.getAgents())
                .add(amount(s.getTreasury()))
                .add(amount(s.getEscrow()))
                .add(amount(s.getBonds()))
                .add(amount(s.getInFlight()));
        return made.subtract(gone).compareTo(there) == 0;
    }

    private static BigDecimal fee(BigDecimal amount) {
        return amount.multiply(FEE_RATE).setScale(MICROS, RoundingMode.UP).stripTrailingZeros();
    }

    private static BigDecimal amount(String text) {
        return text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text);
    }

    private HttpResponse<String> post(Party party, String path, String json) throws Exception {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return send(alpha, path, new HttpSigner(party.credentials()).headers("POST", path, body), body);
    }

    private static HttpResponse<String> send(Member member, String path, Map<String, String> headers, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(member.rest() + path))
                .timeout(Duration.ofSeconds(15))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try (HttpClient http = Https.client(member.caFile())) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private HttpResponse<String> get(URI url, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(30)).GET();
        headers.forEach(request::header);
        return plainHttp.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String reason(HttpResponse<String> problem) {
        var found = java.util.regex.Pattern.compile("\"reason\"\\s*:\\s*\"([A-Z_]+)\"")
                .matcher(problem.body());
        return found.find() ? found.group(1) : "without a reason";
    }
}
