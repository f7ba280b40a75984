package hanse.node.audit;

import static hanse.schema.jooq.Tables.CHECKPOINT;
import static hanse.schema.jooq.Tables.WITNESSED_BY;

import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.CheckpointRecord;
import java.util.List;
import java.util.Optional;

/// The `checkpoint` table.
final class CheckpointStore {

    /// A checkpoint, as it is stored.
    record Stored(long number, byte[] body, byte[] signature) {
        private static Stored of(CheckpointRecord row) {
            return new Stored(row.getNumber(), row.getBody(), row.getSignature());
        }
    }

    /// One of this registry's checkpoints that a peer keeps.
    record Witnessed(String peer, Stored checkpoint) {}

    Optional<Stored> newest(Tx tx) {
        return tx.sql()
                .selectFrom(CHECKPOINT)
                .orderBy(CHECKPOINT.NUMBER.desc())
                .limit(1)
                .fetchOptional(Stored::of);
    }

    Optional<Stored> find(Tx tx, long number) {
        return tx.sql()
                .selectFrom(CHECKPOINT)
                .where(CHECKPOINT.NUMBER.eq(number))
                .fetchOptional(Stored::of);
    }

    /// What peers have shown of the checkpoints that they keep, but for losses that an operator has taken note of.
    List<Witnessed> witnessed(Tx tx) {
        return tx.sql()
                .select(WITNESSED_BY.PEER, WITNESSED_BY.NUMBER, WITNESSED_BY.BODY, WITNESSED_BY.SIGNATURE)
                .from(WITNESSED_BY)
                .where(WITNESSED_BY.NUMBER.gt(WITNESSED_BY.ACCEPTED))
                .orderBy(WITNESSED_BY.PEER)
                .fetch(row -> new Witnessed(row.value1(), new Stored(row.value2(), row.value3(), row.value4())));
    }

    /// By number.
    RowStream<Stored> all(Tx tx) {
        return RowStream.of(tx.sql().selectFrom(CHECKPOINT).orderBy(CHECKPOINT.NUMBER), Stored::of);
    }

    /// Adds a checkpoint of this moment; false when another has its number.
    boolean insert(Tx tx, Stored checkpoint) {
        return tx.sql()
                        .insertInto(CHECKPOINT)
                        .set(CHECKPOINT.NUMBER, checkpoint.number())
                        .set(CHECKPOINT.AT, tx.now())
                        .set(CHECKPOINT.BODY, checkpoint.body())
                        .set(CHECKPOINT.SIGNATURE, checkpoint.signature())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }
}
