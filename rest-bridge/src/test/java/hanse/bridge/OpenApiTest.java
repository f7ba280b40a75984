package hanse.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenApiTest {
    private static World world;
    private static JsonNode document;

    @BeforeAll
    static void start() {
        world = new World();
        document = World.json(world.get("/openapi.json"));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    void describesEveryBindingOfEveryOperation() {
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(document.at("/info/title").asText()).isEqualTo("Hanse · test");
        assertThat(document.at("/info/version").asText()).isEqualTo("1.2.3");
        Set<String> ids = new HashSet<>();
        for (Operation operation : Api.load().operations()) {
            for (Operation.Binding binding : operation.bindings()) {
                JsonNode node = document.path("paths")
                        .path(binding.path().text())
                        .path(binding.method().name().toLowerCase(Locale.ROOT));
                assertThat(node.path("x-rpc").asText())
                        .isEqualTo(operation.rpc().getFullName());
                assertThat(node.path("description").asText()).isNotBlank();
                assertThat(node.path("summary").asText()).isNotBlank();
                assertThat(node.path("responses").path("200").path("content").size())
                        .isEqualTo(1);
                assertThat(node.path("responses").has("500")).isTrue();
                assertThat(ids.add(node.path("operationId").asText())).isTrue();
                List<String> inPath = new ArrayList<>();
                node.path("parameters").forEach(p -> {
                    assertThat(p.path("schema").isObject()).isTrue();
                    if (p.path("in").asText().equals("path")) {
                        assertThat(p.path("required").asBoolean()).isTrue();
                        inPath.add(p.path("name").asText());
                    }
                });
                assertThat(inPath).containsExactlyElementsOf(binding.path().variables());
                assertThat(node.has("requestBody")).isEqualTo(!binding.body().isEmpty());
            }
        }
    }

    @Test
    void leadsEveryReferenceToASchema() {
        List<String> references = new ArrayList<>();
        document.findValues("$ref").forEach(ref -> references.add(ref.asText()));
        assertThat(references).isNotEmpty();
        for (String reference : references) {
            assertThat(document.at(reference.substring(1)).isObject())
                    .as(reference)
                    .isTrue();
        }
        document.at("/components/schemas")
                .fieldNames()
                .forEachRemaining(name -> assertThat(name).matches("[A-Za-z0-9._-]+"));
    }

    @Test
    void carriesCommentsRulesAndSecurity() {
        JsonNode transfer = document.at("/paths/~1api~1v1~1teg~1transfer/post");
        assertThat(transfer.path("description").asText()).startsWith("Pays another agent of this registry.");
        assertThat(transfer.at("/security/0/AgentSig").isArray()).isTrue();
        assertThat(transfer.at("/security/1/Session").isArray()).isTrue();
        assertThat(document.at("/paths/~1agents~1{agent_id}~1key/post/security").toString())
                .isEqualTo("[{\"AgentSig\":[]}]");
        assertThat(document.at("/components/schemas/Problem/properties").has("trace_id"))
                .isTrue();
        assertThat(transfer.at("/responses/409/description").asText()).contains("INSUFFICIENT_FUNDS");
        JsonNode request = document.at("/components/schemas/ledger.v1.TransferRequest");
        assertThat(request.at("/properties/amount/type").toString()).isEqualTo("[\"string\",\"number\"]");
        assertThat(request.at("/properties/memo/maxLength").asInt()).isEqualTo(256);
        assertThat(request.at("/properties/to/description").asText()).isEqualTo("UUID, DID or handle.");
        assertThat(request.path("required").toString()).contains("to");
        assertThat(document.at("/components/schemas/agent.v1.Agent.Status/enum").toString())
                .contains("\"active\"");
        assertThat(document.at("/components/securitySchemes/AgentSig/in").asText())
                .isEqualTo("header");
        assertThat(document.at("/components/securitySchemes/Session/scheme").asText())
                .isEqualTo("bearer");
        assertThat(document.at("/paths/~1api~1v1~1teg~1cross-registry-transfer/post/responses")
                        .has("202"))
                .isTrue();
        assertThat(document.at("/paths/~1api~1v1~1events/get/responses/200/content")
                        .has("text/event-stream"))
                .isTrue();
        assertThat(document.at("/paths/~1agents/post/security/0").size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/docs/", "/docs/console.js", "/docs/console.css", "/docs/icon.svg"})
    void servesAPageThatLoadsNothingFromElsewhere(String path) {
        HttpResponse<String> response = world.get(path);
        assertThat(response.statusCode()).isEqualTo(200);
        String policy = response.headers().firstValue("content-security-policy").orElseThrow();
        assertThat(policy)
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        String text = response.body().replace("http://www.w3.org/2000/svg", "");
        assertThat(text).doesNotContainPattern("(?i)(https?:)?//[a-z0-9-]+\\.[a-z]{2,}");
        assertThat(text).doesNotContain("@import").doesNotContain("<style").doesNotContain(" style=");
        assertThat(text).doesNotContain("onclick=\"").doesNotContain("innerHTML");
        HttpResponse<String> again = world.send(world.request(path)
                .header("if-none-match", response.headers().firstValue("etag").orElseThrow()));
        assertThat(again.statusCode()).isEqualTo(304);
    }

    @Test
    void leadsTheRootToThePage() {
        HttpResponse<String> response = world.get("/");
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("location")).contains("/docs");
        assertThat(world.send(world.request("/docs").POST(HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }
}
