package hanse.node.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hanse.sdk.HanseException;
import hanse.sdk.PaymentHeaders;
import hanse.sdk.PaymentVerifier;
import hanse.sdk.PaymentVerifier.Verdict;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A small real service that sells forecasts: plain HTTP, one forecast for one AVT, paid with a token that it verifies
/// at its own registry before it serves.
final class WeatherService implements AutoCloseable {
    /// What a payer binds its payment to.
    static final String RESOURCE = "GET /forecast";

    private static final BigDecimal PRICE = BigDecimal.ONE;

    private final PaymentVerifier verifier;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    WeatherService(PaymentVerifier verifier) throws IOException {
        this.verifier = verifier;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setExecutor(threads);
        server.createContext("/forecast", this::forecast);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/forecast");
    }

    private void forecast(HttpExchange exchange) throws IOException {
        Optional<PaymentHeaders> payment = PaymentHeaders.read(
                exchange.getRequestHeaders().getFirst(PaymentHeaders.TOKEN),
                exchange.getRequestHeaders().getFirst(PaymentHeaders.ISSUER));
        if (payment.isEmpty()) {
            answer(exchange, 402, "{\"price\":\"1\",\"currency\":\"AVT\"}");
            return;
        }
        try {
            switch (verifier.verify(payment.get(), PRICE, Optional.of(RESOURCE))) {
                case Verdict.Serve(var paid) ->
                    answer(
                            exchange,
                            200,
                            "{\"forecast\":\"fair wind from the west\",\"paid_by\":\"" + paid.getPayer() + "\"}");
                case Verdict.AlreadyServed(var _) -> answer(exchange, 409, "{\"reason\":\"ALREADY_SERVED\"}");
                case Verdict.Refuse(String reason) -> answer(exchange, 402, "{\"reason\":\"" + reason + "\"}");
            }
        } catch (HanseException e) {
            answer(exchange, e.outcomeUnknown() ? 503 : 402, "{\"reason\":\"" + e.reason() + "\"}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
