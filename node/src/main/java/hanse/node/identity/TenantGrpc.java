package hanse.node.identity;

import hanse.agent.v1.Agent;
import hanse.agent.v1.CreateTenantRequest;
import hanse.agent.v1.GetTenantRequest;
import hanse.agent.v1.ListTenantsRequest;
import hanse.agent.v1.ListTenantsResponse;
import hanse.agent.v1.SetTenantAdminRequest;
import hanse.agent.v1.Tenant;
import hanse.agent.v1.TenantServiceGrpc;
import hanse.agent.v1.UpdateTenantRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.Parties;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/// Tenants on the wire.
public final class TenantGrpc extends TenantServiceGrpc.TenantServiceImplBase {
    private final Database database;
    private final Outcomes outcomes;
    private final Parties parties;
    private final Tenants tenants;

    public TenantGrpc(Database database, Outcomes outcomes, Parties parties, Tenants tenants) {
        this.database = database;
        this.outcomes = outcomes;
        this.parties = parties;
        this.tenants = tenants;
    }

    @Override
    public void createTenant(CreateTenantRequest request, StreamObserver<Tenant> observer) {
        Cold.run(
                observer,
                () -> outcomes.run(
                        Call.current(),
                        Tenant.parser(),
                        tx -> IdentityWire.tenant(
                                tenants.create(tx, request.getSlug(), request.getDisplayName(), request.getOpen()))));
    }

    @Override
    public void getTenant(GetTenantRequest request, StreamObserver<Tenant> observer) {
        Cold.run(observer, () -> IdentityWire.tenant(database.read(tx -> tenants.get(tx, request.getSlug()))));
    }

    @Override
    public void listTenants(ListTenantsRequest request, StreamObserver<ListTenantsResponse> observer) {
        Cold.run(observer, () -> {
            Optional<String> after = PageToken.readSlug(request.getPageToken());
            Tenants.Page page = database.read(tx -> tenants.list(tx, after, PageToken.size(request.getPageSize())));
            return ListTenantsResponse.newBuilder()
                    .addAllTenants(
                            page.tenants().stream().map(IdentityWire::tenant).toList())
                    .setNextPageToken(page.next().map(PageToken::after).orElse(""))
                    .build();
        });
    }

    @Override
    public void updateTenant(UpdateTenantRequest request, StreamObserver<Tenant> observer) {
        Cold.run(observer, () -> {
            Call call = Call.current();
            Optional<String> name = request.hasDisplayName() ? Optional.of(request.getDisplayName()) : Optional.empty();
            Optional<Boolean> open = request.hasOpen() ? Optional.of(request.getOpen()) : Optional.empty();
            return outcomes.run(
                    call,
                    Tenant.parser(),
                    tx -> IdentityWire.tenant(tenants.update(tx, call.caller(), request.getSlug(), name, open)));
        });
    }

    @Override
    public void setTenantAdmin(SetTenantAdminRequest request, StreamObserver<Agent> observer) {
        Cold.run(observer, () -> {
            Call call = Call.current();
            AgentId agent = parties.readLocal(request.getAgentId());
            return outcomes.run(
                    call,
                    Agent.parser(),
                    tx -> IdentityWire.agent(
                            tenants.setAdmin(tx, call.caller(), request.getSlug(), agent, request.getAdmin()),
                            parties.self()));
        });
    }
}
