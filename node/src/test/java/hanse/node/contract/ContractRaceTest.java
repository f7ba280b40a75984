package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Terms;
import hanse.dispute.v1.Dispute;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Both sides, over two processes of one registry, want different things of one contract at the same moment.
@Timeout(120)
class ContractRaceTest {
    private static final int ROUNDS = 15;
    private static final long SEED = Long.getLong("hanse.race.seed", System.nanoTime());

    private final Random chance = new Random(SEED);

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

    @Test
    void aProposalIsAcceptedInTimeOrExpiresAsTimePasses() {
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Workshop first = processes.getFirst();
            Terms terms = first.terms(contractor, provider, "10")
                    .setFunding(Terms.Funding.ESCROWED)
                    .build();
            first.create(contractor, terms).join();
            UUID id = UUID.fromString(terms.getContractId());
            clock.advance(Duration.ofDays(1).minusSeconds(2));
            List<Optional<Reason>> answers = atOnce(i -> switch (i % 3) {
                case 0 -> at(i).accept(provider, terms);
                case 1 -> CompletableFuture.runAsync(at(i).contracts::sweep);
                default -> {
                    clock.advance(Duration.ofSeconds(1));
                    yield CompletableFuture.completedFuture(id);
                }
            });
            State state = first.show(contractor, id).getState();
            boolean inTime = state == State.ACTIVE;
            accepted += inTime ? 1 : 0;
            // Of four acceptances one at most is one; sweeps and time are refused nothing.
            assertThat(answers).filteredOn(Optional::isEmpty).as(order()).hasSize(inTime ? 9 : 8);
            assertThat(first.escrow(id)).as(order()).isEqualTo(inTime ? 10_000_000 : 0);
            processes.forEach(process -> process.contracts.sweep());
            assertThat(first.show(contractor, id).getState())
                    .as(order())
                    .isEqualTo(inTime ? State.ACTIVE : State.EXPIRED);
        }
        assertThat(one.balance(contractor)).isEqualTo(1_000_000_000 - accepted * 10_000_000L);
    }

    @Test
    void anEscrowThatIsRuledOnHasOneWayOut() {
        List<Tribunal> tribunals = processes.stream().map(Workshop::tribunal).toList();
        for (int round = 0; round < ROUNDS; round++) {
            UUID id = submitted(Terms.Funding.ESCROWED);
            Workshop first = processes.getFirst();
            first.change(provider, id, new Change.Cancel(true, "")).join();
            clock.advance(Duration.ofDays(4));
            Dispute dispute = tribunals.getFirst().file(contractor, id, "", "").value();
            tribunals.getFirst().voting(dispute);
            long before = one.balance(contractor);
            long paid = one.balance(provider);
            List<Optional<Reason>> answers = atOnce(i -> switch (i % 6) {
                case 0 -> tribunals.get(i % 2).ruled(dispute);
                case 1 -> at(i).approve(contractor, id, "");
                case 2 -> at(i).change(provider, id, new Change.Claim(""));
                case 3 -> at(i).change(contractor, id, new Change.Cancel(true, ""));
                case 4 -> CompletableFuture.runAsync(at(i).contracts::sweep);
                default -> tribunals.get(i % 2).withdrawn(contractor, dispute);
            });
            assertThat(answers).as(order()).contains(Optional.empty());
            long back = one.balance(contractor) - before;
            long left = first.escrow(id);
            boolean ruled = tribunals.getFirst().show(dispute).getClosing() == Dispute.Closing.RULED;
            assertThat(List.of(back, one.balance(provider) - paid, left))
                    .as(order())
                    .isIn(
                            ruled
                                    ? List.of(List.of(10_000_000L, 0L, 0L))
                                    : List.of(
                                            List.of(10_000_000L, 0L, 0L),
                                            List.of(0L, 9_950_000L, 0L),
                                            List.of(0L, 0L, 10_000_000L)));
            if (left > 0) {
                // Or it comes back by itself in a later round.
                first.change(contractor, id, new Change.Cancel(true, "")).join();
            }
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

    /// What became of twelve calls that wait together, in an order of chance, and are decided in as few batches as
    /// there are writers.
    private List<Optional<Reason>> atOnce(IntFunction<CompletableFuture<?>> ask) {
        List<Integer> calls = new ArrayList<>(IntStream.range(0, 12).boxed().toList());
        Collections.shuffle(calls, chance);
        List<Supplier<Optional<Reason>>> answers = new ArrayList<>();
        try (TestRegistry.HeldUp _ = one.holdUp()) {
            for (int i : calls) {
                CompletableFuture<?> answer = ask.apply(i);
                answers.add(() -> TestRegistry.refusal(answer));
            }
        }
        return answers.stream().map(Supplier::get).toList();
    }

    private static String order() {
        return "in the order of -Dhanse.race.seed=" + SEED;
    }
}
