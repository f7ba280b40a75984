package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the source says of contracts in so many words. Source: spec/protocol, Contracts.
class ContractSourceTest {
    private final TestClock clock = new TestClock();
    private final TestRegistry registry = TestRegistry.fresh(clock);
    private final Workshop shop = new Workshop(registry, clock);
    private final AgentId contractor = shop.agent("100");
    private final AgentId provider = shop.agent("0");

    @AfterEach
    void theBooksHold() {
        assertThat(registry.verify().fault()).isEmpty();
        registry.close();
    }

    @Test
    void paymentSettlesLikeEverythingElseWithTheSameFeeAndTheSameAuditTrail() {
        Terms terms = shop.terms(contractor, provider, "10").build();
        UUID id = shop.active(contractor, provider, terms);
        shop.change(provider, id, new Change.Submit("", "done")).join();
        assertThat(events()).as("nothing moves before it is approved").isEmpty();
        assertThat(shop.approve(contractor, id, "").join().getState()).isEqualTo(State.COMPLETED);
        assertThat(events()).containsExactly("TokensTransferred", "TransactionFeeCollected");
        assertThat(registry.balance(provider)).isEqualTo(9_950_000);
        registry.pay(contractor, provider, "10");
        assertThat(events())
                .as("a plain transfer leaves the same")
                .containsExactly(
                        "TokensTransferred", "TokensTransferred", "TransactionFeeCollected", "TransactionFeeCollected");
        assertThat(registry.balance(provider)).isEqualTo(2 * 9_950_000);
    }

    /// The types of events that move money or collect a fee, sorted.
    private List<String> events() {
        return registry.database.read(tx -> registry.ledger.heads(tx).stream()
                .flatMap(head -> registry.ledger.entriesAfter(tx, Position.start(head.lane()), 1_000).stream())
                .filter(entry -> entry.kind() == EntryKind.TOKENS_TRANSFERRED
                        || entry.kind() == EntryKind.TRANSACTION_FEE_COLLECTED)
                .map(entry -> entry.kind().event())
                .sorted()
                .toList());
    }
}
