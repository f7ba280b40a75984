package hanse.node.cli;

import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.AgentServiceGrpc.AgentServiceBlockingStub;
import hanse.audit.v1.AuditServiceGrpc;
import hanse.audit.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import hanse.audit.v1.StatementServiceGrpc;
import hanse.audit.v1.StatementServiceGrpc.StatementServiceBlockingStub;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.contract.v1.ContractServiceGrpc.ContractServiceBlockingStub;
import hanse.dispute.v1.DisputeServiceGrpc;
import hanse.dispute.v1.DisputeServiceGrpc.DisputeServiceBlockingStub;
import hanse.dispute.v1.SettlementServiceGrpc;
import hanse.dispute.v1.SettlementServiceGrpc.SettlementServiceBlockingStub;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.LedgerServiceGrpc.LedgerServiceBlockingStub;
import hanse.malpractice.v1.MalpracticeServiceGrpc;
import hanse.malpractice.v1.MalpracticeServiceGrpc.MalpracticeServiceBlockingStub;
import hanse.node.config.NodeConfig;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.OperatorServiceGrpc.OperatorServiceBlockingStub;
import hanse.peer.v1.GetRegistryRequest;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.PeerServiceGrpc.PeerServiceBlockingStub;
import hanse.peer.v1.Registry;
import hanse.peer.v1.RegistryServiceGrpc;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.sdk.HanseException;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A connection to one node's gRPC port, signed where somebody signs. Every call has a minute.
final class Connection implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final HanseClient unsigned;
    private final String address;
    private final Path caFile;
    private final String registryId;
    private final Optional<Identity> signer;
    private final Optional<NodeConfig> node;

    private Connection(
            HanseClient unsigned,
            String address,
            Path caFile,
            String registryId,
            Optional<Identity> signer,
            Optional<NodeConfig> node) {
        this.unsigned = unsigned;
        this.address = address;
        this.caFile = caFile;
        this.registryId = registryId;
        this.signer = signer;
        this.node = node;
    }

    /// @param registryId the audience of signatures; empty: the node is asked for it
    static Connection open(
            String address,
            Path caFile,
            Optional<String> registryId,
            Optional<Identity> signer,
            Optional<NodeConfig> node)
            throws IOException {
        if (!Files.isReadable(caFile)) {
            throw CommandException.failed("There is no CA file " + caFile + "; name it with --ca.");
        }
        String id;
        if (registryId.isPresent()) {
            id = registryId.get();
        } else {
            try (HanseClient asking = HanseClient.connect(address, caFile, "unknown")) {
                id = registry(asking.channel()).getRegistryId();
            }
        }
        return new Connection(HanseClient.connect(address, caFile, id), address, caFile, id, signer, node);
    }

    String address() {
        return address;
    }

    Path caFile() {
        return caFile;
    }

    String registryId() {
        return registryId;
    }

    Optional<Credentials> credentials() {
        return signer.map(identity -> identity.at(registryId));
    }

    HanseClient unsigned() {
        return unsigned;
    }

    /// Signs each call where somebody signs.
    Channel channel() {
        return credentials().map(unsigned::as).orElse(unsigned).channel();
    }

    /// Where HTTP clients reach the node, as this machine does.
    String httpUrl() {
        return node.map(found -> "https://" + found.local(found.ports().rest()))
                .orElseGet(() -> registry().getPublicUrl());
    }

    Registry registry() {
        return registry(unsigned.channel());
    }

    LedgerServiceBlockingStub ledger() {
        return LedgerServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    AgentServiceBlockingStub agents() {
        return AgentServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    PeerServiceBlockingStub peers() {
        return PeerServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    OperatorServiceBlockingStub operators() {
        return OperatorServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    ContractServiceBlockingStub contracts() {
        return ContractServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    DisputeServiceBlockingStub disputes() {
        return DisputeServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    SettlementServiceBlockingStub settlements() {
        return SettlementServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    MalpracticeServiceBlockingStub malpractice() {
        return MalpracticeServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Without a deadline: a verification takes as long as the journal is.
    AuditServiceBlockingStub audit() {
        return AuditServiceGrpc.newBlockingStub(channel());
    }

    StatementServiceBlockingStub statements() {
        return StatementServiceGrpc.newBlockingStub(channel());
    }

    private static Registry registry(Channel channel) {
        return HanseException.translate(() -> RegistryServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .getRegistry(GetRegistryRequest.getDefaultInstance()));
    }

    @Override
    public void close() {
        unsigned.close();
    }
}
