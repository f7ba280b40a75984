package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Contracts within one registry, as spec/protocol tells it: written terms, two signatures, work handed in and judged,
/// pay through the ledger.
class ContractTest {
    private final TestClock clock = new TestClock();
    private final TestRegistry registry = TestRegistry.fresh(clock);
    private final Workshop shop = new Workshop(registry, clock);
    private final AgentId contractor = shop.agent("100");
    private final AgentId provider = shop.agent("0");
    private final AgentId stranger = shop.agent("10");

    @AfterEach
    void theBooksHold() {
        assertThat(registry.verify().fault()).isEmpty();
        registry.close();
    }

    @Test
    void paysMilestoneByMilestoneThroughTheLedgerWithTheOrdinaryFee() {
        Terms terms = shop.terms(contractor, provider, "10", "20").build();
        UUID id = shop.active(contractor, provider, terms);
        submit(id, "1").join();
        hanse.contract.v1.Contract first = shop.approve(contractor, id, "1").join();
        assertThat(first.getState()).isEqualTo(State.ACTIVE);
        assertThat(first.getMilestones(0).getState()).isEqualTo(Milestone.State.PAID);
        assertThat(first.getMilestones(0).getTransferId()).isNotEmpty();
        assertThat(registry.balance(contractor)).isEqualTo(90_000_000);
        assertThat(registry.balance(provider)).isEqualTo(9_950_000);
        submit(id, "2").join();
        assertThat(shop.approve(contractor, id, "2").join().getState()).isEqualTo(State.COMPLETED);
        assertThat(registry.balance(provider)).isEqualTo(29_850_000);
        assertThat(registry.total(AccountKind.TREASURY)).isEqualTo(150_000);
    }

    @Test
    void theOnlyMilestoneNeedsNoName() {
        UUID id = active("5");
        submit(id, "").join();
        assertThat(shop.approve(contractor, id, "").join().getState()).isEqualTo(State.COMPLETED);
        UUID two = active("1", "2");
        assertThat(refusal(submit(two, ""))).contains(Reason.MILESTONE_REQUIRED);
        assertThat(refusal(submit(two, "third"))).contains(Reason.UNKNOWN_MILESTONE);
    }

    @Test
    void workIsSentBackWithAReasonAndHandedInAgain() {
        UUID id = active("5");
        submit(id, "").join();
        assertThat(refusal(submit(id, ""))).contains(Reason.WORK_ALREADY_SUBMITTED);
        shop.change(contractor, id, new Change.Reject("", "soundings are missing"))
                .join();
        assertThat(refusal(shop.approve(contractor, id, ""))).contains(Reason.WORK_NOT_SUBMITTED);
        assertThat(refusal(shop.change(contractor, id, new Change.Reject("", "again"))))
                .contains(Reason.WORK_NOT_SUBMITTED);
        shop.change(provider, id, new Change.Submit("", "https://charts.example/2"))
                .join();
        Milestone work = shop.show(contractor, id).getMilestones(0);
        assertThat(work.getState()).isEqualTo(Milestone.State.SUBMITTED);
        assertThat(work.getSubmission()).isEqualTo("https://charts.example/2");
        assertThat(work.getRejection()).isEqualTo("soundings are missing");
        assertThat(work.getRejections()).isEqualTo(1);
    }

    @Test
    void whatCannotBePaidIsNotApproved() {
        UUID id = active("150");
        submit(id, "").join();
        assertThat(refusal(shop.approve(contractor, id, ""))).contains(Reason.INSUFFICIENT_FUNDS);
        assertThat(shop.show(provider, id).getMilestones(0).getState()).isEqualTo(Milestone.State.SUBMITTED);
        registry.database.write(tx -> {
            registry.ledger.setFrozen(tx, contractor, true);
            return id;
        });
        assertThat(refusal(shop.approve(contractor, id, ""))).contains(Reason.ACCOUNT_FROZEN);
    }

    @Test
    void aSecondApprovalIsRefusedAndPaysNothing() {
        UUID id = active("10", "10");
        submit(id, "1").join();
        shop.approve(contractor, id, "1").join();
        assertThat(refusal(shop.approve(contractor, id, "1"))).contains(Reason.ALREADY_APPROVED);
        assertThat(registry.balance(contractor)).isEqualTo(90_000_000);
    }

