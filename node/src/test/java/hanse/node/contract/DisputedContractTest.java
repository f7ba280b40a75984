package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.Terms;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Ruling;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Contracts and milestones in dispute.
final class DisputedContractTest {
    private final TestClock clock = new TestClock();
    private TestRegistry registry;
    private Workshop shop;
    private Tribunal tribunal;
    private AgentId contractor;
    private AgentId provider;

    @BeforeEach
    void begin() {
        registry = TestRegistry.fresh(clock);
        shop = new Workshop(registry, clock);
        tribunal = shop.tribunal();
        contractor = shop.agent("100");
        provider = shop.agent("50");
    }

    @AfterEach
    void booksHold() {
        assertThat(registry.verify().fault()).isEmpty();
        assertThat(-registry.total(AccountKind.COMPENSATED)).isEqualTo(registry.total(AccountKind.SLASHED));
        registry.close();
    }

    private UUID active(Terms.Funding funding, String... amounts) {
        return shop.active(
                contractor,
                provider,
                shop.terms(contractor, provider, amounts).setFunding(funding).build());
    }

    private void submit(UUID contract, String milestone) {
        shop.change(provider, contract, new Change.Submit(milestone, "done")).join();
    }

    private void paid(UUID contract, String milestone) {
        submit(contract, milestone);
        shop.approve(contractor, contract, milestone).join();
    }

    private State state(UUID contract) {
        return shop.show(contractor, contract).getState();
    }

    @Test
    void nothingMovesWhileAContractIsDisputed() {
        UUID contract = active(Terms.Funding.ESCROWED, "10", "20");
        submit(contract, "1");
        Dispute dispute = tribunal.file(contractor, contract, "", "").value();

        assertThat(dispute.getSnapshot().getState()).isEqualTo("ACTIVE");
        assertThat(dispute.getSnapshot().getHeld()).isEqualTo("30");
        assertThat(shop.show(provider, contract).getDisputeId()).isEqualTo(dispute.getDisputeId());
        clock.advance(Duration.ofDays(4));
        List<CompletableFuture<hanse.contract.v1.Contract>> all = List.of(
                shop.approve(contractor, contract, "1"),
                shop.change(contractor, contract, new Change.Reject("1", "no")),
                shop.change(contractor, contract, new Change.MarkFailed("no")),
                shop.change(provider, contract, new Change.Claim("1")),
                shop.change(provider, contract, new Change.Submit("2", "done")),
                shop.change(provider, contract, new Change.Cancel(true, "")));
        all.forEach(change -> assertThat(TestRegistry.refusal(change)).contains(Reason.SUBJECT_FROZEN));
        clock.advance(Duration.ofDays(25));
        assertThat(shop.contracts.sweep()).isZero();
        assertThat(shop.escrow(contract)).isEqualTo(30_000_000);
    }

    @Test
    void aContractGoesOnWhenTheDisputeIsWithdrawnOrNobodyRules() {
        UUID contract = active(Terms.Funding.ESCROWED, "10");
        tribunal.withdraw(
                contractor, tribunal.file(contractor, contract, "", "").value());
        assertThat(state(contract)).isEqualTo(State.ACTIVE);
        submit(contract, "");
        tribunal.file(provider, contract, "", "").value();
        clock.advance(Duration.ofDays(30));
        assertThat(tribunal.rulings.sweep()).isEqualTo(1);
        assertThat(state(contract)).isEqualTo(State.ACTIVE);
        shop.approve(contractor, contract, "").join();
        assertThat(state(contract)).isEqualTo(State.COMPLETED);
    }

    @Test
    void whatIsDisputedAfterAFailureStaysInEscrowAndHasAWayOutAfterwards() {
        UUID contract = active(Terms.Funding.ESCROWED, "10");
        submit(contract, "");
        shop.change(contractor, contract, new Change.MarkFailed("useless")).join();
        Dispute dispute = tribunal.file(provider, contract, "", "").value();
        clock.advance(Duration.ofDays(2));
        assertThat(shop.contracts.sweep()).isZero();
        tribunal.voting(dispute);
        tribunal.rule(dispute, Ruling.IN_FAVOR_OF_DEFENDANT, "").value();
        assertThat(state(contract)).isEqualTo(State.FAILED);
        assertThat(shop.contracts.sweep()).isZero();
        clock.advance(Duration.ofHours(24));
        assertThat(shop.contracts.sweep()).isEqualTo(1);
        assertThat(registry.balance(contractor)).isEqualTo(100_000_000);
    }

