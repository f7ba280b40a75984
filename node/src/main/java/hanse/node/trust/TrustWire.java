package hanse.node.trust;

import hanse.node.call.Did;
import hanse.node.call.WireTime;
import hanse.trust.v1.AgentTrust;
import java.util.List;

/// Scores and rows as messages.
final class TrustWire {
    private TrustWire() {}

    static AgentTrust trust(Did agent, Trust.Scored scored) {
        Score score = scored.score();
        AgentTrust.Builder wire = AgentTrust.newBuilder()
                .setAgent(agent.toString())
                .setTrustScore(score.trustScore())
                .setEigentrust(score.eigentrust())
                .setSatisfactory(score.satisfactory())
                .setUnsatisfactory(score.unsatisfactory())
                .setDealings(score.dealings())
                .setWeightedDealings(score.weighted())
                .setRaters(score.raters())
                .setReports(score.reports())
                .setWeightedReports(score.weightedReports());
        scored.run().ifPresent(run -> wire.setRun(run.number()).setComputedAt(WireTime.of(run.endedAt())));
        return wire.build();
    }

    static hanse.trust.v1.TrustRow row(TrustRow row) {
        return hanse.trust.v1.TrustRow.newBuilder()
                .setFrom(row.pair().from().toString())
                .setTo(row.pair().to().toString())
                .setSatisfactory(row.satisfactory())
                .setUnsatisfactory(row.unsatisfactory())
                .setDealings(row.dealings())
                .setReports(row.standing())
                .build();
    }

    static hanse.trust.v1.TrustRun run(TrustRun run) {
        return hanse.trust.v1.TrustRun.newBuilder()
                .setNumber(run.number())
                .setStartedAt(WireTime.of(run.startedAt()))
                .setEndedAt(WireTime.of(run.endedAt()))
                .setRows(run.inputs().rows())
                .setAgents(run.agents())
                .setSatisfactory(run.inputs().satisfactory())
                .setUnsatisfactory(run.inputs().unsatisfactory())
                .setDealings(run.inputs().dealings())
                .setReports(run.inputs().reports())
                .setRetractedReports(run.inputs().retracted())
                .addAllSeeds(
                        run.seeds().isEmpty() ? List.of() : List.of(run.seeds().split(" ", -1)))
                .setDamping(run.damping())
                .setRounds(run.rounds())
                .setResidual(run.residual())
                .setConverged(run.converged())
                .build();
    }
}
