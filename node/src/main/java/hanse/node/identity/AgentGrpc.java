package hanse.node.identity;

import com.google.protobuf.Struct;
import hanse.agent.v1.Agent;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.DeactivateAgentRequest;
import hanse.agent.v1.GetAgentRequest;
import hanse.agent.v1.GetDidDocumentRequest;
import hanse.agent.v1.GetReputationRequest;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.ListAgentsResponse;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.agent.v1.Reputation;
import hanse.agent.v1.ResolveDidRequest;
import hanse.agent.v1.ResolveDidResponse;
import hanse.agent.v1.RotateKeyRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.Parties;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Consumer;

/// Agents on the wire.
public final class AgentGrpc extends AgentServiceGrpc.AgentServiceImplBase {
    private final Database database;
    private final Outcomes outcomes;
    private final Parties parties;
    private final Agents agents;
    private final DidDocuments documents;
    private final Consumer<AgentId> closed;

    /// @param closed is told of each agent that has been deactivated, perhaps more than once; may block
    public AgentGrpc(
            Database database,
            Outcomes outcomes,
            Parties parties,
            Agents agents,
            DidDocuments documents,
            Consumer<AgentId> closed) {
        this.database = database;
        this.outcomes = outcomes;
        this.parties = parties;
        this.agents = agents;
        this.documents = documents;
        this.closed = closed;
    }

    @Override
    public void registerAgent(RegisterAgentRequest request, StreamObserver<RegisterAgentResponse> observer) {
        Cold.run(
                observer,
                () -> outcomes.run(
                        Call.current(),
                        RegisterAgentResponse.parser(),
                        tx -> {
                            Agents.Registered registered = agents.register(tx, IdentityWire.registration(request));
                            return RegisterAgentResponse.newBuilder()
                                    .setAgent(wire(registered.agent()))
                                    .setAgentId(registered.agent().id().toString())
                                    .setWebhookSecret(registered.webhookSecret())
                                    .build();
                        },
                        answer -> answer.toBuilder().clearWebhookSecret().build()));
    }

    @Override
    public void getAgent(GetAgentRequest request, StreamObserver<Agent> observer) {
        Cold.run(observer, () -> {
            AgentId id = parties.readLocal(request.getAgentId());
            return wire(database.look(tx -> agents.get(tx, id)));
        });
    }

    @Override
    public void updateAgent(UpdateAgentRequest request, StreamObserver<Agent> observer) {
        Cold.run(observer, () -> {
            Call call = Call.current();
            AgentId id = parties.readLocal(request.getAgentId());
            return outcomes.run(call, Agent.parser(), tx -> {
                var agent = agents.update(tx, call.caller(), id, IdentityWire.change(request));
                return wire(
                        request.getPublicKey().isEmpty()
                                ? agent
                                : agents.rotateKey(
                                        tx, call.caller(), id, request.getPublicKey(), request.getKeyProof()));
            });
        });
    }

    @Override
    public void rotateKey(RotateKeyRequest request, StreamObserver<Agent> observer) {
        Cold.run(observer, () -> {
            Call call = Call.current();
            AgentId id = parties.readLocal(request.getAgentId());
            return outcomes.run(
                    call,
                    Agent.parser(),
                    tx -> wire(agents.rotateKey(tx, call.caller(), id, request.getPublicKey(), request.getProof())));
        });
    }

    @Override
    public void deactivateAgent(DeactivateAgentRequest request, StreamObserver<Agent> observer) {
        Cold.run(observer, () -> {
            Call call = Call.current();
            AgentId id = parties.readLocal(request.getAgentId());
            Optional<AgentId> heir = request.getRemainderTo().isEmpty()
                    ? Optional.empty()
                    : Optional.of(parties.readLocal(request.getRemainderTo()));
            Agent deactivated =
                    outcomes.run(call, Agent.parser(), tx -> wire(agents.deactivate(tx, call.caller(), id, heir)));
            closed.accept(id);
            return deactivated;
        });
    }

    @Override
    public void listAgents(ListAgentsRequest request, StreamObserver<ListAgentsResponse> observer) {
        Cold.run(observer, () -> {
            Optional<AgentId> after = PageToken.readAgent(request.getPageToken());
            int size = PageToken.size(request.getPageSize());
            Agents.Page page =
                    database.read(tx -> agents.list(tx, request.getTenant(), request.getCapability(), after, size));
            return ListAgentsResponse.newBuilder()
                    .addAllAgents(page.agents().stream().map(this::wire).toList())
                    .setNextPageToken(page.next()
                            .map(AgentId::toString)
                            .map(PageToken::after)
                            .orElse(""))
                    .build();
        });
    }

    @Override
    public void getReputation(GetReputationRequest request, StreamObserver<Reputation> observer) {
        Cold.run(observer, () -> {
            AgentId id = parties.readLocal(request.getAgentId());
            return IdentityWire.reputation(
                    database.look(tx -> agents.get(tx, id)).id());
        });
    }

    @Override
    public void resolveDid(ResolveDidRequest request, StreamObserver<ResolveDidResponse> observer) {
        // A virtual thread may wait for a peer.
        Cold.run(
                observer,
                () -> documents.resolve(request.getDid()).toCompletableFuture().join());
    }

    @Override
    public void getDidDocument(GetDidDocumentRequest request, StreamObserver<Struct> observer) {
        observer.onNext(documents.ofRegistry().getDidDocument());
        observer.onCompleted();
    }

    private Agent wire(hanse.node.identity.Agent agent) {
        return IdentityWire.agent(agent, parties.self());
    }
}
