package hanse.node.settlement;

import hanse.dispute.v1.PeerSlashConfig;
import hanse.dispute.v1.SettlementStep;
import hanse.dispute.v1.Subject;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import java.util.UUID;

/// Settlements as messages.
final class SettlementWire {
    private SettlementWire() {}

    /// What everyone may know.
    static hanse.dispute.v1.Settlement summary(Settlement settlement) {
        hanse.dispute.v1.Settlement.Builder wire = hanse.dispute.v1.Settlement.newBuilder()
                .setSettlementId(settlement.id().toString())
                .setStatus(status(settlement.state()))
                .setRole(hanse.dispute.v1.Settlement.Role.valueOf(
                        settlement.role().name()))
                .setPeerId(settlement.peer().map(RegistryId::value).orElse(""))
                .setAmount(settlement.claim().amount().toString())
                .setBurned(settlement.burned().toString())
                .setMitigated(settlement.mitigated().toString())
                .setFailure(settlement.failure().map(Enum::name).orElse(""))
                .setOpenedAt(WireTime.of(settlement.openedAt()))
                .setExpiresAt(WireTime.of(settlement.expiresAt()));
        settlement.endedAt().ifPresent(at -> wire.setEndedAt(WireTime.of(at)));
        return wire.build();
    }

    /// For operators.
    static hanse.dispute.v1.Settlement history(Settlements.History history) {
        Settlement settlement = history.settlement();
        hanse.dispute.v1.Settlement.Builder wire = summary(settlement).toBuilder()
                .setDisputeId(settlement.claim().dispute().toString())
                .setSubject(Subject.newBuilder()
                        .setKind(Subject.Kind.valueOf(
                                settlement.claim().subject().kind().name()))
                        .setId(settlement.claim().subject().id().toString())
                        .setMilestoneId(settlement.claim().subject().part()))
                .setComplainant(settlement.claim().complainant().toString())
                .setDefendant(settlement.claim().defendant().toString())
                .setRulingNote(settlement.claim().note())
                .setHeld(settlement
                        .held()
                        .bond()
                        .plus(settlement.held().account())
                        .toString());
        history.steps().forEach(step -> wire.addSteps(step(step)));
        return wire.build();
    }

    private static SettlementStep step(Step step) {
        return SettlementStep.newBuilder()
                .setAt(WireTime.of(step.at()))
                .setStatus(status(step.state()))
                .setBy(step.by())
                .setMessageId(step.message().map(UUID::toString).orElse(""))
                .setNote(step.note())
                .build();
    }

    private static hanse.dispute.v1.Settlement.Status status(Settlement.State state) {
        return hanse.dispute.v1.Settlement.Status.valueOf(state.name());
    }

    static PeerSlashConfig config(Settlements.PeerConfig config) {
        PeerSlashConfig.Builder wire = PeerSlashConfig.newBuilder()
                .setPeerId(config.threshold().peer().value())
                .setAutoSlashEnabled(config.threshold().enabled())
                .setAutoSlashMaxAvt(config.threshold().maxAvt());
        config.trust().ifPresent(trust -> {
            wire.setBayesianDiscount(trust.bayesianDiscount())
                    .setTotalInteractions(trust.shownInteractions())
                    .setDisputesLostWith(trust.shownDisputesLost());
            trust.lastInteractionAt().ifPresent(at -> wire.setLastInteractionAt(WireTime.of(at)));
        });
        return wire.build();
    }
}
