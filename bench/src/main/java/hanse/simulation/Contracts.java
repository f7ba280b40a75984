package hanse.simulation;

import com.google.protobuf.Timestamp;
import hanse.contract.v1.AcceptContractRequest;
import hanse.contract.v1.ApproveCompletionRequest;
import hanse.contract.v1.CancelContractRequest;
import hanse.contract.v1.ClaimMilestoneRequest;
import hanse.contract.v1.Contract;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.contract.v1.ContractServiceGrpc.ContractServiceImplBase;
import hanse.contract.v1.CreateContractRequest;
import hanse.contract.v1.DeclineContractRequest;
import hanse.contract.v1.MarkFailedRequest;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.RejectWorkRequest;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.contract.v1.Terms;
import hanse.contract.v1.WithdrawContractRequest;
import hanse.simulation.Clients.Member;
import hanse.wire.ContractTerms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Agents make contracts, work for them, and pay by them, here and with other registries.
final class Contracts {
    private static final Duration TO_BE_ACCEPTED = Duration.ofDays(20);
    private static final int REVIEW_SECONDS = 2 * 24 * 3600;

    private final Town town;
    private final Payments payments;
    private final List<Agreement> agreements = new ArrayList<>();

    /// A contract, as both its parties know it.
    static final class Agreement {
        final Member contractor;
        final Member provider;
        final Terms terms;

        /// What is to be done next, if all goes well: 0 accept, then submit and approve by turns.
        int progress;

        Agreement(Member contractor, Member provider, Terms terms) {
            this.contractor = contractor;
            this.provider = provider;
            this.terms = terms;
        }

        String id() {
            return terms.getContractId();
        }

        String milestone(int number) {
            return terms.getMilestones(number).getMilestoneId();
        }
    }

    Contracts(Town town, Payments payments) {
        this.town = town;
        this.payments = payments;
    }

    /// What was made in the past, too.
    void remember(Agreement past) {
        Agreement again = new Agreement(past.contractor, past.provider, past.terms);
        again.progress = past.progress;
        agreements.add(again);
        town.know(past.id());
    }

    List<Agreement> agreements() {
        return List.copyOf(agreements);
    }

    /// What was accepted, as far as its parties know.
    List<Agreement> accepted() {
        return agreements.stream().filter(agreement -> agreement.progress > 0).toList();
    }

    /// Something that an agent does next.
    Operation<?> next() {
        if (agreements.isEmpty() || town.chance.oneIn(3)) {
            Member contractor = town.member();
            return create(contractor, town.other(contractor), 1 + town.chance.below(2));
        }
        Agreement agreement = town.chance.any(agreements);
        return town.chance.oneIn(4) ? aside(agreement) : goOn(agreement);
    }

    /// What comes next, if all goes well.
    Operation<?> goOn(Agreement agreement) {
        int step = Math.min(agreement.progress, 2 * agreement.terms.getMilestonesCount());
        if (step == 0) {
            return accept(agreement);
        }
        String milestone = agreement.milestone((step - 1) / 2);
        return step % 2 == 1 ? submit(agreement, milestone, step) : approve(agreement, milestone, step);
    }

    Operation<?> create(Member contractor, Member provider, int milestones) {
        Terms.Builder draft = Terms.newBuilder()
                .setContractId(town.id().toString())
                .setRegistryId(contractor.house().id.value())
                .setContractor(contractor.did())
                .setProvider(provider.did())
                .setTitle("A voyage")
                .setFunding(town.chance.oneIn(2) ? Terms.Funding.ESCROWED : Terms.Funding.ON_APPROVAL)
                .setReviewWindowSeconds(REVIEW_SECONDS)
                .setAcceptBy(Timestamp.newBuilder()
                        .setSeconds(contractor
                                .house()
                                .clock
                                .instant()
                                .plus(TO_BE_ACCEPTED)
                                .getEpochSecond()));
        for (int i = 1; i <= milestones; i++) {
            draft.addMilestones(
                    MilestoneTerms.newBuilder().setMilestoneId("m" + i).setAmount(town.amount(5)));
        }
        Terms terms = draft.build();
        return town.asks(
                contractor,
                "offers " + terms.getFunding() + " " + terms.getContractId() + " to " + provider,
                true,
                ContractServiceGrpc.getCreateContractMethod(),
                CreateContractRequest.newBuilder()
                        .setTerms(terms)
                        .setTermsSignature(sign(contractor, terms))
                        .build(),
                house -> house.service(ContractServiceImplBase.class)::createContract,
                Contract::getContractId,
                made -> {
                    agreements.add(new Agreement(contractor, provider, terms));
                    town.know(made.getContractId());
                });
    }

    private static String sign(Member by, Terms terms) {
        return Base64.getEncoder().encodeToString(by.key().sign(ContractTerms.signedText(ContractTerms.hash(terms))));
    }

