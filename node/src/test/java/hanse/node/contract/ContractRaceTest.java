package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Both sides, over two processes of one registry, want different things of one contract at the same moment.
@Timeout(120)
class ContractRaceTest {
    private static final int ROUNDS = 15;

    private final TestClock clock = new TestClock();
    private Postgres.Fresh postgres;
    private TestRegistry one;
    private TestRegistry two;
    private List<Workshop> processes;
    private AgentId contractor;
    private AgentId provider;

    @BeforeEach
    void twoProcesses() {
        postgres = Postgres.fresh();
        one = TestRegistry.on(postgres.pool(), clock);
        two = TestRegistry.on(postgres.pool(), clock);
        Workshop first = new Workshop(one, clock);
        processes = List.of(first, new Workshop(two, clock));
        contractor = first.agent("1000");
        provider = first.agent("0");
    }

    @AfterEach
    void booksHold() {
        assertThat(one.verify().fault()).isEmpty();
        one.close();
        two.close();
        postgres.close();
    }

    @Test
    void aMilestoneIsPaidOnceHoweverManyApproveIt() {
        long paid = 0;
        for (int round = 0; round < ROUNDS; round++) {
            UUID id = submitted(Terms.Funding.ON_APPROVAL);
            List<Optional<Reason>> answers = atOnce(i -> at(i).approve(contractor, id, ""));
            assertThat(answers).filteredOn(Optional::isEmpty).hasSize(1);
            paid++;
            assertThat(one.balance(contractor)).isEqualTo(1_000_000_000 - paid * 10_000_000);
        }
    }

    @Test
    void anEscrowIsEitherPaidReturnedOrWaitingNeverTwo() {
        for (int round = 0; round < ROUNDS; round++) {
            UUID id = submitted(Terms.Funding.ESCROWED);
            clock.advance(Duration.ofDays(4));
            processes
                    .getFirst()
                    .change(provider, id, new Change.Cancel(true, ""))
                    .join();
            long before = one.balance(contractor);
            List<Optional<Reason>> answers = atOnce(i -> switch (i % 4) {
                case 0 -> at(i).approve(contractor, id, "");
                case 1 -> at(i).change(provider, id, new Change.Claim(""));
                case 2 -> at(i).change(contractor, id, new Change.Cancel(true, ""));
                default -> at(i).change(contractor, id, new Change.MarkFailed("x"));
            });
            assertThat(answers).filteredOn(Optional::isEmpty).hasSize(1);
            State state = processes.getFirst().show(contractor, id).getState();
            long back = one.balance(contractor) - before;
            long left = processes.getFirst().escrow(id);
            switch (state) {
                case COMPLETED -> assertThat(back + left).isZero();
                case CANCELLED -> {
                    assertThat(back).isEqualTo(10_000_000);
                    assertThat(left).isZero();
                }
                case FAILED -> {
                    assertThat(back).isZero();
                    assertThat(left).isEqualTo(10_000_000);
                }
                default -> throw new AssertionError(state);
            }
        }
        clock.advance(Duration.ofDays(2));
        processes.forEach(process -> process.contracts.sweep());
        assertThat(one.total(AccountKind.ESCROW)).isZero();
    }

    @Test
    void aProposalIsEitherAcceptedWithdrawnOrExpired() {
        for (int round = 0; round < ROUNDS; round++) {
            Workshop first = processes.getFirst();
            Terms terms = first.terms(contractor, provider, "10")
                    .setFunding(Terms.Funding.ESCROWED)
                    .build();
            first.create(contractor, terms).join();
            UUID id = UUID.fromString(terms.getContractId());
            List<Optional<Reason>> answers = atOnce(i -> switch (i % 3) {
                case 0 -> at(i).accept(provider, terms);
                case 1 -> at(i).change(contractor, id, new Change.Withdraw(""));
                default -> at(i).change(provider, id, new Change.Decline(""));
            });
            assertThat(answers).filteredOn(Optional::isEmpty).hasSize(1);
            State state = first.show(contractor, id).getState();
            assertThat(first.escrow(id)).isEqualTo(state == State.ACTIVE ? 10_000_000 : 0);
        }
    }

    private Workshop at(int i) {
        return processes.get(i % 2);
    }

    private UUID submitted(Terms.Funding funding) {
        Workshop first = processes.getFirst();
        UUID id = first.active(
                contractor,
                provider,
                first.terms(contractor, provider, "10").setFunding(funding).build());
        first.change(provider, id, new Change.Submit("", "done")).join();
        return id;
    }

    /// What became of twelve calls that wait together and are decided in as few batches as there are writers.
    private List<Optional<Reason>> atOnce(java.util.function.IntFunction<CompletableFuture<?>> ask) {
        List<Supplier<Optional<Reason>>> answers = new ArrayList<>();
        try (TestRegistry.HeldUp _ = one.holdUp()) {
            for (int i = 0; i < 12; i++) {
                CompletableFuture<?> answer = ask.apply(i);
                answers.add(() -> TestRegistry.refusal(answer));
            }
        }
        return answers.stream().map(Supplier::get).toList();
    }
}
