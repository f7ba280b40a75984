package hanse.node.operator;

import hanse.node.call.AgentId;
import hanse.node.identity.Agent;
import hanse.node.identity.Agents;
import hanse.node.identity.Standing;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Stops agents and lets them go on: for strikes, by time, and by an operator's word.
public final class Suspensions {
    private static final String LIMITS = "limits";
    private static final String TIME = "time";
    private static final int BATCH = 100;

    private final Database database;
    private final Agents agents;
    private final SuspensionStore store = new SuspensionStore();

    public Suspensions(Database database, Agents agents) {
        this.database = database;
        this.agents = agents;
    }

    /// An agent and how often it was suspended for strikes.
    public record Decision(Agent agent, int count) {}

    /// Notes that an agent went on calling beyond its limits in a minute, and suspends it when it has done so in
    /// `needed` minutes of `window`. Blocks.
    ///
    /// @return whether it is suspended by this strike
    public boolean strike(AgentId id, Instant minute, int needed, Duration window) {
        return database.write(tx -> {
            Agent agent = agents.lock(tx, id);
            if (!(agent.standing() instanceof Standing.Active)) {
                return false;
            }
            if (store.strike(tx, id, minute, minute.minus(window)) < needed) {
                return false;
            }
            int before = store.find(tx, id).map(Suspension::count).orElse(0);
            Suspension suspension = new Suspension(id, before + 1, tx.now(), LIMITS, "");
            store.put(tx, suspension);
            store.forgetStrikes(tx, id);
            agents.suspend(tx, id, suspension.length().map(tx.now()::plus), LIMITS);
            return true;
        });
    }

    /// Suspends an agent until an operator reinstates it. Refuses with `UNKNOWN_AGENT`, `AGENT_DEACTIVATED`.
    public Decision suspend(Tx tx, AgentId id, String by, String note) {
        agents.lock(tx, id).requireNotDeactivated();
        int count = store.find(tx, id).map(Suspension::count).orElse(0);
        store.put(tx, new Suspension(id, count, tx.now(), by, note));
        return new Decision(agents.suspend(tx, id, Optional.empty(), by), count);
    }

    /// Lifts a suspension, and forgets strikes and suspensions before. Refuses with `UNKNOWN_AGENT`,
    /// `AGENT_DEACTIVATED`.
    public Decision reinstate(Tx tx, AgentId id, String by, String note) {
        agents.lock(tx, id).requireNotDeactivated();
        store.forgetStrikes(tx, id);
        store.put(tx, new Suspension(id, 0, tx.now(), by, note));
        return new Decision(agents.reinstate(tx, id, by), 0);
    }

    /// Deletes strikes that count no more; run every few minutes by one process. Blocks.
    ///
    /// @param window how long a strike counts
    public int pruneStrikes(Duration window) {
        return database.write(tx -> store.deleteStrikesBefore(tx, tx.now().minus(window)));
    }

    /// Lifts an agent's suspension if its time is over. Blocks.
    public void liftIfOver(AgentId id) {
        database.write(tx -> {
            Agent agent = agents.lock(tx, id);
            boolean over = agent.standing() instanceof Standing.Suspended(Optional<Instant> until)
                    && until.filter(end -> !end.isAfter(tx.now())).isPresent();
            return over ? agents.reinstate(tx, id, TIME) : agent;
        });
    }

    /// Lifts every suspension whose time is over; run every few seconds by one process, for the sake of those who
    /// deal with the agent. The agent's own call lifts its suspension at once. Blocks.
    public void liftAllOver() {
        List<AgentId> over;
        do {
            over = database.look(tx -> agents.suspendedUntil(tx, tx.now(), BATCH));
            over.forEach(this::liftIfOver);
        } while (over.size() == BATCH);
    }
}
