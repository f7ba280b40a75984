package hanse.node.cli;

import hanse.node.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which node is asked, and who asks.
final class Target {
    @Mixin
    private NodeFiles files = new NodeFiles();

    @Option(
            names = "--registry",
            paramLabel = "HOST:PORT",
            description = "The gRPC port of a node, instead of one found by --dir.")
    private @Nullable String address;

    @Option(names = "--ca", paramLabel = "FILE", description = "The CA that the node's certificate comes from, PEM.")
    private @Nullable Path ca;

    @Option(
            names = "--as",
            paramLabel = "FILE",
            description =
                    "Sign as the agent or operator of this file; otherwise as an operator, with the node's own file.")
    private @Nullable Path as;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Whose key --as is, when the file does not say: an agent's UUID or DID, or operator:<name>.")
    private @Nullable String id;

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            defaultValue = "admin",
            description =
                    "Which operator signs: the key keys/operator-<name>.key of the node (default: ${DEFAULT-VALUE}).")
    private String operator = "admin";

    /// Connects, lazily: the first call does.
    ///
    /// @param unsigned nobody signs
    Connection open(boolean unsigned) throws IOException {
        Optional<Identity> identity =
                as == null || unsigned ? Optional.empty() : Optional.of(Identity.read(as, Optional.ofNullable(id)));
        Optional<String> grpc = Optional.ofNullable(address).or(() -> identity.flatMap(Identity::grpc));
        Optional<Path> caFile = Optional.ofNullable(ca).or(() -> identity.flatMap(Identity::caFile));
        // A node that is named by address needs no files of a node, unless an operator has to be found.
        boolean needsNode = grpc.isEmpty() || caFile.isEmpty() || (identity.isEmpty() && !unsigned);
        Optional<NodeConfig> node = needsNode ? Optional.of(files.node()) : Optional.empty();
        Optional<Identity> signer = identity;
        if (signer.isEmpty() && !unsigned) {
            Path key = node.orElseThrow().operatorKey(operator);
            if (!Files.isReadable(key)) {
                throw CommandException.failed(
                        "There is no operator key " + key + " that this user may read. Name one with --as.");
            }
            signer = Optional.of(Identity.read(key, Optional.of("operator:" + operator)));
        }
        return Connection.open(
                grpc.orElseGet(() ->
                        node.orElseThrow().local(node.orElseThrow().ports().grpc())),
                caFile.orElseGet(() -> node.orElseThrow().caFile()),
                node.map(found -> found.registry().value()).or(() -> identity.flatMap(Identity::registryId)),
                signer,
                node);
    }
}
