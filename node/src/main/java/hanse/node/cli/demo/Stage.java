package hanse.node.cli.demo;

import hanse.contract.v1.Contract;
import hanse.error.v1.Reason;
import hanse.ledger.v1.Balance;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.Supply;
import hanse.node.cli.Https;
import hanse.node.cli.LocalFederation;
import hanse.node.cli.LocalFederation.Member;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.SettleRequest;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.sdk.HanseException;
import hanse.sdk.HttpSigner;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// What the scenes share: the registries, the agents, and how they are asked.
final class Stage {
    static final BigDecimal DEPOSIT = new BigDecimal("100");
    static final BigDecimal TO_BOB = new BigDecimal("5");
    static final BigDecimal FORECAST = BigDecimal.ONE;
    static final BigDecimal STORM_AMOUNT = new BigDecimal("0.05");
    static final int MICROS = 6;
    static final Duration OUTCOMES = Duration.ofSeconds(60);
    private static final BigDecimal FEE_RATE = new BigDecimal("0.005");

    final Member alpha;
    final Member beta;
    final Steps steps;
    final int transfers;
    final Secrets secrets = new Secrets();
    Optional<AuthorizeResponse> forecastToken = Optional.empty();
    Optional<Contract> contract = Optional.empty();
    BigDecimal exported = BigDecimal.ZERO;
    BigDecimal compensated = BigDecimal.ZERO;
    private BigDecimal alicesBalance = DEPOSIT;
    private BigDecimal weathersBalance = BigDecimal.ZERO;
    private Optional<Party> alice = Optional.empty();
    private Optional<Party> bob = Optional.empty();
    private Optional<Party> weather = Optional.empty();
    private final HttpClient plainHttp = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /// An agent of the story.
    record Party(String name, String id, String did, Credentials credentials) {}

    Stage(LocalFederation federation, Steps steps, int transfers) {
        this.alpha = federation.alpha();
        this.beta = federation.beta();
        this.steps = steps;
        this.transfers = transfers;
    }

    List<Member> members() {
        return List.of(alpha, beta);
    }

    /// The agents come on.
    void enter(Party first, Party second, Party third) {
        alice = Optional.of(first);
        bob = Optional.of(second);
        weather = Optional.of(third);
    }

    Party alice() {
        return alice.orElseThrow();
    }

    Party bob() {
        return bob.orElseThrow();
    }

    Party weather() {
        return weather.orElseThrow();
    }

    HanseClient alpha(Party party) {
        try {
            return alpha.client().as(party.credentials());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// alice has paid somebody at alpha, or put money aside; negative: it is back.
    void spent(BigDecimal amount) {
        alicesBalance = alicesBalance.subtract(amount);
    }

    /// alice has paid weather, so often, and it has arrived.
    void sent(BigDecimal amount, int times) {
        BigDecimal all = amount.multiply(BigDecimal.valueOf(times));
        spent(all);
        exported = exported.add(all);
        weathersBalance = weathersBalance.add(all).subtract(fee(amount).multiply(BigDecimal.valueOf(times)));
    }

    /// weather was slashed, and alice is compensated.
    void slashed(BigDecimal amount) {
        spent(amount.negate());
        compensated = compensated.add(amount);
        weathersBalance = weathersBalance.subtract(amount);
    }

    void expectAliceAndWeather() throws IOException {
        expectBalance(alpha, alice(), alicesBalance);
        expectBalance(beta, weather(), weathersBalance);
    }

    void expectBalance(Member home, Party party, BigDecimal expected) throws IOException {
        steps.same(
                party.name() + " has",
                expected.setScale(MICROS),
                amount(balance(home, party).getBalance()).setScale(MICROS));
    }

    void expectRefusal(String what, Reason expected, Supplier<?> call) {
        try {
            Object answer = call.get();
            steps.check(what + " was answered with " + answer.getClass().getSimpleName(), false);
        } catch (RuntimeException e) {
            Reason reason = HanseException.of(e).reason();
            steps.check(what + ": " + reason, reason == expected);
        }
    }

    /// alice settles what weather has verified; the answer is the payment when it has arrived, or after a minute.
    Payment settle(AuthorizeResponse authorized) throws InterruptedException {
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
        return settled;
    }

    /// What `read` answers once it fits, or a minute later; what does not answer yet is asked again.
    <T> T await(Callable<T> read, Predicate<T> fits) throws Exception {
        Instant deadline = Instant.now().plus(OUTCOMES);
        while (true) {
            try {
                T answer = read.call();
                if (fits.test(answer) || Instant.now().isAfter(deadline)) {
                    return answer;
                }
            } catch (StatusRuntimeException | HanseException e) {
                if (Instant.now().isAfter(deadline)) {
                    throw e;
                }
            }
            Thread.sleep(Duration.ofMillis(50));
        }
    }

    Balance balance(Member home, Party party) throws IOException {
        return home.operator()
                .ledger()
                .getBalance(
                        GetBalanceRequest.newBuilder().setAgentId(party.id()).build());
    }

    Supply supply(Member member) throws IOException {
        return member.operator().ledger().getSupply(GetSupplyRequest.getDefaultInstance());
    }

    static BigDecimal fee(BigDecimal amount) {
        return amount.multiply(FEE_RATE).setScale(MICROS, RoundingMode.UP).stripTrailingZeros();
    }

    static BigDecimal amount(String text) {
        return text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text);
    }

    HttpResponse<String> post(Party party, String path, String json) throws Exception {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return send(alpha, path, new HttpSigner(party.credentials()).headers("POST", path, body), body);
    }

    HttpResponse<String> send(Member member, String path, Map<String, String> headers, byte[] body)
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

    HttpResponse<String> get(URI url, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(30)).GET();
        headers.forEach(request::header);
        return plainHttp.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static String reason(HttpResponse<String> problem) {
        var found = Pattern.compile("\"reason\"\\s*:\\s*\"([A-Z_]+)\"").matcher(problem.body());
        return found.find() ? found.group(1) : "without a reason";
    }
}
