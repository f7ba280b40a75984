package hanse.node.identity;

import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.Reputation;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import java.util.Optional;

/// Agents and tenants on the wire.
final class IdentityWire {
    /// What a reputation reads before there are three reviews (spec/marketplace, Reputation System).
    private static final String NEW = "New";

    private IdentityWire() {}

    static hanse.agent.v1.Agent agent(Agent agent, RegistryId registry) {
        return hanse.agent.v1.Agent.newBuilder()
                .setAgentId(agent.id().toString())
                .setDid(new Did(registry, agent.id()).toString())
                .setHandle(agent.handle())
                .setTenant(agent.tenant())
                .setPublicKey(agent.key().base64())
                .setKeyVersion(agent.keyVersion())
                .setDisplayName(agent.profile().displayName())
                .setDescription(agent.profile().description())
                .setEndpointUrl(agent.profile().endpointUrl())
                .addAllCapabilities(agent.profile().capabilities())
                .setStatus(status(agent.standing()))
                .setCreatedAt(WireTime.of(agent.createdAt()))
                .setLastSeen(WireTime.of(agent.lastSeen()))
                .setTenantAdmin(agent.tenantAdmin())
                .setReputationSeller(NEW)
                .setReputationClient(NEW)
                .build();
    }

    static hanse.agent.v1.Tenant tenant(Tenant tenant) {
        return hanse.agent.v1.Tenant.newBuilder()
                .setSlug(tenant.slug())
                .setDisplayName(tenant.displayName())
                .setOpen(tenant.open())
                .setCreatedAt(WireTime.of(tenant.createdAt()))
                .build();
    }

    static Reputation reputation(AgentId agent) {
        return Reputation.newBuilder()
                .setAgentId(agent.toString())
                .setReputationSeller(NEW)
                .setReputationClient(NEW)
                .build();
    }

    static Registration registration(RegisterAgentRequest request) {
        Profile profile = new Profile(
                request.getDisplayName(),
                request.getDescription(),
                request.getEndpointUrl(),
                request.getCapabilitiesList());
        return new Registration(
                request.getPublicKey(),
                request.getName(),
                request.getTenant().isEmpty() ? Tenant.PUBLIC : request.getTenant(),
                profile,
                request.getTimestamp(),
                request.getProof(),
                request.hasInvitation()
                        ? Optional.of(new Registration.Invitation(
                                request.getInvitation().getAdmin(),
                                request.getInvitation().getSignature()))
                        : Optional.empty());
    }

    static Agents.ProfileChange change(UpdateAgentRequest request) {
        boolean tags = request.getSetCapabilities() || request.getCapabilitiesCount() > 0;
        return new Agents.ProfileChange(
                request.hasDisplayName() ? Optional.of(request.getDisplayName()) : Optional.empty(),
                request.hasDescription() ? Optional.of(request.getDescription()) : Optional.empty(),
                request.hasEndpointUrl() ? Optional.of(request.getEndpointUrl()) : Optional.empty(),
                tags ? Optional.of(request.getCapabilitiesList()) : Optional.empty());
    }

    private static hanse.agent.v1.Agent.Status status(Standing standing) {
        return switch (standing) {
            case Standing.Active() -> hanse.agent.v1.Agent.Status.active;
            case Standing.Suspended _ -> hanse.agent.v1.Agent.Status.suspended;
            case Standing.Deactivated() -> hanse.agent.v1.Agent.Status.deactivated;
        };
    }
}
