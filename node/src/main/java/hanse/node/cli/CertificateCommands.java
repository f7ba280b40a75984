package hanse.node.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import hanse.certs.CertificateAuthority;
import hanse.certs.KeyFiles;
import hanse.certs.Leaf;
import hanse.certs.LeafOrder;
import hanse.node.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hanse certificate …`
@Command(
        name = "certificate",
        description = "Issue certificates of this registry's CA, replace it or the signing key; needs its key"
                + " directory, not a running node.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {CertificateCommands.Bridge.class, RotateCommand.class})
final class CertificateCommands {

    @Command(
            name = "bridge",
            description = {
                "Issue what a REST bridge on another host needs: the certificate with which it proves itself to the node",
                "and, with --host, the one that its HTTP clients see. Issued again into the same directory, both are",
                "picked up by the running bridge."
            },
            footer = {
                "",
                "Whoever has bridge.key can pass on requests that others have signed, each as what it was signed for and",
                "once; what their bodies say is the bridge's word. Run it where you would run the node. Nothing revokes",
                "a certificate: choose --days accordingly, and issue anew in time."
            })
    static final class Bridge implements Callable<Integer> {
        @Mixin
        private NodeFiles files = new NodeFiles();

        @Parameters(
                paramLabel = "DIR",
                description = "Where to: bridge.crt, bridge.key, public.crt, public.key, ca.crt.")
        private Path out = Path.of("");

        @Option(
                names = "--host",
                paramLabel = "HOST",
                split = ",",
                description = "A host name or address under which HTTP clients reach the bridge; may be repeated."
                        + " Without one no public certificate is issued.")
        private List<String> hosts = List.of();

        @Option(names = "--days", paramLabel = "N", description = "How long they live (default: tls.leaf_days).")
        private @Nullable Integer days;

        @Option(names = "--json", description = "Print the files' names as JSON.")
        private boolean json;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            if (days != null && (days < 1 || days > 397)) {
                throw CommandException.usage("--days is 1 to 397, not " + days + ".");
            }
            NodeConfig node = files.node();
            if (!Files.isReadable(node.keys().resolve("ca.key"))) {
                throw CommandException.failed("There is no " + node.keys().resolve("ca.key")
                        + " that this user may read. Issue where the node's keys are, and carry the files over.");
            }
            CertificateAuthority authority = CertificateAuthority.openOrCreate(
                    node.keys(), node.registry().value(), InstantSource.system());
            Duration lifetime = days == null ? node.leafLifetime() : Duration.ofDays(days);
            Leaf bridge =
                    authority.issue(LeafOrder.bridge(node.registry().value()).lasting(lifetime));
            KeyFiles.secureDirectory(out);
            Map<String, String> written = new LinkedHashMap<>();
            write(bridge, "bridge", "client", written);
            if (!hosts.isEmpty()) {
                write(authority.issue(LeafOrder.server(hosts).lasting(lifetime)), "public", "tls", written);
            }
            KeyFiles.writePublic(out.resolve("ca.crt"), authority.bundle().pem());
            written.put("ca", file("ca.crt"));
            print(node, bridge.expiresAt(), written);
            return 0;
        }

        private void write(Leaf leaf, String name, String role, Map<String, String> written) {
            leaf.write(out, name);
            written.put(role + "-cert", file(name + ".crt"));
            written.put(role + "-key", file(name + ".key"));
        }

        private String file(String name) {
            return out.resolve(name).toAbsolutePath().normalize().toString();
        }

        private void print(NodeConfig node, Instant end, Map<String, String> written) {
            var print = spec.commandLine().getOut();
            if (json) {
                Struct.Builder names = Struct.newBuilder();
                written.forEach((option, file) -> names.putFields(
                        option.replace('-', '_'),
                        Value.newBuilder().setStringValue(file).build()));
                names.putFields(
                        "expires_at",
                        Value.newBuilder().setStringValue(end.toString()).build());
                print.println(Json.pretty(names));
            } else {
                written.forEach((option, file) -> print.printf("%-12s %s%n", option, file));
                print.println("valid until  " + end.truncatedTo(ChronoUnit.SECONDS));
                print.println();
                print.println("On the bridge's host: hanse bridge --node "
                        + node.hosts().getFirst() + ":" + node.ports().grpc()
                        + " --ca ca.crt --client-cert bridge.crt --client-key bridge.key"
                        + (hosts.isEmpty()
                                ? " --tls-cert … --tls-key …"
                                : " --tls-cert public.crt --tls-key public.key"));
            }
            print.flush();
        }
    }
}
