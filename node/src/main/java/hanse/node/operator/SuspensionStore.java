package hanse.node.operator;

import static hanse.schema.jooq.Tables.STRIKE;
import static hanse.schema.jooq.Tables.SUSPENSION;

import hanse.node.call.AgentId;
import hanse.node.storage.Tx;
import java.time.Instant;
import java.util.Optional;

/// The tables of strikes and suspensions.
final class SuspensionStore {

    /// Adds a strike; how many the agent has since a time.
    int strike(Tx tx, AgentId agent, Instant minute, Instant since) {
        tx.sql()
                .insertInto(STRIKE)
                .set(STRIKE.AGENT, agent.value())
                .set(STRIKE.MINUTE, minute)
                .onConflictDoNothing()
                .execute();
        return tx.sql().fetchCount(STRIKE, STRIKE.AGENT.eq(agent.value()).and(STRIKE.MINUTE.gt(since)));
    }

    void forgetStrikes(Tx tx, AgentId agent) {
        tx.sql().deleteFrom(STRIKE).where(STRIKE.AGENT.eq(agent.value())).execute();
    }

    int deleteStrikesBefore(Tx tx, Instant time) {
        return tx.sql().deleteFrom(STRIKE).where(STRIKE.MINUTE.lt(time)).execute();
    }

    Optional<Suspension> find(Tx tx, AgentId agent) {
        return tx.sql()
                .selectFrom(SUSPENSION)
                .where(SUSPENSION.AGENT.eq(agent.value()))
                .fetchOptional()
                .map(row -> new Suspension(agent, row.getCount(), row.getAt(), row.getBy(), row.getNote()));
    }

    void put(Tx tx, Suspension suspension) {
        var row = tx.sql().newRecord(SUSPENSION);
        row.setAgent(suspension.agent().value());
        row.setCount(suspension.count());
        row.setAt(suspension.at());
        row.setBy(suspension.by());
        row.setNote(suspension.note());
        tx.sql()
                .insertInto(SUSPENSION)
                .set(row)
                .onConflict(SUSPENSION.AGENT)
                .doUpdate()
                .set(row)
                .execute();
    }
}