    @Test
    void aRepeatUnderItsRequestIdAnswersTheSame() {
        UUID id = active("10");
        submit(id, "").join();
        Call call = TestRegistry.call(contractor, "approve-1", "x");
        Call again = TestRegistry.call(contractor, "approve-1", "x");
        hanse.contract.v1.Contract first =
                shop.contracts.approve(call, id, "", "").join();
        assertThat(shop.contracts.approve(again, id, "", "").join()).isEqualTo(first);
        assertThat(again.isReplayed()).isTrue();
        assertThat(registry.balance(contractor)).isEqualTo(90_000_000);
    }

    // ---- terms and signatures

    @Test
    void refusesAForgedSignatureAndTermsThatWereChangedAfterSigning() {
        Terms terms = shop.terms(contractor, provider, "10").build();
        Terms dearer = terms.toBuilder()
                .setMilestones(0, MilestoneTerms.newBuilder().setAmount("11"))
                .build();
        assertThat(refusal(() ->
                        shop.contracts.create(Workshop.call(contractor), dearer, Workshop.sign(contractor, terms))))
                .contains(Reason.BAD_TERMS_SIGNATURE);
        assertThat(refusal(
                        () -> shop.contracts.create(Workshop.call(contractor), terms, Workshop.sign(stranger, terms))))
                .contains(Reason.BAD_TERMS_SIGNATURE);
        shop.create(contractor, terms).join();
        assertThat(refusal(shop.contracts.accept(
                        Workshop.call(provider),
                        UUID.fromString(terms.getContractId()),
                        Workshop.sign(provider, dearer),
                        "")))
                .contains(Reason.BAD_TERMS_SIGNATURE);
        assertThat(refusal(shop.contracts.accept(
                        Workshop.call(provider),
                        UUID.fromString(terms.getContractId()),
                        Workshop.sign(provider, terms),
                        "00".repeat(32))))
                .contains(Reason.TERMS_CHANGED);
    }

