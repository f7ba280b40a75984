package hanse.node.dispute;

import static hanse.schema.jooq.Tables.ARBITER;

import hanse.node.call.AgentId;
import hanse.node.storage.Tx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The table of arbiters and their opinions. Changed under the lock of the dispute.
final class ArbiterStore {

    void appoint(Tx tx, UUID dispute, AgentId agent, String by) {
        tx.sql()
                .insertInto(ARBITER)
                .set(ARBITER.DISPUTE, dispute)
                .set(ARBITER.AGENT, agent.value())
                .set(ARBITER.APPOINTED_AT, tx.now())
                .set(ARBITER.APPOINTED_BY, by)
                .execute();
    }

    void say(Tx tx, UUID dispute, AgentId agent, Ruling ruling, String note) {
        tx.sql()
                .update(ARBITER)
                .set(ARBITER.RULING, ruling.code())
                .set(ARBITER.NOTE, note)
                .set(ARBITER.SAID_AT, tx.now())
                .where(ARBITER.DISPUTE.eq(dispute))
                .and(ARBITER.AGENT.eq(agent.value()))
                .execute();
    }

    Optional<Opinion> find(Tx tx, UUID dispute, AgentId agent) {
        return of(tx, dispute).stream()
                .filter(opinion -> opinion.arbiter().equals(agent))
                .findFirst();
    }

    /// Of a dispute, in the order in which they were appointed.
    List<Opinion> of(Tx tx, UUID dispute) {
        return tx.sql()
                .select(ARBITER.AGENT, ARBITER.RULING, ARBITER.NOTE, ARBITER.SAID_AT)
                .from(ARBITER)
                .where(ARBITER.DISPUTE.eq(dispute))
                .orderBy(ARBITER.APPOINTED_AT, ARBITER.AGENT)
                .fetch(row -> opinion(row.value1(), row.value2(), row.value3(), Optional.ofNullable(row.value4())));
    }

    private static Opinion opinion(UUID agent, short ruling, String note, Optional<Instant> at) {
        return new Opinion(new AgentId(agent), Ruling.of(ruling), note, at);
    }
}
