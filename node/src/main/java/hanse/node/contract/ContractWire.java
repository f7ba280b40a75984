package hanse.node.contract;

import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.node.ledger.Position;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// The records of contracts as messages.
final class ContractWire {
    private ContractWire() {}

    /// With everything that is long.
    static hanse.contract.v1.Contract full(Contract contract, Parties parties) {
        hanse.contract.v1.Contract.Builder wire =
                wire(contract, parties).setTerms(contract.agreement().terms());
        contract.milestones()
                .forEach(milestone -> wire.addMilestones(milestone(milestone)
                        .setSubmission(milestone.work().submission())
                        .setRejection(milestone.work().rejection())));
        return wire.build();
    }

    /// Without.
    static hanse.contract.v1.Contract basic(Contract contract, Parties parties) {
        hanse.contract.v1.Contract.Builder wire = wire(contract, parties);
        contract.milestones().forEach(milestone -> wire.addMilestones(milestone(milestone)));
        return wire.build();
    }

    /// For the provider's registry, which has it as it was before: with the texts that have changed.
    static hanse.contract.v1.Contract since(Contract before, Contract changed, Parties parties) {
        hanse.contract.v1.Contract.Builder wire = wire(changed, parties);
        for (Milestone milestone : changed.milestones()) {
            hanse.contract.v1.Milestone.Builder shown = milestone(milestone);
            Milestone.Work was = before.milestones().get(milestone.number() - 1).work();
            if (!milestone.work().equals(was)) {
                shown.setSubmission(milestone.work().submission())
                        .setRejection(milestone.work().rejection());
            }
            wire.addMilestones(shown);
        }
        return wire.build();
    }

    private static hanse.contract.v1.Contract.Builder wire(Contract contract, Parties parties) {
        Agreement agreement = contract.agreement();
        Standing standing = contract.standing();
        hanse.contract.v1.Contract.Builder wire = hanse.contract.v1.Contract.newBuilder()
                .setContractId(contract.id().toString())
                .setState(state(contract.state()))
                .setContractor(parties.did(agreement.contractor()).toString())
                .setProvider(agreement.provider().toString())
                .setTitle(agreement.terms().getTitle())
                .setFunding(agreement.isEscrowed() ? Terms.Funding.ESCROWED : Terms.Funding.ON_APPROVAL)
                .setTermsHash(HexFormat.of().formatHex(agreement.termsHash()))
                .setContractorSignature(base64(agreement.signed().signature()))
                .setContractorKey(base64(agreement.signed().key()))
                .setTotal(agreement.total().toString())
                .setEscrowed(standing.escrowed().toString())
                .setAcceptBy(WireTime.of(agreement.acceptBy()))
                .setCreatedAt(WireTime.of(agreement.createdAt()))
                .setChangedAt(WireTime.of(standing.changedAt()))
                .setNote(standing.note())
                .setVersion(contract.version())
                .setRegistryId(parties.self().value());
        standing.provider()
                .ifPresent(signed ->
                        wire.setProviderSignature(base64(signed.signature())).setProviderKey(base64(signed.key())));
        standing.acceptedAt().map(WireTime::of).ifPresent(wire::setAcceptedAt);
        standing.endedAt().map(WireTime::of).ifPresent(wire::setEndedAt);
        if (contract.state() == Contract.State.FAILED) {
            standing.dueAt().map(WireTime::of).ifPresent(wire::setEscrowUntil);
        }
        standing.freeze().ifPresent(freeze -> wire.setDisputeId(freeze.dispute().toString()));
        standing.cancelAskedBy()
                .ifPresent(side -> wire.setCancelAskedBy(
                        switch (side) {
                            case CONTRACTOR -> wire.getContractor();
                            case PROVIDER -> wire.getProvider();
                        }));
        return wire;
    }

    private static hanse.contract.v1.Milestone.Builder milestone(Milestone milestone) {
        Milestone.Work work = milestone.work();
        Milestone.Pay pay = milestone.pay();
        hanse.contract.v1.Milestone.Builder wire = hanse.contract.v1.Milestone.newBuilder()
                .setMilestoneId(milestone.name())
                .setState(state(milestone.state()))
                .setAmount(milestone.amount().toString())
                .setRejections(work.rejections())
                .setTransferId(pay.frame()
                        .map(UUID::toString)
                        .or(() -> pay.transfer().map(Position::toString))
                        .orElse(""))
                .setPaymentId(pay.payment().map(UUID::toString).orElse(""))
                .setRefusal(pay.refusal().map(Reason::name).orElse(""));
        milestone.dueAt().map(WireTime::of).ifPresent(wire::setDueAt);
        work.submittedAt().map(WireTime::of).ifPresent(wire::setSubmittedAt);
        pay.approvedAt().map(WireTime::of).ifPresent(wire::setApprovedAt);
        pay.paidAt().map(WireTime::of).ifPresent(wire::setPaidAt);
        return wire;
    }

    /// A state that a list is asked for; empty for any.
    static Optional<Contract.State> state(hanse.contract.v1.Contract.State state) {
        return switch (state) {
            case STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
            case PROPOSED -> Optional.of(Contract.State.PROPOSED);
            case ACTIVE -> Optional.of(Contract.State.ACTIVE);
            case COMPLETED -> Optional.of(Contract.State.COMPLETED);
            case FAILED -> Optional.of(Contract.State.FAILED);
            case CANCELLED -> Optional.of(Contract.State.CANCELLED);
            case DECLINED -> Optional.of(Contract.State.DECLINED);
            case WITHDRAWN -> Optional.of(Contract.State.WITHDRAWN);
            case EXPIRED -> Optional.of(Contract.State.EXPIRED);
            case DISPUTED -> Optional.of(Contract.State.DISPUTED);
        };
    }

    private static hanse.contract.v1.Contract.State state(Contract.State state) {
        return switch (state) {
            case PROPOSED -> hanse.contract.v1.Contract.State.PROPOSED;
            case ACTIVE -> hanse.contract.v1.Contract.State.ACTIVE;
            case COMPLETED -> hanse.contract.v1.Contract.State.COMPLETED;
            case FAILED -> hanse.contract.v1.Contract.State.FAILED;
            case CANCELLED -> hanse.contract.v1.Contract.State.CANCELLED;
            case DECLINED -> hanse.contract.v1.Contract.State.DECLINED;
            case WITHDRAWN -> hanse.contract.v1.Contract.State.WITHDRAWN;
            case EXPIRED -> hanse.contract.v1.Contract.State.EXPIRED;
            case DISPUTED -> hanse.contract.v1.Contract.State.DISPUTED;
        };
    }

    private static hanse.contract.v1.Milestone.State state(Milestone.State state) {
        return switch (state) {
            case DUE -> hanse.contract.v1.Milestone.State.DUE;
            case SUBMITTED -> hanse.contract.v1.Milestone.State.SUBMITTED;
            case REJECTED -> hanse.contract.v1.Milestone.State.REJECTED;
            case APPROVED -> hanse.contract.v1.Milestone.State.APPROVED;
            case PAYING -> hanse.contract.v1.Milestone.State.PAYING;
            case PAID -> hanse.contract.v1.Milestone.State.PAID;
        };
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