    @Test
    void refusesTermsThatContradictTheCallerTheRegistryOrThemselves() {
        assertThat(creating(terms -> terms.setRegistryId("other.example"))).contains(Reason.BAD_TERMS);
        assertThat(creating(terms ->
                        terms.setContractor(registry.parties.did(stranger).toString())))
                .contains(Reason.BAD_TERMS);
        assertThat(creating(terms -> terms.setProvider(terms.getContractor()))).contains(Reason.SELF_TRANSFER);
        assertThat(creating(terms -> terms.setProvider("bob@public"))).contains(Reason.BAD_DID);
        assertThat(creating(terms -> terms.setAcceptBy(at(Duration.ZERO)))).contains(Reason.BAD_TERMS);
        assertThat(creating(terms -> terms.setAcceptBy(at(Duration.ofDays(91)))))
                .contains(Reason.BAD_TERMS);
        assertThat(refusal(() -> shop.contracts.create(
                        Workshop.call(contractor),
                        shop.terms(contractor, provider, "10")
                                .setAcceptBy(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))
                                .build(),
                        "")))
                .contains(Reason.BAD_TERMS);
        assertThat(creating(terms -> terms.setReviewWindowSeconds(60))).contains(Reason.BAD_TERMS);
        assertThat(creating(terms -> terms.addMilestones(
                        MilestoneTerms.newBuilder().setMilestoneId("1").setAmount("1"))))
                .contains(Reason.BAD_TERMS);
        assertThat(creating(terms -> terms.setDescription("x".repeat(70_000)))).contains(Reason.BAD_TERMS);
        assertThat(creating(terms -> terms.setFundingValue(7))).contains(Reason.BAD_TERMS);
        assertThat(creating(terms -> terms.setCurrency("EUR"))).contains(Reason.UNKNOWN_CURRENCY);
        for (String amount : List.of("0", "-1", "1e3", "NaN", "0.0000001", "1000000001")) {
            assertThat(creating(terms ->
                            terms.setMilestones(0, MilestoneTerms.newBuilder().setAmount(amount))))
                    .contains(Reason.BAD_AMOUNT);
        }
        assertThat(creating(terms ->
                        terms.setMilestones(0, MilestoneTerms.newBuilder().setAmount("0.000001"))))
                .contains(Reason.AMOUNT_TOO_SMALL);
        assertThat(creating(
                        terms -> terms.addMilestones(MilestoneTerms.newBuilder().setAmount("1000000000"))))
                .contains(Reason.BAD_AMOUNT);
        assertThat(creating(terms -> terms.setProvider(
                        registry.parties.did(new AgentId(UUID.randomUUID())).toString())))
                .contains(Reason.UNKNOWN_AGENT);
    }

    @Test
    void anIdIsTakenOnce() {
        Terms terms = shop.terms(contractor, provider, "10").build();
        shop.create(contractor, terms).join();
        assertThat(refusal(shop.create(contractor, terms))).contains(Reason.CONTRACT_ID_TAKEN);
        Terms others = terms.toBuilder()
                .setContractor(registry.parties.did(stranger).toString())
                .build();
        assertThat(refusal(shop.create(stranger, others))).contains(Reason.CONTRACT_ID_TAKEN);
    }

    @Test
    void showsBothSignaturesAndTheTermsThatTheyAreOver() {
        Terms terms = shop.terms(contractor, provider, "10").build();
        UUID id = shop.active(contractor, provider, terms);
        hanse.contract.v1.Contract shown = shop.show(provider, id);
        assertThat(shown.getTerms()).isEqualTo(terms);
        assertThat(shown.getContractorSignature()).isEqualTo(Workshop.sign(contractor, terms));
        assertThat(shown.getProviderSignature()).isEqualTo(Workshop.sign(provider, terms));
        assertThat(shown.getVersion()).isEqualTo(2);
    }

    // ---- who and when

    @Test
    void onlyTheRightPartyMayAndStrangersLearnNothing() {
        Terms terms = shop.terms(contractor, provider, "10").build();
        shop.create(contractor, terms).join();
        UUID id = UUID.fromString(terms.getContractId());
        assertThat(refusal(shop.accept(contractor, terms))).contains(Reason.NOT_YOURS);
        assertThat(refusal(shop.accept(stranger, terms))).contains(Reason.UNKNOWN_CONTRACT);
        assertThat(refusal(shop.change(provider, id, new Change.Withdraw("")))).contains(Reason.NOT_YOURS);
        assertThat(refusal(shop.change(contractor, id, new Change.Decline("")))).contains(Reason.NOT_YOURS);
        shop.accept(provider, terms).join();
        assertThat(refusal(shop.change(contractor, id, new Change.Submit("", "x"))))
                .contains(Reason.NOT_YOURS);
        submit(id, "").join();
        assertThat(refusal(shop.approve(provider, id, ""))).contains(Reason.NOT_YOURS);
        assertThat(refusal(shop.approve(stranger, id, ""))).contains(Reason.UNKNOWN_CONTRACT);
        assertThat(refusal(shop.change(provider, id, new Change.Reject("", "x"))))
                .contains(Reason.NOT_YOURS);
        assertThat(refusal(shop.change(provider, id, new Change.MarkFailed("x"))))
                .contains(Reason.NOT_YOURS);
        assertThat(refusal(shop.change(contractor, id, new Change.Claim("")))).contains(Reason.NOT_YOURS);
        assertThatThrownBy(() -> shop.show(stranger, id)).hasMessage("UNKNOWN_CONTRACT");
    }

    @Test
    void aProposalIsDeclinedWithdrawnOrExpires() {
        UUID declined = proposed();
        shop.change(provider, declined, new Change.Decline("too cheap")).join();
        assertThat(shop.show(contractor, declined).getState()).isEqualTo(State.DECLINED);
        assertThat(shop.show(contractor, declined).getNote()).isEqualTo("too cheap");
        UUID withdrawn = proposed();
        shop.change(contractor, withdrawn, new Change.Withdraw("")).join();
        assertThat(refusal(shop.change(contractor, withdrawn, new Change.Withdraw(""))))
                .contains(Reason.CONTRACT_NOT_PROPOSED);
        Terms late = shop.terms(contractor, provider, "10").build();
        shop.create(contractor, late).join();
        assertThat(shop.contracts.sweep()).isZero();
        clock.advance(Duration.ofDays(2));
        assertThat(refusal(shop.accept(provider, late))).contains(Reason.CONTRACT_EXPIRED);
        assertThat(shop.contracts.sweep()).isEqualTo(1);
        assertThat(shop.contracts.sweep()).isZero();
        UUID expired = UUID.fromString(late.getContractId());
        assertThat(shop.show(contractor, expired).getState()).isEqualTo(State.EXPIRED);
        assertThat(refusal(shop.accept(provider, late))).contains(Reason.CONTRACT_NOT_PROPOSED);
    }

    @Test
    void endsByMutualConsentOnly() {
        UUID id = active("10");
        shop.change(contractor, id, new Change.Cancel(true, "plans changed")).join();
        shop.change(contractor, id, new Change.Cancel(true, "plans changed")).join();
        assertThat(shop.show(provider, id).getState()).isEqualTo(State.ACTIVE);
        assertThat(shop.show(provider, id).getCancelAskedBy())
                .isEqualTo(registry.parties.did(contractor).toString());
        shop.change(contractor, id, new Change.Cancel(false, "")).join();
        shop.change(provider, id, new Change.Cancel(true, "")).join();
        assertThat(shop.show(provider, id).getState()).isEqualTo(State.ACTIVE);
        assertThat(shop.change(contractor, id, new Change.Cancel(true, "agreed"))
                        .join()
                        .getState())
                .isEqualTo(State.CANCELLED);
        assertThat(refusal(submit(id, ""))).contains(Reason.CONTRACT_NOT_ACTIVE);
    }

    @Test
    void aFailedContractPaysNothingMore() {
        UUID id = active("10", "10");
        submit(id, "1").join();
        shop.change(contractor, id, new Change.MarkFailed("nothing came")).join();
        assertThat(shop.show(provider, id).getState()).isEqualTo(State.FAILED);
        assertThat(refusal(shop.approve(contractor, id, "1"))).contains(Reason.CONTRACT_NOT_ACTIVE);
        assertThat(refusal(shop.change(contractor, id, new Change.MarkFailed("x"))))
                .contains(Reason.CONTRACT_NOT_ACTIVE);
        assertThat(registry.balance(contractor)).isEqualTo(100_000_000);
    }

    // ---- escrow

    @Test
    void escrowIsFilledAtAcceptanceAndPaysTheMilestones() {
        UUID id = escrowed("10", "20");
        assertThat(registry.balance(contractor)).isEqualTo(70_000_000);
        assertThat(shop.escrow(id)).isEqualTo(30_000_000);
        submit(id, "1").join();
        assertThat(shop.approve(contractor, id, "1").join().getEscrowed()).isEqualTo("20");
        assertThat(registry.balance(provider)).isEqualTo(9_950_000);
        submit(id, "2").join();
        shop.approve(contractor, id, "2").join();
        assertThat(shop.escrow(id)).isZero();
        assertThat(shop.show(provider, id).getState()).isEqualTo(State.COMPLETED);
        assertThat(registry.total(AccountKind.ESCROW)).isZero();
    }

    @Test
    void acceptanceNeedsTheWholeAmountOfAnEscrowedContract() {
        Terms terms = shop.terms(contractor, provider, "60", "60")
                .setFunding(Terms.Funding.ESCROWED)
                .build();
        shop.create(contractor, terms).join();
        assertThat(refusal(shop.accept(provider, terms))).contains(Reason.CONTRACT_NOT_FUNDED);
        assertThat(shop.show(provider, UUID.fromString(terms.getContractId())).getState())
                .isEqualTo(State.PROPOSED);
        registry.deposit(contractor, hanse.node.ledger.Avt.parse("20"));
        shop.accept(provider, terms).join();
        assertThat(registry.balance(contractor)).isZero();
    }

    @Test
    void theProviderClaimsWhatWasNotJudgedInTime() {
        UUID id = escrowed("10");
        assertThat(refusal(shop.change(provider, id, new Change.Claim("")))).contains(Reason.WORK_NOT_SUBMITTED);
        submit(id, "").join();
        clock.advance(Duration.ofDays(3).minusSeconds(1));
        assertThat(refusal(shop.change(provider, id, new Change.Claim("")))).contains(Reason.REVIEW_WINDOW_OPEN);
        clock.advance(Duration.ofSeconds(1));
        assertThat(shop.change(provider, id, new Change.Claim("")).join().getState())
                .isEqualTo(State.COMPLETED);
        assertThat(registry.balance(provider)).isEqualTo(9_950_000);
        UUID plain = active("10");
        submit(plain, "").join();
        assertThat(refusal(shop.change(provider, plain, new Change.Claim("")))).contains(Reason.CONTRACT_NOT_ESCROWED);
    }

    @Test
    void theEscrowOfAFailedContractWaitsADayForADisputeAndGoesBack() {
        UUID id = escrowed("10", "20");
        submit(id, "1").join();
        shop.approve(contractor, id, "1").join();
        shop.change(contractor, id, new Change.MarkFailed("late")).join();
        assertThat(shop.escrow(id)).isEqualTo(20_000_000);
        clock.advance(Duration.ofHours(24).minusSeconds(1));
        assertThat(shop.contracts.sweep()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(shop.contracts.sweep()).isEqualTo(1);
        assertThat(shop.contracts.sweep()).isZero();
        assertThat(shop.escrow(id)).isZero();
        assertThat(shop.show(contractor, id).getState()).isEqualTo(State.FAILED);
        assertThat(registry.balance(contractor)).isEqualTo(90_000_000);
    }

    @Test
    void theEscrowGoesBackWhenBothSidesAreSilent() {
        Terms.Builder terms = shop.terms(contractor, provider, "10").setFunding(Terms.Funding.ESCROWED);
        terms.getMilestonesBuilder(0).setDueAt(at(Duration.ofDays(10)));
        UUID id = shop.active(contractor, provider, terms.build());
        clock.advance(Duration.ofDays(39));
        assertThat(shop.contracts.sweep()).isZero();
        clock.advance(Duration.ofDays(1));
        assertThat(shop.contracts.sweep()).isEqualTo(1);
        assertThat(shop.show(contractor, id).getState()).isEqualTo(State.CANCELLED);
        assertThat(registry.balance(contractor)).isEqualTo(100_000_000);
    }

    @Test
    void cancellingReturnsTheEscrow() {
        UUID id = escrowed("10", "20");
        shop.change(provider, id, new Change.Cancel(true, "")).join();
        shop.change(contractor, id, new Change.Cancel(true, "")).join();
        assertThat(registry.balance(contractor)).isEqualTo(100_000_000);
        assertThat(shop.escrow(id)).isZero();
    }

    // ---- bound to a payment token

    @Test
    void anApprovalMayBeBoundToAPaymentToken() {
        UUID id = active("10");
        submit(id, "").join();
        String token = PaymentTokens.authorize(shop, contractor, provider, "10");
        assertThat(registry.account(contractor).held().micros()).isEqualTo(10_000_000);
        hanse.contract.v1.Contract paid =
                shop.contracts.approve(Workshop.call(contractor), id, "", token).join();
        assertThat(paid.getState()).isEqualTo(State.COMPLETED);
        assertThat(paid.getMilestones(0).getPaymentId()).isNotEmpty();
        assertThat(registry.account(contractor).held().isZero()).isTrue();
        assertThat(registry.balance(contractor)).isEqualTo(90_000_000);
        assertThat(registry.balance(provider)).isEqualTo(9_950_000);
        UUID other = active("10");
        submit(other, "").join();
        assertThat(approving(other, token)).contains(Reason.TOKEN_SPENT);
    }

    @Test
    void refusesATokenThatDoesNotFit() {
        UUID id = active("10");
        submit(id, "").join();
        assertThat(approving(id, PaymentTokens.authorize(shop, contractor, provider, "9")))
                .contains(Reason.TOKEN_DOES_NOT_FIT);
        assertThat(approving(id, PaymentTokens.authorize(shop, contractor, stranger, "10")))
                .contains(Reason.TOKEN_DOES_NOT_FIT);
        assertThat(approving(id, PaymentTokens.authorize(shop, stranger, provider, "10")))
                .contains(Reason.UNKNOWN_TOKEN);
        String token = PaymentTokens.authorize(shop, contractor, provider, "10");
        clock.advance(Duration.ofMinutes(16));
        assertThat(approving(id, token)).contains(Reason.TOKEN_EXPIRED);
        for (String unreadable : List.of("apt_", token.substring(1), "APT" + token.substring(3), token + "0")) {
            assertThat(approving(id, unreadable)).contains(Reason.BAD_TOKEN);
        }
        UUID inEscrow = escrowed("5");
        submit(inEscrow, "").join();
        assertThat(approving(inEscrow, PaymentTokens.authorize(shop, contractor, provider, "5")))
                .contains(Reason.TOKEN_DOES_NOT_FIT);
        assertThat(shop.show(contractor, id).getMilestones(0).getState()).isEqualTo(Milestone.State.SUBMITTED);
    }

    // ---- lists and events

    @Test
    void listsAPartysContractsPageByPageAndNobodyElses() {
        List<UUID> mine = Stream.generate(() -> active("1"))
                .limit(5)
                .peek(id -> clock.advance(Duration.ofSeconds(1)))
                .toList();
        Terms reversed = shop.terms(provider, contractor, "1").build();
        shop.create(provider, reversed).join();
        Optional<Contract.State> any = Optional.empty();
        Call call = Workshop.call(contractor);
        List<Contracts.Listed> page = shop.contracts.list(call.caller(), Optional.empty(), any, "", 4);
        assertThat(page).hasSize(5);
        assertThat(page.getFirst().id()).hasToString(reversed.getContractId());
        Contracts.Listed last = page.get(3);
        String token = new hanse.node.call.TimePage(last.at(), last.id()).token();
        List<Contracts.Listed> rest = shop.contracts.list(call.caller(), Optional.empty(), any, token, 4);
        assertThat(rest.stream().map(Contracts.Listed::id)).containsExactly(mine.get(1), mine.getFirst());
        assertThat(shop.contracts.list(call.caller(), Optional.of(Side.PROVIDER), any, "", 10))
                .hasSize(1);
        assertThat(shop.contracts.list(call.caller(), Optional.empty(), Optional.of(Contract.State.ACTIVE), "", 10))
                .hasSize(5);
        assertThat(shop.contracts.list(Workshop.call(stranger).caller(), Optional.empty(), any, "", 10))
                .isEmpty();
        assertThat(shop.contracts.listOf(call.caller(), registry.parties.did(provider), any, "", 10))
                .hasSize(6);
        assertThat(shop.contracts.listOf(Workshop.call(stranger).caller(), registry.parties.did(provider), any, "", 10))
                .isEmpty();
    }

    @Test
    void theJournalTellsBothPartiesOfEveryChange() {
        UUID id = active("10");
        submit(id, "").join();
        shop.approve(contractor, id, "").join();
        for (AgentId party : List.of(contractor, provider)) {
            assertThat(kinds(party, id))
                    .contains(
                            EntryKind.CONTRACT_PROPOSED,
                            EntryKind.CONTRACT_ACCEPTED,
                            EntryKind.WORK_SUBMITTED,
                            EntryKind.WORK_APPROVED,
                            EntryKind.TOKENS_TRANSFERRED,
                            EntryKind.CONTRACT_COMPLETED);
        }
        assertThat(kinds(stranger, id)).isEmpty();
    }

    private List<EntryKind> kinds(AgentId agent, UUID subject) {
        return registry.database.read(tx -> registry.ledger.heads(tx).stream()
                .flatMap(head -> registry
                        .ledger
                        .entriesOf(tx, agent, Position.start(head.lane()), Position.at(head.lane(), head.number()))
                        .stream())
                .filter(entry -> entry.subject().filter(subject::equals).isPresent())
                .map(Entry::kind)
                .toList());
    }

    private UUID proposed() {
        Terms terms = shop.terms(contractor, provider, "10").build();
        shop.create(contractor, terms).join();
        return UUID.fromString(terms.getContractId());
    }

    private UUID active(String... amounts) {
        return shop.active(
                contractor, provider, shop.terms(contractor, provider, amounts).build());
    }

    private UUID escrowed(String... amounts) {
        return shop.active(
                contractor,
                provider,
                shop.terms(contractor, provider, amounts)
                        .setFunding(Terms.Funding.ESCROWED)
                        .build());
    }

    private CompletableFuture<hanse.contract.v1.Contract> submit(UUID id, String milestone) {
        return shop.change(provider, id, new Change.Submit(milestone, "https://charts.example/1"));
    }

    private Optional<Reason> approving(UUID id, String token) {
        return refusal(() -> shop.contracts.approve(Workshop.call(contractor), id, "", token));
    }

    private Optional<Reason> creating(UnaryOperator<Terms.Builder> change) {
        return refusal(() -> shop.create(
                contractor, change.apply(shop.terms(contractor, provider, "10")).build()));
    }

    private Timestamp at(Duration ahead) {
        return Timestamp.newBuilder()
                .setSeconds(clock.instant().plus(ahead).getEpochSecond())
                .build();
    }

    private static Optional<Reason> refusal(CompletableFuture<?> answer) {
        return TestRegistry.refusal(answer);
    }

    private static Optional<Reason> refusal(java.util.function.Supplier<CompletableFuture<?>> asked) {
        try {
            return TestRegistry.refusal(asked.get());
        } catch (RefusedException refused) {
            return Optional.of(refused.reason());
        }
    }
}
