package hanse.node.wires;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.certs.CertificateAuthority;
import hanse.certs.Leaf;
import hanse.certs.LeafOrder;
import hanse.error.v1.Reason;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.node.cli.Hanse;
import hanse.node.cli.Https;
import hanse.node.testing.TestConfig;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.sdk.HanseException;
import hanse.sdk.HttpSigner;
import hanse.wire.Headers;
import hanse.wire.SignedText;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bridge in a process of its own, known to the node by the certificate that the operator's command issues; and
/// everybody else, who is none.
final class BridgeAloneTest {
    @TempDir
    static Path directory;

    private static ServedNode node;
    private static HanseClient client;
    private static Credentials alice;

    @BeforeAll
    static void open() throws IOException {
        node = new ServedNode(directory);
        client = node.client();
        alice = client.register(AgentKey.generate(), "alice");
    }

    @AfterAll
    static void close() {
        client.close();
        node.close();
    }

    @Test
    void passesOnWhatAClientHasSigned() throws Exception {
        Path files = directory.resolve("for-the-bridge");
        assertThat(issue(files, "--host", "localhost")).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("bridge.key"))))
                .isEqualTo("rw-------");
        Process bridge = start(files);
        try (HttpClient http = Https.client(files.resolve("ca.crt"))) {
            String url = "https://localhost:" + port(bridge);
            HttpSigner signer = new HttpSigner(alice);
            HttpResponse<String> drawn = http.send(
                    signer.request("POST", URI.create(url + "/api/v1/faucet"), "{\"amount\":\"10\"}"),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(drawn.statusCode()).as(drawn.body()).isEqualTo(200);
            HttpResponse<String> balance = http.send(
                    signer.request("GET", URI.create(url + "/agents/" + alice.subject() + "/balance")),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(balance.body()).contains("\"available\":\"10\"");
            HttpResponse<String> another = http.send(
                    new HttpSigner(client.register(AgentKey.generate(), "mallory"))
                            .request("GET", URI.create(url + "/agents/" + alice.subject() + "/balance")),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(another.body()).contains("NOT_YOURS");
        } finally {
            bridge.destroy();
            assertThat(bridge.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void believesNobodyElseAboutWhatAClientHasSigned() throws IOException {
        CertificateAuthority own =
                CertificateAuthority.openOrCreate(node.config().keys(), TestConfig.REGISTRY, InstantSource.system());
        assertThat(envelope(Optional.of(own.issue(LeafOrder.bridge(TestConfig.REGISTRY)))))
                .isEqualTo("");
        assertThat(envelope(Optional.empty())).isEqualTo("ENVELOPE_REFUSED");
        assertThat(envelope(Optional.of(own.issue(LeafOrder.node(TestConfig.REGISTRY, List.of("localhost"))))))
                .isEqualTo("ENVELOPE_REFUSED");
        assertThat(envelope(Optional.of(own.issue(LeafOrder.bridge("beta.example")))))
                .isEqualTo("ENVELOPE_REFUSED");
        CertificateAuthority other = CertificateAuthority.openOrCreate(
                directory.resolve("other"), TestConfig.REGISTRY, InstantSource.system());
        assertThat(envelope(Optional.of(other.issue(LeafOrder.bridge(TestConfig.REGISTRY)))))
                .as("another CA's certificate for the same name")
                .isEqualTo("UNAVAILABLE");
    }

    @Test
    void issuesNothingWithoutTheKeyOfTheCa() throws IOException {
        Path bare = Files.createDirectory(directory.resolve("bare"));
        Files.copy(directory.resolve("hanse.yaml"), bare.resolve("hanse.yaml"));
        assertThat(Hanse.commandLine()
                        .execute(
                                "certificate",
                                "bridge",
                                "--dir",
                                bare.toString(),
                                bare.resolve("out").toString()))
                .isEqualTo(1);
        assertThat(bare.resolve("keys")).doesNotExist();
        assertThat(bare.resolve("out")).doesNotExist();
    }

    private static int issue(Path files, String... more) {
        return Hanse.commandLine()
                .execute(Stream.concat(
                                Stream.of("certificate", "bridge", "--dir", directory.toString(), files.toString()),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private static Process start(Path files) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hanse.class.getName(),
                        "bridge",
                        "--node=" + node.grpc(),
                        "--ca=" + files.resolve("ca.crt"),
                        "--client-cert=" + files.resolve("bridge.crt"),
                        "--client-key=" + files.resolve("bridge.key"),
                        "--tls-cert=" + files.resolve("public.crt"),
                        "--tls-key=" + files.resolve("public.key"),
                        "--host=127.0.0.1",
                        "--port=0")
                .redirectErrorStream(true)
                .start();
    }

    private static String port(Process bridge) throws IOException {
        Pattern listening = Pattern.compile("https://127.0.0.1:(\\d+)/docs");
        BufferedReader out = new BufferedReader(new InputStreamReader(bridge.getInputStream()));
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher port = listening.matcher(line);
            if (port.find()) {
                return port.group(1);
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("the bridge did not start: " + said);
    }

    /// Asks for alice's balance with the envelope of an HTTP request that she signed, over a connection with this
    /// certificate. The reason of the refusal, or the status code where there is none; empty when it was believed.
    private static String envelope(Optional<Leaf> certificate) throws IOException {
        var tls =
                GrpcSslContexts.forClient().trustManager(node.config().caFile().toFile());
        certificate.ifPresent(leaf -> tls.keyManager(leaf.key(), leaf.chain().toArray(X509Certificate[]::new)));
        ManagedChannel channel = NettyChannelBuilder.forTarget(node.grpc())
                .sslContext(tls.build())
                .build();
        String path = "/agents/" + alice.subject() + "/balance";
        Metadata headers = new Metadata();
        alice.sign("GET", path, new byte[0]).headers().forEach((name, value) -> headers.put(key(name), value));
        headers.put(key(Headers.HTTP_METHOD), "GET");
        headers.put(key(Headers.HTTP_PATH), path);
        headers.put(key(Headers.HTTP_BODY_SHA256), HexFormat.of().formatHex(SignedText.sha256(new byte[0])));
        headers.put(key(Headers.CLIENT_ADDRESS), "198.51.100.7");
        try {
            var balance = LedgerServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .getBalance(GetBalanceRequest.newBuilder()
                            .setAgentId(alice.subject())
                            .build());
            assertThat(balance.getHeld()).isEqualTo("0");
            return "";
        } catch (StatusRuntimeException refusal) {
            HanseException known = HanseException.of(refusal);
            return known.reason() == Reason.REASON_UNSPECIFIED
                    ? Status.fromThrowable(refusal).getCode().name()
                    : known.reason().name();
        } finally {
            channel.shutdownNow();
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
