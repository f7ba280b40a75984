package hanse.node.cli;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import hanse.node.cli.LocalFederation.Member;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `hanse up`: two peered registries to play with.
@Command(
        name = "up",
        description = "Run two peered registries on this machine, alpha.example and beta.example, until interrupted.",
        footer = {"", "Started again, they find their data. Delete the directory to begin afresh."})
final class UpCommand implements Callable<Integer> {
    @Option(names = "--dir", paramLabel = "DIR", description = "Where their data is kept (default: ${DEFAULT-VALUE}).")
    private Path dir = Path.of(".hanse");

    @Option(
            names = "--ports",
            paramLabel = "N",
            description = "alpha listens at N+1 to N+4, beta at N+101 to N+104 (default: ${DEFAULT-VALUE}).")
    private int ports = 7100;

    @Option(names = "--json", description = "When ready, print one line of JSON instead of text.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        LocalFederation federation = LocalFederation.prepare(dir, ports, Map.of());
        federation.requirePorts();
        CompletableFuture<Member> interrupted = new CompletableFuture<>();
        Thread stop = new Thread(() -> {
            interrupted.cancel(false);
            if (!json) {
                out.println("\nStopping: calls under way finish, then both registries and their databases stop.");
                out.flush();
            }
            federation.close();
        });
        Runtime.getRuntime().addShutdownHook(stop);
        if (!json) {
            out.println("Starting alpha.example and beta.example in "
                    + dir.toAbsolutePath().normalize() + " …");
            out.flush();
        }
        federation.start();
        federation.peer();
        out.println(json ? Json.line(description(federation)) : text(federation));
        out.flush();
        // A registry that dies is started again, once a minute at most: its data tells it where it was.
        long lastDeath = 0;
        while (true) {
            Member dead;
            try {
                dead = (Member) CompletableFuture.anyOf(federation.firstDeath(), interrupted)
                        .get();
            } catch (ExecutionException | java.util.concurrent.CancellationException e) {
                return 0;
            }
            if (interrupted.isDone()) {
                return 0;
            }
            long now = System.nanoTime();
            err.println(dead.registry() + " has ended unexpectedly; its log is " + dead.log());
            err.flush();
            if (lastDeath != 0 && now - lastDeath < 60_000_000_000L) {
                throw CommandException.failed("It did so twice within a minute; giving up.");
            }
            lastDeath = now;
            dead.launch();
            dead.awaitReady();
            err.println(dead.registry() + " is back.");
            err.flush();
        }
    }

    private static Struct description(LocalFederation federation) {
        ListValue.Builder registries = ListValue.newBuilder();
        for (Member member : federation.members()) {
            registries.addValues(Value.newBuilder()
                    .setStructValue(Struct.newBuilder()
                            .putFields("registry_id", text(member.registry()))
                            .putFields("grpc", text(member.grpc()))
                            .putFields("rest", text(member.rest()))
                            .putFields("peer", text(member.peerEndpoint()))
                            .putFields("ops", text(member.ops()))
                            .putFields("ca_file", text(member.caFile().toString()))
                            .putFields("operator_key", text(member.operatorKey().toString()))
                            .putFields("dir", text(member.directory().toString()))));
        }
        return Struct.newBuilder()
                .putFields(
                        "registries",
                        Value.newBuilder().setListValue(registries).build())
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static String text(LocalFederation federation) {
        Table table = new Table("REGISTRY", "gRPC (TLS)", "HTTP (TLS)", "PEERS (mTLS)", "METRICS, HEALTH");
        for (Member m : federation.members()) {
            table.row(m.registry(), m.grpc(), m.rest(), m.peerEndpoint(), m.ops());
        }
        Table files = new Table("REGISTRY", "CA FILE", "OPERATOR KEY (admin)", "LOG");
        for (Member m : federation.members()) {
            files.row(m.registry(), m.caFile(), m.operatorKey(), m.log());
        }
        Member alpha = federation.alpha();
        return """

                Two registries are up and peered; each agent may draw 100 test AVT from the faucet.

                %s

                %s

                Try it:

                  ./hanse agent register --dir %s --name alice --out alice.json
                  ./hanse agent register --dir %s --name bob   --out bob.json
                  ./hanse call --as alice.json hanse.ledger.v1.LedgerService/DrawFaucet '{"amount":"100"}'
                  ./hanse call --as alice.json hanse.ledger.v1.LedgerService/Transfer '{"to":"bob@public","amount":"5"}'
                  ./hanse call --as alice.json GET /api/v1/teg/statement
                  ./hanse supply --dir %s
                  curl --cacert %s %s/.well-known/hanse
                  curl --cacert %s %s/api/v1/teg/supply
                  HANSE_GRPC=%s HANSE_CA=%s HANSE_REGISTRY=%s \\
                    python3 proto/examples/python/client.py    # once set up, see proto/examples/README.md

                A page to read and try the HTTP API: %s/docs
                Ctrl-C stops both; started again, they find their data.
                """.formatted(
                        String.join("\n", table.lines()),
                        String.join("\n", files.lines()),
                        alpha.directory(),
                        alpha.directory(),
                        alpha.directory(),
                        alpha.caFile(),
                        alpha.rest(),
                        alpha.caFile(),
                        alpha.rest(),
                        alpha.grpc(),
                        alpha.caFile(),
                        alpha.registry(),
                        alpha.rest());
    }
}
