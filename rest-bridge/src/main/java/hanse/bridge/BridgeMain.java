package hanse.bridge;

import hanse.bridge.BridgeSettings.ServerInfo;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Runs a bridge in a process of its own, in front of a node somewhere else.
@Command(
        name = "hanse-bridge",
        mixinStandardHelpOptions = true,
        description = "Serves a node's API as HTTP and JSON.",
        sortOptions = false,
        footer = {
            "",
            "The node believes this bridge about what HTTP clients have signed, so it asks for a client certificate",
            "with the bridge role: `hanse certificate bridge` issues it. Renewed files are picked up without a restart."
        })
public final class BridgeMain implements Callable<Integer> {
    @Option(names = "--node", required = true, paramLabel = "HOST:PORT", description = "The node's gRPC address.")
    private String node = "";

    @Option(
            names = "--ca",
            required = true,
            paramLabel = "FILE",
            description = "PEM certificates from which the node's certificate chains.")
    private File ca = new File("");

    @Option(
            names = "--client-cert",
            required = true,
            paramLabel = "FILE",
            description = "PEM certificate chain with which the bridge proves itself to the node.")
    private Path clientCert = Path.of("");

    @Option(names = "--client-key", required = true, paramLabel = "FILE", description = "Its key, PKCS#8 PEM.")
    private Path clientKey = Path.of("");

    @Option(
            names = "--node-name",
            paramLabel = "NAME",
            description = "The name that the node's certificate must have, where it is not the host of --node.")
    private @Nullable String nodeName;

    @Option(
            names = "--tls-cert",
            required = true,
            paramLabel = "FILE",
            description = "PEM certificate chain that HTTP clients see.")
    private Path tlsCert = Path.of("");

    @Option(names = "--tls-key", required = true, paramLabel = "FILE", description = "Its key, PKCS#8 PEM.")
    private Path tlsKey = Path.of("");

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Where to listen (default: ${DEFAULT-VALUE}).")
    private String host = "0.0.0.0";

    @Option(names = "--port", paramLabel = "PORT", description = "Where to listen (default: ${DEFAULT-VALUE}).")
    private int port = 8443;

    @Option(
            names = "--cors",
            paramLabel = "ORIGIN",
            description = "An origin whose pages may call, or *; may be given several times. None by default.")
    private List<String> cors = List.of();

    public static void main(String[] args) {
        System.exit(new CommandLine(new BridgeMain()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        IdentityFiles identity = IdentityFiles.open(tlsCert, tlsKey);
        ClientIdentity proof = ClientIdentity.open(IdentityFiles.open(clientCert, clientKey));
        NettyChannelBuilder builder = NettyChannelBuilder.forTarget("dns:///" + node)
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(ca)
                        .keyManager(proof.keyManager())
                        .build())
                .keepAliveTime(30, TimeUnit.SECONDS);
        if (nodeName != null) {
            builder.overrideAuthority(nodeName);
        }
        ManagedChannel channel = builder.build();
        String version = BridgeMain.class.getPackage().getImplementationVersion();
        BridgeSettings settings = BridgeSettings.of(
                        host, port, identity, new ServerInfo("Hanse", version == null ? "development" : version))
                .withCorsOrigins(cors);
        Bridge bridge = Bridge.start(settings, channel);
        System.out.println("hanse-bridge: https://" + host + ":" + bridge.port() + "/docs in front of " + node);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            bridge.close();
            channel.shutdownNow();
            proof.close();
            stopped.countDown();
        }));
        stopped.await();
        return 0;
    }
}
