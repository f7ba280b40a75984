package hanse.simulation;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.DisputeServiceGrpc;
import hanse.dispute.v1.DisputeServiceGrpc.DisputeServiceImplBase;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.dispute.v1.WithdrawDisputeRequest;
import hanse.malpractice.v1.AnswerMalpracticeRequest;
import hanse.malpractice.v1.Dealing;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.MalpracticeServiceGrpc;
import hanse.malpractice.v1.MalpracticeServiceGrpc.MalpracticeServiceImplBase;
import hanse.malpractice.v1.ReportMalpracticeRequest;
import hanse.malpractice.v1.WithdrawMalpracticeRequest;
import hanse.simulation.Clients.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Agents fall out over what they have dealt in.
final class Quarrels {
    private final Town town;
    private final Payments payments;
    private final Contracts contracts;
    private final List<Filed> filed = new ArrayList<>();
    private final List<Reported> reported = new ArrayList<>();

    /// A dispute, as both its parties know it.
    ///
    /// @param home that decides it
    record Filed(Member complainant, Member defendant, House home, String id) {}

    private record Reported(Member reporter, Member about, String id) {}

    Quarrels(Town town, Payments payments, Contracts contracts) {
        this.town = town;
        this.payments = payments;
        this.contracts = contracts;
    }

    /// What was filed in the past, too.
    void remember(Filed past) {
        filed.add(past);
        town.know(past.id);
    }

    List<Filed> filed() {
        return List.copyOf(filed);
    }

    /// Something that an agent does next, if it has dealt with anybody.
    Optional<Operation<?>> next() {
        int kind = town.chance.below(10);
        if (kind < 3 && !filed.isEmpty()) {
            return Optional.of(testify(town.chance.any(filed)));
        }
        if (kind < 4 && !reported.isEmpty()) {
            return Optional.of(goOn(town.chance.any(reported)));
        }
        boolean reports = kind < 6;
        if (town.chance.oneIn(2) && !payments.presented().isEmpty()) {
            Payments.Token token = town.chance.any(payments.presented());
            return Optional.of(
                    reports
                            ? report(token.payer, token.payee, Dealing.Kind.PAYMENT, token.made.getPaymentId())
                            : dispute(token));
        }
        if (contracts.accepted().isEmpty()) {
            return Optional.empty();
        }
        Contracts.Agreement agreement = town.chance.any(contracts.accepted());
        boolean turned = town.chance.oneIn(3);
        Member by = turned ? agreement.provider : agreement.contractor;
        Member against = turned ? agreement.contractor : agreement.provider;
        if (reports) {
            return Optional.of(report(by, against, Dealing.Kind.CONTRACT, agreement.id()));
        }
        Subject.Builder subject =
                Subject.newBuilder().setKind(Subject.Kind.CONTRACT).setId(agreement.id());
        if (town.chance.oneIn(2)) {
            subject.setKind(Subject.Kind.MILESTONE).setMilestoneId(agreement.milestone(0));
        }
        return Optional.of(file(by, against, agreement.contractor.house(), subject.build()));
    }

    /// A payer disputes a payment.
    Operation<?> dispute(Payments.Token token) {
        return file(
                token.payer,
                token.payee,
                token.payer.house(),
                Subject.newBuilder()
                        .setKind(Subject.Kind.PAYMENT)
                        .setId(token.made.getPaymentId())
                        .build());
    }

    /// Who provides disputes all of a contract.
    Operation<?> disputeByProvider(Contracts.Agreement agreement) {
        return file(
                agreement.provider,
                agreement.contractor,
                agreement.contractor.house(),
                Subject.newBuilder()
                        .setKind(Subject.Kind.CONTRACT)
                        .setId(agreement.id())
                        .build());
    }

    private Operation<?> file(Member by, Member against, House home, Subject subject) {
        return town.asks(
                by,
                "disputes " + subject.getKind() + " " + subject.getId(),
                false,
                DisputeServiceGrpc.getFileDisputeMethod(),
                FileDisputeRequest.newBuilder()
                        .setSubject(subject)
                        .setReason("nothing came")
                        .build(),
                house -> house.service(DisputeServiceImplBase.class)::fileDispute,
                Dispute::getDisputeId,
                made -> {
                    filed.add(new Filed(by, against, home, made.getDisputeId()));
                    town.know(made.getDisputeId());
                });
    }

    private Operation<?> testify(Filed dispute) {
        if (town.chance.oneIn(6)) {
            return town.asks(
                    dispute.complainant,
                    "withdraws " + dispute.id,
                    false,
                    DisputeServiceGrpc.getWithdrawDisputeMethod(),
                    WithdrawDisputeRequest.newBuilder().setDisputeId(dispute.id).build(),
                    house -> house.service(DisputeServiceImplBase.class)::withdrawDispute,
                    Dispute::getDisputeId,
                    done -> {});
        }
        return town.asks(
                town.chance.oneIn(3) ? dispute.complainant : dispute.defendant,
                "testifies in " + dispute.id,
                false,
                DisputeServiceGrpc.getSubmitEvidenceMethod(),
                SubmitEvidenceRequest.newBuilder()
                        .setDisputeId(dispute.id)
                        .setStatement("as the log shows")
                        .setStance(town.chance.any(
                                List.of(Evidence.Stance.NEUTRAL, Evidence.Stance.CONTESTED, Evidence.Stance.CONCEDED)))
                        .build(),
                house -> house.service(DisputeServiceImplBase.class)::submitEvidence,
                Evidence::getEvidenceId,
                done -> {});
    }

    private Operation<?> report(Member by, Member about, Dealing.Kind kind, String id) {
        return town.asks(
                by,
                "reports " + about + " for " + id,
                false,
                MalpracticeServiceGrpc.getReportMalpracticeMethod(),
                ReportMalpracticeRequest.newBuilder()
                        .setDealing(Dealing.newBuilder().setKind(kind).setId(id))
                        .setStatement("nothing came")
                        .build(),
                house -> house.service(MalpracticeServiceImplBase.class)::reportMalpractice,
                Malpractice::getMalpracticeId,
                made -> reported.add(new Reported(by, about, made.getMalpracticeId())));
    }

    private Operation<?> goOn(Reported record) {
        if (town.chance.oneIn(3)) {
            return town.asks(
                    record.reporter,
                    "takes back " + record.id,
                    false,
                    MalpracticeServiceGrpc.getWithdrawMalpracticeMethod(),
                    WithdrawMalpracticeRequest.newBuilder()
                            .setMalpracticeId(record.id)
                            .build(),
                    house -> house.service(MalpracticeServiceImplBase.class)::withdrawMalpractice,
                    Malpractice::getMalpracticeId,
                    done -> {});
        }
        return town.asks(
                record.about,
                "answers to " + record.id,
                false,
                MalpracticeServiceGrpc.getAnswerMalpracticeMethod(),
                AnswerMalpracticeRequest.newBuilder()
                        .setMalpracticeId(record.id)
                        .setStatement("it did come")
                        .build(),
                house -> house.service(MalpracticeServiceImplBase.class)::answerMalpractice,
                Malpractice::getMalpracticeId,
                done -> {});
    }
}
