package hanse.node.wires;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import hanse.node.config.Setting;
import hanse.node.testing.Operating;
import hanse.node.testing.Ports;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.sdk.HttpSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A registry that has peers, and is asked over HTTP by literal paths and bodies.
final class Town implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String registry;
    private final ServedNode node;
    private final HanseClient client;
    private final HttpClient http;

    /// What came back.
    record Said(int status, JsonNode body) {
        String text(String pointer) {
            return body.at(pointer).asText();
        }
    }

    private Town(String registry, ServedNode node) throws IOException {
        this.registry = registry;
        this.node = node;
        this.client = node.client();
        this.http = node.http();
    }

    static Town found(Path parent, String registry) throws IOException {
        String port = Integer.toString(Ports.free());
        return new Town(
                registry,
                new ServedNode(
                        Files.createDirectory(parent.resolve(registry)),
                        Map.of(
                                Setting.REGISTRY,
                                registry,
                                Setting.PUBLIC_URL,
                                "https://" + registry,
                                Setting.PORT_PEER,
                                port,
                                Setting.PEER_ENDPOINT,
                                "localhost:" + port)));
    }

    static void peer(Town one, Town other) {
        Operating.peer(one.client.as(one.operator()), other.client.as(other.operator()));
    }

    String registry() {
        return registry;
    }

    Credentials operator() {
        return node.operator();
    }

    /// A new agent with so many AVT.
    Credentials agent(String name, String deposit) {
        Credentials agent = client.register(AgentKey.generate(), name);
        if (!deposit.equals("0")) {
            var unused = Operating.deposit(client.as(operator()), agent.subject(), deposit);
        }
        return agent;
    }

    String did(Credentials agent) {
        return "did:theprotocol:" + registry + ":" + agent.subject();
    }

    Said get(Credentials caller, String path) {
        return send(new HttpSigner(caller).request("GET", uri(path)));
    }

    Said post(Credentials caller, String path, String json) {
        return send(new HttpSigner(caller).request("POST", uri(path), json));
    }

    Said put(Credentials caller, String path, String json) {
        return send(new HttpSigner(caller).request("PUT", uri(path), json));
    }

    /// Signed by nobody.
    Said get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    /// The same.
    Said post(String path, String json) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    private URI uri(String path) {
        return URI.create(node.rest() + path);
    }

    private Said send(HttpRequest request) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Said(answer.statusCode(), JSON.readTree(answer.body()));
        } catch (JsonProcessingException e) {
            throw new AssertionError(request + " was not answered with JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// The body of what was not refused.
    static JsonNode ok(Said said) {
        assertThat(said.status()).as(said.body().toString()).isEqualTo(200);
        return said.body();
    }

    /// What the things on a page are called.
    static List<String> ids(Said page, String name) {
        return ok(page).findValuesAsText(name);
    }

    /// Asks again until it is answered so.
    static Said awaited(Supplier<Said> asked, Predicate<Said> wanted) {
        return await().atMost(Duration.ofSeconds(30)).until(asked::get, wanted);
    }

    @Override
    public void close() {
        http.close();
        client.close();
        node.close();
    }
}
