package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RegistryId;
import hanse.node.federation.Pair;
import hanse.node.ledger.Ledger;
import hanse.node.payment.PaymentDealingStore;
import hanse.node.storage.Database;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.DealingCount;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.PeerTrusts;
import hanse.node.trust.TrustRow;
import hanse.node.trust.TrustRows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Paid milestones become rows of trust, each once.
@Timeout(60)
final class ContractDealingTest {

    @Test
    void countsEachPaidMilestoneOnceWhereverItsMoneyCameFrom() {
        TestClock clock = new TestClock();
        try (TestRegistry alpha = TestRegistry.fresh(clock)) {
            Workshop shop = new Workshop(alpha, clock);
            AgentId contractor = shop.agent("100");
            AgentId provider = shop.agent("0");
            UUID plain = shop.active(
                    contractor,
                    provider,
                    shop.terms(contractor, provider, "10", "20").build());
            UUID escrowed = shop.active(
                    contractor,
                    provider,
                    shop.terms(contractor, provider, "5")
                            .setFunding(Terms.Funding.ESCROWED)
                            .build());
            count(TestRegistry.NAME, alpha.database, alpha.ledger);
            assertThat(rows(TestRegistry.NAME, alpha.database, contractor))
                    .as("agreeing and funding are no dealings")
                    .isEmpty();

            shop.change(provider, plain, new Change.Submit("1", "done")).join();
            shop.approve(contractor, plain, "1").join();
            shop.change(provider, escrowed, new Change.Submit("", "done")).join();
            shop.approve(contractor, escrowed, "").join();
            count(TestRegistry.NAME, alpha.database, alpha.ledger);
            count(TestRegistry.NAME, alpha.database, alpha.ledger);
            assertThat(rows(TestRegistry.NAME, alpha.database, contractor))
                    .containsExactly(new TrustRow(
                            new TrustRow.Pair(alpha.parties.did(contractor), alpha.parties.did(provider)), 0, 0, 2));
        }
    }

    @Test
    void countsWhatWasPaidToAPeersProvider(@TempDir Path directory) {
        try (Pair pair = new Pair(directory)) {
            Voyage voyage = new Voyage(
                    pair::alpha,
                    pair::beta,
                    pair.alpha().agent("100"),
                    pair.beta().agent("0"),
                    Terms.Funding.ON_APPROVAL,
                    "10");
            voyage.create("create").join();
            pair.rest();
            voyage.accept("accept").join();
            voyage.submit("submit", "1").join();
            voyage.approve("approve", "1").join();
            pair.rest();
            RegistryId alpha = pair.alpha().id;
            count(alpha, pair.alpha().database, pair.alpha().ledger);
            assertThat(rows(alpha, pair.alpha().database, voyage.contractor))
                    .containsExactly(new TrustRow(
                            new TrustRow.Pair(
                                    new Did(alpha, voyage.contractor), new Did(pair.beta().id, voyage.provider)),
                            0,
                            0,
                            1));
            RegistryId beta = pair.beta().id;
            count(beta, pair.beta().database, pair.beta().ledger);
            count(beta, pair.beta().database, pair.beta().ledger);
            assertThat(pair.beta()
                            .database
                            .read(tx -> new PeerTrusts().of(tx, alpha))
                            .interactions())
                    .as("the provider's registry counts what it has credited")
                    .isEqualTo(1);
        }
    }

    private static void count(RegistryId self, Database database, Ledger ledger) {
        new DealingCount(
                        database,
                        ledger,
                        new LocalTrust(self),
                        new PeerTrusts(),
                        List.of(new PaymentDealingStore(self), new ContractDealingStore(self)))
                .run();
    }

    private static List<TrustRow> rows(RegistryId self, Database database, AgentId contractor) {
        return new TrustRows(database, new Parties(self, handle -> Optional.empty()), new LocalTrust(self))
                .list(new Caller.Operator("admin", 1), new Did(self, contractor), true, "", 0)
                .rows();
    }
}