    @Test
    void aProviderThatIsRightIsPaidFromEscrowWithTheOrdinaryFee() {
        UUID contract = active(Terms.Funding.ESCROWED, "10", "20");
        submit(contract, "1");
        shop.change(contractor, contract, new Change.Reject("1", "I do not like it"))
                .join();
        Dispute ruled = tribunal.ruled(provider, contract, "1", "", Ruling.IN_FAVOR_OF_COMPLAINANT);

        assertThat(ruled.getEffect().getReturned()).isEqualTo("10");
        assertThat(ruled.getEffect().getCompensated()).isEqualTo("0");
        assertThat(registry.balance(provider)).isEqualTo(59_950_000);
        assertThat(shop.escrow(contract)).isEqualTo(20_000_000);
        hanse.contract.v1.Contract now = shop.show(contractor, contract);
        assertThat(now.getState()).isEqualTo(State.ACTIVE);
        assertThat(now.getMilestones(0).getState()).isEqualTo(Milestone.State.PAID);

        tribunal.ruled(provider, contract, "2", "", Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(state(contract)).isEqualTo(State.COMPLETED);
        assertThat(shop.escrow(contract)).isZero();
    }

    @Test
    void aPartOfAMilestonesPayIsNotAwardedToAProvider() {
        UUID contract = active(Terms.Funding.ESCROWED, "10");
        Dispute dispute = tribunal.file(provider, contract, "1", "").value();
        tribunal.voting(dispute);
        assertThat(tribunal.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "4").refusal())
                .contains(Reason.AWARD_NOT_WHOLE);
        assertThat(shop.escrow(contract)).isEqualTo(10_000_000);
    }

    @Test
    void aContractorThatIsRightHasItsEscrowBackAndTheContractHasFailed() {
        UUID contract = active(Terms.Funding.ESCROWED, "10", "20");
        Dispute ruled = tribunal.ruled(contractor, contract, "2", "15", Ruling.IN_FAVOR_OF_COMPLAINANT);

        assertThat(ruled.getEffect().getReturned()).isEqualTo("15");
        assertThat(registry.balance(contractor)).isEqualTo(85_000_000);
        assertThat(state(contract)).isEqualTo(State.FAILED);
        assertThat(shop.escrow(contract)).isEqualTo(15_000_000);
        assertThat(tribunal.file(provider, contract, "1", "").value().getAmount())
                .isEqualTo("10");
        clock.advance(Duration.ofDays(31));
        tribunal.rulings.sweep();
        clock.advance(Duration.ofHours(24));
        shop.contracts.sweep();
        assertThat(shop.escrow(contract)).isZero();
        assertThat(registry.balance(contractor)).isEqualTo(100_000_000);
    }

