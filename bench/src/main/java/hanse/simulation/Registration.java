package hanse.simulation;

import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.AgentServiceGrpc.AgentServiceImplBase;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.certs.SigningKey;
import hanse.node.call.AgentId;
import hanse.wire.SignedText;
import java.util.Base64;
import java.util.UUID;

/// How an agent comes to a registry.
final class Registration {
    private Registration() {}

    static AgentId of(House house, SigningKey key, Clients clients) {
        String timestamp = house.clock.instant().toString();
        String publicKey = Base64.getEncoder().encodeToString(key.publicKey());
        byte[] proof = key.sign(SignedText.registration(house.id.value(), publicKey, timestamp));
        RegisterAgentRequest asked = RegisterAgentRequest.newBuilder()
                .setPublicKey(publicKey)
                .setTimestamp(timestamp)
                .setProof(Base64.getEncoder().encodeToString(proof))
                .build();
        return new AgentId(UUID.fromString(clients.call(
                        house,
                        Clients.NOBODY,
                        AgentServiceGrpc.getRegisterAgentMethod(),
                        publicKey,
                        asked,
                        house.service(AgentServiceImplBase.class)::registerAgent)
                .join()
                .getAgentId()));
    }
}
