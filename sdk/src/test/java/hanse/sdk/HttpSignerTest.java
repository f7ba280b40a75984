package hanse.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.wire.SignedText;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class HttpSignerTest {
    private final Credentials alice = Credentials.agent("alice", AgentKey.generate(), "alpha.example");
    private final HttpSigner signer = new HttpSigner(alice);

    @Test
    void signsThePathWithItsQueryAsItIsSent() {
        HttpRequest request =
                signer.request("GET", URI.create("https://127.0.0.1:7401/dids/did%3Atheprotocol?x=a%20b&y=1"));
        assertThat(signed(request, "/dids/did%3Atheprotocol?x=a%20b&y=1", "")).isTrue();
    }

    @Test
    void signsASlashForNoPath() {
        assertThat(HttpSigner.pathWithQuery(URI.create("https://127.0.0.1:7401")))
                .isEqualTo("/");
        assertThat(HttpSigner.pathWithQuery(URI.create("https://127.0.0.1:7401?a=b")))
                .isEqualTo("/?a=b");
    }

    @Test
    void signsTheBodysBytes() {
        String json = "{\"memo\":\"Grüße\"}";
        HttpRequest request = signer.request("POST", URI.create("https://127.0.0.1:7401/api/v1/teg/transfer"), json);
        assertThat(signed(request, "/api/v1/teg/transfer", json)).isTrue();
        assertThat(signed(request, "/api/v1/teg/transfer", json + " ")).isFalse();
    }

    private boolean signed(HttpRequest request, String path, String body) {
        String authorization = header(request, "authorization");
        byte[] text = SignedText.request(
                header(request, "x-timestamp"),
                request.method(),
                path,
                SignedText.sha256(body.getBytes(StandardCharsets.UTF_8)),
                header(request, "x-nonce"),
                header(request, "x-audience"));
        return AgentKey.verifies(
                alice.key().publicKey(),
                text,
                Base64.getDecoder().decode(authorization.substring(authorization.lastIndexOf(':') + 1)));
    }

    private static String header(HttpRequest request, String name) {
        return request.headers().firstValue(name).orElseThrow();
    }
}