    @Test
    void whatWasPaidIsSlashedAndMintedAndNeverMoreThanWasPaidOverAllDisputes() {
        UUID contract = active(Terms.Funding.ON_APPROVAL, "10", "20");
        paid(contract, "1");
        Dispute first = tribunal.ruled(contractor, contract, "1", "7", Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(first.getEffect().getCompensated()).isEqualTo("7");
        assertThat(state(contract)).isEqualTo(State.ACTIVE);

        paid(contract, "2");
        assertThat(state(contract)).isEqualTo(State.COMPLETED);
        assertThat(tribunal.file(contractor, contract, "1", "4").refusal()).contains(Reason.CLAIM_TOO_LARGE);
        Dispute second = tribunal.ruled(contractor, contract, "", "", Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(second.getAmount()).isEqualTo("23");
        assertThat(second.getEffect().getCompensated()).isEqualTo("23");
        assertThat(tribunal.file(contractor, contract, "1", "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
        assertThat(registry.balance(contractor)).isEqualTo(100_000_000);
        assertThat(registry.total(AccountKind.SLASHED)).isEqualTo(30_000_000);
    }

    @Test
    void whatAPaymentTokenHasPaidIsRecoveredAsThatPaymentAndNotOnceMore() {
        UUID contract = active(Terms.Funding.ON_APPROVAL, "10");
        submit(contract, "");
        shop.contracts
                .approve(
                        Workshop.call(contractor),
                        contract,
                        "",
                        PaymentTokens.authorize(shop, contractor, provider, "10"))
                .join();
        assertThat(tribunal.file(contractor, contract, "", "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
    }

    @Test
    void whatTheContractorHasRecoveredDoesNotTakeTheProvidersEscrowAway() {
        UUID contract = active(Terms.Funding.ESCROWED, "10", "20");
        paid(contract, "1");
        tribunal.ruled(contractor, contract, "1", "", Ruling.IN_FAVOR_OF_COMPLAINANT);
        submit(contract, "2");
        shop.change(contractor, contract, new Change.MarkFailed("no")).join();
        Dispute ruled = tribunal.ruled(provider, contract, "2", "", Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(ruled.getEffect().getReturned()).isEqualTo("20");
        assertThat(shop.escrow(contract)).isZero();
    }

    @Test
    void aMilestoneForWhichARulingHasLeftTooLittleIsNotAwarded() {
        UUID contract = active(Terms.Funding.ESCROWED, "10", "20");
        tribunal.ruled(contractor, contract, "2", "15", Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(tribunal.file(provider, contract, "2", "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
        Dispute ruled = tribunal.ruled(provider, contract, "", "", Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(ruled.getEffect().getReturned()).isEqualTo("10");
        clock.advance(Duration.ofHours(24));
        shop.contracts.sweep();
        assertThat(shop.escrow(contract)).isZero();
        assertThat(registry.balance(contractor)).isEqualTo(90_000_000);
    }

    @Test
    void oneDisputeOfAContractIsOpenAtATimeWhicheverPartItIsAbout() {
        UUID contract = active(Terms.Funding.ESCROWED, "10", "20");
        tribunal.file(contractor, contract, "1", "").value();
        assertThat(tribunal.file(contractor, contract, "2", "").refusal()).contains(Reason.ALREADY_DISPUTED);
        assertThat(tribunal.file(provider, contract, "", "").refusal()).contains(Reason.ALREADY_DISPUTED);
    }

    @Test
    void nothingIsDisputedByStrangersNorBeforeItBeginsNorLongAfterItsEnd() {
        AgentId stranger = shop.agent("0");
        Terms proposal = shop.terms(contractor, provider, "10").build();
        shop.create(contractor, proposal).join();
        UUID proposed = UUID.fromString(proposal.getContractId());
        assertThat(tribunal.file(contractor, proposed, "", "").refusal()).contains(Reason.SUBJECT_NOT_DISPUTABLE);

        UUID contract = active(Terms.Funding.ON_APPROVAL, "10");
        assertThat(tribunal.file(stranger, contract, "", "").refusal()).contains(Reason.UNKNOWN_SUBJECT);
        assertThat(tribunal.file(contractor, UUID.randomUUID(), "", "").refusal())
                .contains(Reason.UNKNOWN_SUBJECT);
        assertThat(tribunal.file(contractor, contract, "7", "").refusal()).contains(Reason.UNKNOWN_MILESTONE);
        assertThat(tribunal.file(provider, contract, "", "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
        paid(contract, "");
        clock.advance(Duration.ofDays(14));
        assertThat(tribunal.file(contractor, contract, "", "").refusal()).contains(Reason.FILING_WINDOW_CLOSED);
    }

    @Test
    void theRecordsSayWhetherTheWorkHasComeAndWhetherItWasAccepted() {
        Terms.Builder terms = shop.terms(contractor, provider, "10", "20").setFunding(Terms.Funding.ESCROWED);
        terms.getMilestonesBuilder(0)
                .setDueAt(Timestamp.newBuilder()
                        .setSeconds(clock.instant().plus(Duration.ofDays(2)).getEpochSecond()));
        UUID contract = shop.active(contractor, provider, terms.build());
        paid(contract, "2");
        assertThat(recommended(contractor, contract, "2")).isEqualTo("PERFORMANCE_ACCEPTED");
        assertThat(recommended(contractor, contract, "1")).isEmpty();
        clock.advance(Duration.ofDays(2));
        assertThat(recommended(contractor, contract, "1")).isEqualTo("PERFORMANCE_MISSING");
        assertThat(recommended(contractor, contract, "")).isEqualTo("PERFORMANCE_MISSING");
        submit(contract, "1");
        assertThat(recommended(provider, contract, "1")).isEmpty();
        clock.advance(Duration.ofDays(3));
        assertThat(recommended(provider, contract, "1")).isEqualTo("PERFORMANCE_MISSING");
        shop.change(provider, contract, new Change.Claim("1")).join();
        assertThat(recommended(contractor, contract, "1")).isEmpty();
    }

    private String recommended(AgentId by, UUID contract, String milestone) {
        Dispute dispute = tribunal.file(by, contract, milestone, "").value();
        String rule = tribunal.show(dispute).getRecommendation().getRule();
        tribunal.withdraw(by, dispute);
        return rule;
    }

    @Test
    void aMilestoneIsEitherApprovedOrDisputedWhateverComesAtOnce() {
        AgentId rich = shop.agent("1000");
        for (int round = 0; round < 15; round++) {
            UUID contract = shop.active(
                    rich,
                    provider,
                    shop.terms(rich, provider, "10")
                            .setFunding(Terms.Funding.ESCROWED)
                            .build());
            submit(contract, "");
            clock.advance(Duration.ofDays(3));
            List<CompletableFuture<?>> all = List.of(
                    shop.approve(rich, contract, ""),
                    tribunal.filed(rich, contract),
                    shop.change(provider, contract, new Change.Claim("")),
                    tribunal.filed(provider, contract),
                    shop.change(rich, contract, new Change.MarkFailed("no")));
            List<Optional<Reason>> answers =
                    all.stream().map(TestRegistry::refusal).toList();
            hanse.contract.v1.Contract now = shop.show(rich, contract);
            boolean paid = now.getMilestones(0).getState() == Milestone.State.PAID;
            assertThat(shop.escrow(contract)).isEqualTo(paid ? 0 : 10_000_000);
            assertThat(answers.get(0).isEmpty() || answers.get(2).isEmpty()).isEqualTo(paid);
            assertThat(now.getState() == State.DISPUTED)
                    .isEqualTo(answers.get(1).isEmpty() || answers.get(3).isEmpty());
        }
    }
}
