package hanse.node.cli;

import hanse.agent.v1.Agent;
import hanse.agent.v1.GetAgentRequest;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.ListAgentsResponse;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.operator.v1.ReinstateAgentRequest;
import hanse.operator.v1.SuspendAgentRequest;
import hanse.operator.v1.Suspension;
import hanse.sdk.AgentKey;
import hanse.sdk.HanseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hanse agent …`
@Command(
        name = "agent",
        description = "Register, show, suspend and reinstate agents.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {
            AgentCommands.Register.class,
            AgentCommands.Show.class,
            AgentCommands.Listing.class,
            AgentCommands.Suspend.class,
            AgentCommands.Reinstate.class
        })
final class AgentCommands {

    @Command(name = "register", description = "Register an agent with a new key, and keep both in a file (mode 600).")
    static final class Register extends OnNode {
        @Option(names = "--name", paramLabel = "NAME", description = "First half of its handle, name@tenant.")
        private String name = "";

        @Option(names = "--tenant", paramLabel = "SLUG", description = "The tenant to join (default: public).")
        private String tenant = "";

        @Option(names = "--display-name", paramLabel = "TEXT", description = "What people read.")
        private String displayName = "";

        @Option(names = "--description", paramLabel = "TEXT", description = "What it does.")
        private String description = "";

        @Option(names = "--endpoint", paramLabel = "URL", description = "Its public https URL.")
        private String endpoint = "";

        @Option(names = "--capability", paramLabel = "TAG", description = "What it can do; may be repeated.")
        private List<String> capabilities = List.of();

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "Use this Ed25519 key (PKCS#8 PEM) instead of a new one.")
        private @Nullable Path key;

        @Option(
                names = {"-o", "--out"},
                paramLabel = "FILE",
                description = "Where to keep the credentials (default: <name>.json); for --as.")
        private @Nullable Path out;

        @Override
        boolean isUnsigned() {
            return true;
        }

        @Override
        int ask(Connection node) throws Exception {
            AgentKey agentKey = key == null ? AgentKey.generate() : AgentKey.read(key);
            Path file = out == null ? Path.of((name.isEmpty() ? "agent" : name) + ".json") : out;
            if (file.toFile().exists()) {
                throw CommandException.usage(file + " is there already; choose another file with --out.");
            }
            RegisterAgentResponse registered = keeping(
                    agentKey,
                    Path.of(file + ".key"),
                    () -> node.unsigned()
                            .register(
                                    agentKey,
                                    RegisterAgentRequest.newBuilder()
                                            .setName(name)
                                            .setTenant(tenant)
                                            .setDisplayName(displayName)
                                            .setDescription(description)
                                            .setEndpointUrl(endpoint)
                                            .addAllCapabilities(capabilities)
                                            .setRequestId(requestId())
                                            .build()),
                    answer -> new Identity(
                                    answer.getAgentId(),
                                    agentKey,
                                    Optional.of(node.registryId()),
                                    Optional.of(node.address()),
                                    Optional.of(node.caFile().toAbsolutePath()))
                            .write(
                                    file,
                                    answer.getAgent().getDid(),
                                    answer.getAgent().getHandle()));
            return show(registered, people -> {
                print(people, registered.getAgent());
                people.println("webhook secret  " + registered.getWebhookSecret() + "  (shown only now)");
                people.println("credentials     " + file.toAbsolutePath() + "  (for --as)");
            });
        }

        /// Keeps the key in a file until the answer is written down: should that be lost, the agent may exist, and
        /// would
        /// be lost with its key.
        private RegisterAgentResponse keeping(
                AgentKey agentKey,
                Path kept,
                Supplier<RegisterAgentResponse> registration,
                Consumer<RegisterAgentResponse> writer)
                throws IOException {
            agentKey.write(kept);
            try {
                RegisterAgentResponse registered = registration.get();
                writer.accept(registered);
                Files.delete(kept);
                return registered;
            } catch (HanseException e) {
                if (e.outcomeUnknown()) {
                    err().println("Whether it was registered is not known; its key is kept in " + kept
                            + ": repeat with --key " + kept + ".");
                } else {
                    Files.delete(kept);
                }
                throw e;
            }
        }
    }

    @Command(name = "show", description = "Show an agent.")
    static final class Show extends OnAgent {
        @Override
        boolean isUnsigned() {
            return true;
        }

        @Override
        int ask(Connection node) {
            Agent found = node.agents()
                    .getAgent(GetAgentRequest.newBuilder().setAgentId(agent()).build());
            return show(found, people -> print(people, found));
        }
    }

    @Command(name = "list", description = "List the agents, oldest first.")
    static final class Listing extends OnNode {
        @Option(names = "--tenant", paramLabel = "SLUG", description = "Only this tenant's.")
        private String tenant = "";

        @Option(names = "--capability", paramLabel = "TAG", description = "Only those with this tag.")
        private String capability = "";

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "200",
                description = "At most so many (default: ${DEFAULT-VALUE}).")
        private int limit;

        @Override
        int ask(Connection node) {
            ListAgentsResponse.Builder all = Pages.read(
                    ListAgentsResponse.newBuilder(),
                    limit,
                    (size, token) -> node.agents()
                            .listAgents(ListAgentsRequest.newBuilder()
                                    .setTenant(tenant)
                                    .setCapability(capability)
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table("HANDLE", "AGENT", "STATUS", "REGISTERED", "NAME");
                all.getAgentsList()
                        .forEach(a -> table.row(
                                a.getHandle(),
                                a.getAgentId(),
                                a.getStatus(),
                                Times.text(a.getCreatedAt()),
                                a.getDisplayName()));
                table.print(people);
            });
        }
    }

    @Command(name = "suspend", description = "Let an agent sign nothing until it is reinstated.")
    static final class Suspend extends OnAgent.Judging {
        @Override
        int ask(Connection node) {
            Suspension suspension = node.operators()
                    .suspendAgent(SuspendAgentRequest.newBuilder()
                            .setAgentId(agent())
                            .setNote(note())
                            .setRequestId(requestId())
                            .build());
            return show(suspension, people -> print(people, suspension));
        }
    }

    @Command(name = "reinstate", description = "Lift an agent's suspension and forget its strikes.")
    static final class Reinstate extends OnAgent.Judging {
        @Override
        int ask(Connection node) {
            Suspension suspension = node.operators()
                    .reinstateAgent(ReinstateAgentRequest.newBuilder()
                            .setAgentId(agent())
                            .setNote(note())
                            .setRequestId(requestId())
                            .build());
            return show(suspension, people -> print(people, suspension));
        }
    }

    private static void print(PrintWriter out, Agent agent) {
        out.println("agent           " + agent.getAgentId());
        out.println("did             " + agent.getDid());
        out.println("handle          " + agent.getHandle());
        out.println("status          " + agent.getStatus());
        out.println("public key      " + agent.getPublicKey() + "  (version " + agent.getKeyVersion() + ")");
        out.println("registered      " + Times.text(agent.getCreatedAt()));
        if (!agent.getDisplayName().isEmpty()) {
            out.println("name            " + agent.getDisplayName());
        }
        if (!agent.getEndpointUrl().isEmpty()) {
            out.println("endpoint        " + agent.getEndpointUrl());
        }
        if (agent.getCapabilitiesCount() > 0) {
            out.println("capabilities    " + String.join(", ", agent.getCapabilitiesList()));
        }
    }

    private static void print(PrintWriter out, Suspension suspension) {
        out.println(suspension.getAgentId()
                + (!suspension.getSuspended()
                        ? " is active"
                        : suspension.hasUntil()
                                ? " is suspended until " + Times.text(suspension.getUntil())
                                : " is suspended until it is reinstated"));
    }
}