    private Operation<?> accept(Agreement agreement) {
        return town.asks(
                agreement.provider,
                "accepts " + agreement.id(),
                true,
                ContractServiceGrpc.getAcceptContractMethod(),
                AcceptContractRequest.newBuilder()
                        .setContractId(agreement.id())
                        .setTermsSignature(sign(agreement.provider, agreement.terms))
                        .build(),
                house -> house.service(ContractServiceImplBase.class)::acceptContract,
                Contract::getContractId,
                done -> agreement.progress = Math.max(agreement.progress, 1));
    }

    private Operation<?> submit(Agreement agreement, String milestone, int step) {
        return town.asks(
                agreement.provider,
                "submits " + milestone + " of " + agreement.id(),
                true,
                ContractServiceGrpc.getSubmitWorkMethod(),
                SubmitWorkRequest.newBuilder()
                        .setContractId(agreement.id())
                        .setMilestoneId(milestone)
                        .setSubmission("arrived")
                        .build(),
                house -> house.service(ContractServiceImplBase.class)::submitWork,
                Contract::getContractId,
                done -> agreement.progress = Math.max(agreement.progress, step + 1));
    }

    private Operation<?> approve(Agreement agreement, String milestone, int step) {
        Optional<Payments.Token> bound = payments.promised(agreement, milestone);
        if (bound.isEmpty() && agreement.terms.getFunding() == Terms.Funding.ON_APPROVAL && town.chance.oneIn(4)) {
            String amount = agreement.terms.getMilestonesList().stream()
                    .filter(terms -> terms.getMilestoneId().equals(milestone))
                    .findFirst()
                    .orElseThrow()
                    .getAmount();
            return payments.authorize(agreement.contractor, agreement.provider, Optional.of(amount));
        }
        return town.asks(
                agreement.contractor,
                "approves " + milestone + " of " + agreement.id(),
                true,
                ContractServiceGrpc.getApproveCompletionMethod(),
                ApproveCompletionRequest.newBuilder()
                        .setContractId(agreement.id())
                        .setMilestoneId(milestone)
                        .setPaymentToken(
                                bound.map(token -> token.made.getPaymentToken()).orElse(""))
                        .build(),
                house -> house.service(ContractServiceImplBase.class)::approveCompletion,
                Contract::getContractId,
                done -> agreement.progress = Math.max(agreement.progress, step + 1));
    }

    /// What leads away from the straight way.
    private Operation<?> aside(Agreement agreement) {
        String id = agreement.id();
        String milestone = agreement.milestone(0);
        Member either = town.chance.oneIn(2) ? agreement.contractor : agreement.provider;
        return switch (town.chance.below(7)) {
            case 0 ->
                town.asks(
                        agreement.provider,
                        "declines " + id,
                        true,
                        ContractServiceGrpc.getDeclineContractMethod(),
                        DeclineContractRequest.newBuilder().setContractId(id).build(),
                        house -> house.service(ContractServiceImplBase.class)::declineContract,
                        Contract::getContractId,
                        done -> {});
            case 1 ->
                town.asks(
                        agreement.contractor,
                        "withdraws " + id,
                        true,
                        ContractServiceGrpc.getWithdrawContractMethod(),
                        WithdrawContractRequest.newBuilder().setContractId(id).build(),
                        house -> house.service(ContractServiceImplBase.class)::withdrawContract,
                        Contract::getContractId,
                        done -> {});
            case 2 ->
                town.asks(
                        agreement.contractor,
                        "rejects " + milestone + " of " + id,
                        true,
                        ContractServiceGrpc.getRejectWorkMethod(),
                        RejectWorkRequest.newBuilder()
                                .setContractId(id)
                                .setMilestoneId(milestone)
                                .setReason("wet")
                                .build(),
                        house -> house.service(ContractServiceImplBase.class)::rejectWork,
                        Contract::getContractId,
                        done -> agreement.progress = 1);
            case 3 ->
                town.asks(
                        agreement.contractor,
                        "calls " + id + " failed",
                        true,
                        ContractServiceGrpc.getMarkFailedMethod(),
                        MarkFailedRequest.newBuilder()
                                .setContractId(id)
                                .setReason("sunk")
                                .build(),
                        house -> house.service(ContractServiceImplBase.class)::markFailed,
                        Contract::getContractId,
                        done -> {});
            case 4, 5 ->
                town.asks(
                        either,
                        "wants " + id + " cancelled",
                        true,
                        ContractServiceGrpc.getCancelContractMethod(),
                        CancelContractRequest.newBuilder().setContractId(id).build(),
                        house -> house.service(ContractServiceImplBase.class)::cancelContract,
                        Contract::getContractId,
                        done -> {});
            default ->
                town.asks(
                        agreement.provider,
                        "claims " + milestone + " of " + id,
                        true,
                        ContractServiceGrpc.getClaimMilestoneMethod(),
                        ClaimMilestoneRequest.newBuilder()
                                .setContractId(id)
                                .setMilestoneId(milestone)
                                .build(),
                        house -> house.service(ContractServiceImplBase.class)::claimMilestone,
                        Contract::getContractId,
                        done -> {});
        };
    }
}
