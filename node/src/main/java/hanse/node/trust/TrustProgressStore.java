package hanse.node.trust;

import static hanse.schema.jooq.Tables.LANE;
import static hanse.schema.jooq.Tables.TRUST_PROGRESS;

import hanse.node.storage.Tx;
import java.util.Map;
import org.jooq.Records;

/// How far each lane has been read.
final class TrustProgressStore {
    Map<Integer, Long> all(Tx tx) {
        return tx.sql()
                .select(TRUST_PROGRESS.LANE, TRUST_PROGRESS.POSITION)
                .from(TRUST_PROGRESS)
                .fetch()
                .collect(Records.intoMap());
    }

    /// Number of the last entry of a lane that was read. Whoever else reads the lane waits until the commit.
    long lock(Tx tx, int lane) {
        tx.sql()
                .insertInto(TRUST_PROGRESS)
                .set(TRUST_PROGRESS.LANE, lane)
                .onConflictDoNothing()
                .execute();
        return tx.sql()
                .select(TRUST_PROGRESS.POSITION)
                .from(TRUST_PROGRESS)
                .where(TRUST_PROGRESS.LANE.eq(lane))
                .forNoKeyUpdate()
                .fetchSingle(row -> row.value1());
    }

    /// Number of a lane's last entry.
    long head(Tx tx, int lane) {
        return tx.sql().select(LANE.POSITION).from(LANE).where(LANE.ID.eq(lane)).fetchSingle(row -> row.value1());
    }

    void moveTo(Tx tx, int lane, long number) {
        tx.sql()
                .update(TRUST_PROGRESS)
                .set(TRUST_PROGRESS.POSITION, number)
                .where(TRUST_PROGRESS.LANE.eq(lane))
                .execute();
    }
}
