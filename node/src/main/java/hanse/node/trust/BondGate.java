package hanse.node.trust;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.edge.Gate;
import java.time.Duration;

/// Lets only agents with a sufficient bond call what the policy lists. That an agent has one is remembered for a
/// second; that it has none is looked up each time, so that it may go on as soon as it has posted.
public final class BondGate implements Gate {
    private static final Duration LAG = Duration.ofSeconds(1);
    private static final int AGENTS = 100_000;

    private final Bonds bonds;
    private final Cache<AgentId, Boolean> bonded;

    public BondGate(Bonds bonds) {
        this(bonds, Ticker.systemTicker());
    }

    BondGate(Bonds bonds, Ticker ticker) {
        this.bonds = bonds;
        this.bonded = Caffeine.newBuilder()
                .maximumSize(AGENTS)
                .expireAfterWrite(LAG)
                .ticker(ticker)
                .build();
    }

    @Override
    public boolean guards(String rpc) {
        return bonds.policy().requiredFor().contains(rpc);
    }

    @Override
    public boolean remembers(AgentId agent) {
        return bonded.getIfPresent(agent) != null;
    }

    @Override
    public void require(AgentId agent) {
        if (!bonds.isInForce(agent)) {
            throw new RefusedException(Reason.BOND_REQUIRED);
        }
        bonded.put(agent, true);
    }
}
