package hanse.node.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// `/metrics` for Prometheus, `/healthz` (the process answers), `/readyz` (it should be sent work: 200, or 503 and why
/// not).
///
/// Plain HTTP without a caller's name, so it listens on the loopback address unless the operator says otherwise. It
/// shows no secret and no balance.
public final class OpsServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @throws UncheckedIOException when the port cannot be had
    public OpsServer(String host, int port, PrometheusMeterRegistry metrics, Readiness readiness) {
        try {
            server = HttpServer.create(new InetSocketAddress(host, port), 64);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + host + ":" + port, e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, 404, TEXT, "/metrics, /healthz, /readyz\n"));
        server.createContext("/metrics", exchange -> answer(exchange, 200, PROMETHEUS, metrics.scrape()));
        server.createContext("/healthz", exchange -> answer(exchange, 200, TEXT, "ok\n"));
        server.createContext("/readyz", exchange -> {
            Readiness.State state = readiness.check();
            answer(exchange, state.ready() ? 200 : 503, TEXT, state.text() + "\n");
        });
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", type);
            exchange.getResponseHeaders().set("cache-control", "no-store");
            boolean read = exchange.getRequestMethod().equals("GET")
                    || exchange.getRequestMethod().equals("HEAD");
            boolean bodyless = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(read ? status : 405, read && !bodyless ? body.length : -1);
            if (read && !bodyless) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
