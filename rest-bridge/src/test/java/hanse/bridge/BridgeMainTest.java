package hanse.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.TlsKeyPair;
import hanse.agent.v1.Agent;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
class BridgeMainTest {
    @TempDir
    Path dir;

    private Path pem(String name, String label, byte[] der) throws IOException {
        return Files.writeString(
                dir.resolve(name),
                "-----BEGIN " + label + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label
                        + "-----\n");
    }

    private TlsIdentity files(String name) throws Exception {
        TlsKeyPair pair = TlsKeyPair.ofSelfSigned("localhost");
        pem(name + ".key", "PRIVATE KEY", pair.privateKey().getEncoded());
        pem(name + ".crt", "CERTIFICATE", pair.certificateChain().getFirst().getEncoded());
        return new TlsIdentity(pair.privateKey(), pair.certificateChain());
    }

    private File file(String name) {
        return dir.resolve(name).toFile();
    }

    @Test
    void runsAloneInFrontOfANodeThatAsksForItsCertificate() throws Exception {
        files("node");
        files("client");
        TlsIdentity front = files("front");
        FakeNode node = new FakeNode();
        node.replies =
                any -> FakeNode.message(Agent.newBuilder().setAgentId("a").build());
        Server server = node.start(NettyServerBuilder.forPort(0)
                .sslContext(GrpcSslContexts.forServer(file("node.crt"), file("node.key"))
                        .trustManager(file("client.crt"))
                        .clientAuth(ClientAuth.REQUIRE)
                        .build()));
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BridgeMain.class.getName(),
                        "--node=localhost:" + server.getPort(),
                        "--ca=" + file("node.crt"),
                        "--client-cert=" + file("client.crt"),
                        "--client-key=" + file("client.key"),
                        "--tls-cert=" + file("front.crt"),
                        "--tls-key=" + file("front.key"),
                        "--host=127.0.0.1",
                        "--port=0")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader()) {
            Matcher port = Pattern.compile("hanse-bridge: https://127.0.0.1:(\\d+)/docs")
                    .matcher(out.lines()
                            .filter(line -> line.startsWith("hanse-bridge:"))
                            .findFirst()
                            .orElseThrow());
            assertThat(port.find()).isTrue();
            HttpResponse<String> response = World.client(front, HttpClient.Version.HTTP_2)
                    .send(
                            HttpRequest.newBuilder(URI.create("https://localhost:" + port.group(1) + "/agents/a"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(World.json(response).path("agent_id").asText()).isEqualTo("a");
            assertThat(node.lastCall().header("x-hanse-http-path")).isEqualTo("/agents/a");
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
            server.shutdownNow();
        }
    }

    @Test
    void provesItselfWithTheNewestCertificate() throws Exception {
        X509Certificate first = files("client").chain().getFirst();
        IdentityFiles files = IdentityFiles.open(
                file("client.crt").toPath(), file("client.key").toPath());
        try (ClientIdentity identity = ClientIdentity.open(files)) {
            assertThat(presented(identity)).isEqualTo(first);
            X509Certificate renewed = files("client").chain().getFirst();
            Files.setLastModifiedTime(file("client.crt").toPath(), FileTime.fromMillis(1_000));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(presented(identity)).isEqualTo(renewed));
        }
    }

    private static X509Certificate presented(ClientIdentity identity) {
        String alias = identity.keyManager().chooseEngineClientAlias(new String[] {"RSA"}, null, null);
        return identity.keyManager().getCertificateChain(alias)[0];
    }

    @Test
    void explainsItsOptions() {
        String usage = new CommandLine(new BridgeMain()).getUsageMessage();
        for (String option : List.of("--node", "--ca", "--client-cert", "--tls-cert", "--port", "--cors")) {
            assertThat(usage).contains(option);
        }
    }

    @Test
    void readsRenewedFilesAndKeepsTheOldPairBetweenTheTwoWrites() throws Exception {
        X509Certificate first = files("front").chain().getFirst();
        IdentityFiles identity =
                IdentityFiles.open(file("front.crt").toPath(), file("front.key").toPath());
        assertThat(identity.get().chain()).containsExactly(first);
        TlsKeyPair renewed = TlsKeyPair.ofSelfSigned("localhost");
        Path cert = pem(
                "front.crt",
                "CERTIFICATE",
                renewed.certificateChain().getFirst().getEncoded());
        Files.setLastModifiedTime(cert, FileTime.fromMillis(1_000));
        assertThat(identity.get().chain()).containsExactly(first);
        FileTime before = Files.getLastModifiedTime(file("front.key").toPath());
        Path key = pem("front.key", "PRIVATE KEY", renewed.privateKey().getEncoded());
        Files.setLastModifiedTime(key, before);
        assertThat(identity.get().chain()).as("read once until it changes").containsExactly(first);
        Files.setLastModifiedTime(key, FileTime.fromMillis(2_000));
        assertThat(identity.get().chain()).containsExactlyElementsOf(renewed.certificateChain());
        assertThatThrownBy(() -> IdentityFiles.open(key, cert)).isInstanceOf(IOException.class);
    }
}
