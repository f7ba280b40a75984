package hanse.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.TlsKeyPair;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A bridge on a real TLS port, in front of a node that a test speaks for, and an HTTP client that trusts it.
final class World implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    final FakeNode node = new FakeNode();
    final AtomicReference<TlsIdentity> identity = new AtomicReference<>(selfSigned());
    final Bridge bridge;
    final HttpClient client;
    private final Server server;
    private final ManagedChannel channel;

    World() {
        this(settings -> settings);
    }

    World(UnaryOperator<BridgeSettings> change) {
        String name = UUID.randomUUID().toString();
        server = node.start(InProcessServerBuilder.forName(name));
        channel = InProcessChannelBuilder.forName(name).build();
        bridge = Bridge.start(
                change.apply(BridgeSettings.of(
                        "127.0.0.1", 0, identity::get, new BridgeSettings.ServerInfo("Hanse · test", "1.2.3"))),
                channel);
        client = client(identity.get(), HttpClient.Version.HTTP_2);
    }

    static TlsIdentity selfSigned() {
        TlsKeyPair pair = TlsKeyPair.ofSelfSigned("localhost");
        return new TlsIdentity(pair.privateKey(), pair.certificateChain());
    }

    static SSLContext trusting(TlsIdentity identity) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("bridge", identity.chain().getFirst());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static HttpClient client(TlsIdentity identity, HttpClient.Version version) {
        return HttpClient.newBuilder()
                .sslContext(trusting(identity))
                .version(version)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + bridge.port() + pathAndQuery));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> get(String pathAndQuery) {
        return send(request(pathAndQuery).GET());
    }

    HttpResponse<String> post(String path, String json) {
        return send(request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (Exception e) {
            throw new IllegalStateException("not JSON: " + response.body(), e);
        }
    }

    static String reason(HttpResponse<String> response) {
        return json(response).path("reason").asText();
    }

    @Override
    public void close() {
        bridge.close();
        channel.shutdownNow();
        server.shutdownNow();
    }
}
