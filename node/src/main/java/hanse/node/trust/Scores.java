package hanse.node.trust;

import hanse.error.v1.Reason;
import hanse.federation.v1.AgentScore;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.WireTime;
import hanse.node.identity.Agents;
import hanse.node.storage.Database;
import hanse.trust.v1.AgentTrust;
import hanse.trust.v1.HomeTrust;
import java.util.Optional;

/// What is thought of an agent, here or at its home.
public final class Scores {
    private final Database database;
    private final Parties parties;
    private final Agents agents;
    private final Trust trust;
    private final PeerTrusts peers;
    private final ForeignScores homes;

    public Scores(
            Database database, Parties parties, Agents agents, Trust trust, PeerTrusts peers, ForeignScores homes) {
        this.database = database;
        this.parties = parties;
        this.agents = agents;
        this.trust = trust;
        this.peers = peers;
        this.homes = homes;
    }

    /// An agent's scores. Of a peer's agent those of its home, which is asked and waited for, times what is thought
    /// of that home. Refuses with `UNKNOWN_AGENT`, `SCORE_UNAVAILABLE`, and as [ForeignScores] does.
    public AgentTrust of(Did agent) {
        if (!parties.isLocal(agent)) {
            return foreign(agent);
        }
        Trust.Scored scored = database.read(tx -> {
            agents.get(tx, agent.agent());
            return trust.of(tx, agent);
        });
        return TrustWire.trust(agent, scored);
    }

    private AgentTrust foreign(Did agent) {
        ResolveAgentResponse answer = homes.ask(agent.registry(), agent.toString())
                .toCompletableFuture()
                .join();
        if (!answer.hasScore()) {
            throw new RefusedException(Reason.SCORE_UNAVAILABLE);
        }
        AgentScore said = answer.getScore();
        if (!isScore(said.getTrustScore()) || !isScore(said.getEigentrust())) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
        return database.read(tx -> {
            PeerTrust home = peers.of(tx, agent.registry());
            double discount = home.bayesianDiscount();
            HomeTrust.Builder from = HomeTrust.newBuilder()
                    .setRegistryId(agent.registry().value())
                    .setTrustScore(said.getTrustScore())
                    .setEigentrust(said.getEigentrust())
                    .setBayesianDiscount(discount)
                    .setTotalInteractions(home.shownInteractions())
                    .setDisputesLostWith(home.shownDisputesLost());
            if (said.hasComputedAt()) {
                from.setComputedAt(said.getComputedAt());
            }
            return TrustWire.trust(agent, trust.of(tx, agent)).toBuilder()
                    .setTrustScore(said.getTrustScore() * discount)
                    .setEigentrust(said.getEigentrust() * discount)
                    .setHome(from)
                    .build();
        });
    }

    private static boolean isScore(double said) {
        return said >= 0 && said <= 1;
    }

    /// Adds an agent's scores to what a peer is told of it.
    public ResolveAgentResponse addTo(ResolveAgentResponse answer, String did) {
        Trust.Scored scored = database.read(tx -> trust.of(tx, Did.parse(did)));
        AgentScore.Builder score = AgentScore.newBuilder()
                .setTrustScore(scored.score().trustScore())
                .setEigentrust(scored.score().eigentrust());
        scored.run().map(TrustRun::endedAt).map(WireTime::of).ifPresent(score::setComputedAt);
        return answer.toBuilder().setScore(score).build();
    }

    /// The newest computation. Refuses with `SCORE_UNAVAILABLE` before the first.
    public TrustRun newest() {
        Optional<TrustRun> run = trust.newest();
        return run.orElseThrow(() -> new RefusedException(Reason.SCORE_UNAVAILABLE));
    }
}
