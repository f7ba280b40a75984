package hanse.node.cli;

import hanse.agent.v1.Agent;
import hanse.agent.v1.CreateTenantRequest;
import hanse.agent.v1.ListTenantsRequest;
import hanse.agent.v1.ListTenantsResponse;
import hanse.agent.v1.SetTenantAdminRequest;
import hanse.agent.v1.Tenant;
import hanse.agent.v1.TenantServiceGrpc;
import hanse.agent.v1.TenantServiceGrpc.TenantServiceBlockingStub;
import hanse.agent.v1.UpdateTenantRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse tenant …`
@Command(
        name = "tenant",
        description = "Create, list, open and close tenants, and name their administrators.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {
            TenantCommands.Create.class,
            TenantCommands.Listing.class,
            TenantCommands.Open.class,
            TenantCommands.Close.class,
            TenantCommands.Admin.class
        })
final class TenantCommands {

    @Command(name = "create", description = "Create a tenant.")
    static final class Create extends OnNode {
        @Parameters(paramLabel = "SLUG", description = "1 to 63 of a-z, 0-9 and hyphen.")
        private String slug = "";

        @Option(names = "--display-name", paramLabel = "TEXT", description = "What people read.")
        private String displayName = "";

        @Option(names = "--closed", description = "Only its administrators' invitations register.")
        private boolean closed;

        @Override
        int ask(Connection node) {
            return one(
                    this,
                    stub(node)
                            .createTenant(CreateTenantRequest.newBuilder()
                                    .setSlug(slug)
                                    .setDisplayName(displayName)
                                    .setOpen(!closed)
                                    .setRequestId(requestId())
                                    .build()));
        }
    }

    @Command(name = "list", description = "List the tenants.")
    static final class Listing extends OnNode {
        @Override
        int ask(Connection node) {
            ListTenantsResponse.Builder all = Pages.read(
                    ListTenantsResponse.newBuilder(),
                    Pages.ALL,
                    (size, token) -> stub(node)
                            .listTenants(ListTenantsRequest.newBuilder()
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table("TENANT", "OPEN", "CREATED", "NAME");
                all.getTenantsList()
                        .forEach(t -> table.row(
                                t.getSlug(),
                                t.getOpen() ? "yes" : "no",
                                Times.text(t.getCreatedAt()),
                                t.getDisplayName()));
                table.print(people);
            });
        }
    }

    @Command(name = "open", description = "Let anyone register in a tenant.")
    static final class Open extends Opening {
        Open() {
            super(true);
        }
    }

    @Command(name = "close", description = "Let only invited agents register in a tenant.")
    static final class Close extends Opening {
        Close() {
            super(false);
        }
    }

    abstract static class Opening extends OnNode {
        private final boolean open;

        @Parameters(paramLabel = "SLUG", description = "The tenant.")
        private String slug = "";

        Opening(boolean open) {
            this.open = open;
        }

        @Override
        int ask(Connection node) {
            return one(
                    this,
                    stub(node)
                            .updateTenant(UpdateTenantRequest.newBuilder()
                                    .setSlug(slug)
                                    .setOpen(open)
                                    .setRequestId(requestId())
                                    .build()));
        }
    }

    @Command(name = "admin", description = "Make an agent its tenant's administrator, or take that away.")
    static final class Admin extends OnNode {
        @Parameters(index = "0", paramLabel = "SLUG", description = "The tenant.")
        private String slug = "";

        @Parameters(index = "1", paramLabel = "AGENT", description = "UUID, DID or handle.")
        private String agent = "";

        @Option(names = "--remove", description = "Take it away.")
        private boolean remove;

        @Override
        int ask(Connection node) {
            Agent changed = stub(node)
                    .setTenantAdmin(SetTenantAdminRequest.newBuilder()
                            .setSlug(slug)
                            .setAgentId(agent)
                            .setAdmin(!remove)
                            .setRequestId(requestId())
                            .build());
            return show(
                    changed,
                    people -> people.println(changed.getHandle()
                            + (changed.getTenantAdmin() ? " administers " : " does not administer ")
                            + slug));
        }
    }

    private static TenantServiceBlockingStub stub(Connection node) {
        return TenantServiceGrpc.newBlockingStub(node.channel());
    }

    private static int one(OnNode command, Tenant tenant) {
        return command.show(
                tenant, people -> people.println(tenant.getSlug() + " is " + (tenant.getOpen() ? "open" : "closed")));
    }
}
