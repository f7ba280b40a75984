package hanse.node.contract;

import com.google.protobuf.Timestamp;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.SystemAccount;
import hanse.node.payment.Payments;
import hanse.node.payment.TokenSecret;
import hanse.node.testing.AgentKeys;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.wire.ContractTerms;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// Agents who sign contracts with each other at one registry.
final class Workshop {
    final TestRegistry registry;
    final TestClock clock;
    final Payments payments;
    final Contracts contracts;

    Workshop(TestRegistry registry, TestClock clock) {
        this.registry = registry;
        this.clock = clock;
        this.payments = new Payments(
                registry.database,
                registry.commit,
                registry.transfers,
                registry.parties,
                new TokenSecret(new byte[32]),
                clock);
        this.contracts = new Contracts(
                registry.database,
                registry.commit,
                registry.transfers,
                registry.parties,
                caller -> Ed25519Key.of(AgentKeys.of(caller.id()).publicKey()),
                payments.heldMoney(),
                clock);
    }

    AgentId agent(String deposit) {
        return registry.agent(deposit);
    }

    /// Terms with these milestones, which either side may sign until tomorrow.
    Terms.Builder terms(AgentId contractor, AgentId provider, String... amounts) {
        return Terms.newBuilder()
                .setContractId(UUID.randomUUID().toString())
                .setRegistryId(registry.parties.self().value())
                .setContractor(registry.parties.did(contractor).toString())
                .setProvider(registry.parties.did(provider).toString())
                .setTitle("A chart of the Øresund")
                .setDescription("Soundings every 100 m; \"good\" as judged by a pilot.")
                .setAcceptBy(Timestamp.newBuilder()
                        .setSeconds(clock.instant().plus(Duration.ofDays(1)).getEpochSecond()))
                .addAllMilestones(List.of(amounts).stream()
                        .map(amount ->
                                MilestoneTerms.newBuilder().setAmount(amount).build())
                        .toList());
    }

    static String sign(AgentId agent, Terms terms) {
        byte[] text = ContractTerms.signedText(ContractTerms.hash(terms));
        return Base64.getEncoder().encodeToString(AgentKeys.of(agent).sign(text));
    }

    CompletableFuture<hanse.contract.v1.Contract> create(AgentId contractor, Terms terms) {
        return contracts.create(call(contractor), terms, sign(contractor, terms));
    }

    CompletableFuture<hanse.contract.v1.Contract> accept(AgentId provider, Terms terms) {
        return contracts.accept(call(provider), UUID.fromString(terms.getContractId()), sign(provider, terms), "");
    }

    /// A contract that both have signed.
    UUID active(AgentId contractor, AgentId provider, Terms terms) {
        create(contractor, terms).join();
        accept(provider, terms).join();
        return UUID.fromString(terms.getContractId());
    }

    CompletableFuture<hanse.contract.v1.Contract> change(AgentId by, UUID contract, Change change) {
        return contracts.change(call(by), contract, change);
    }

    CompletableFuture<hanse.contract.v1.Contract> approve(AgentId by, UUID contract, String milestone) {
        return contracts.approve(call(by), contract, milestone, "");
    }

    hanse.contract.v1.Contract show(AgentId by, UUID contract) {
        return contracts.show(call(by).caller(), contract);
    }

    /// What is disputed about, and ruled on.
    Tribunal tribunal() {
        return new Tribunal(this);
    }

    /// What is on the contract's escrow account, micro-AVT.
    long escrow(UUID contract) {
        return registry.database.read(tx -> registry.ledger
                .find(tx, new AccountId(SystemAccount.escrow(contract).id().value()))
                .map(account -> account.balance())
                .orElse(0L));
    }

    static Call call(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "x");
    }
}
