package hanse.node.federation;

import static hanse.schema.jooq.Tables.REGISTRY;
import static hanse.schema.jooq.Tables.WITNESS;
import static hanse.schema.jooq.Tables.WITNESSED_BY;
import static hanse.schema.jooq.Tables.WITNESS_DAY;

import hanse.node.call.RegistryId;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.WitnessRecord;
import hanse.schema.jooq.tables.records.WitnessedByRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tables of what is kept of peers' checkpoints, and of what they keep of ours.
final class WitnessStore {
    private static final long SECONDS_A_DAY = Duration.ofDays(1).toSeconds();

    /// Whom this registry still has to reconcile with, and why; removed peers and such as were never reached count for
    /// nothing.
    private static final String UNRECONCILED = """
            select p.peer, coalesce(w.missing, 'it has not answered since this database was restored') as why
            from peer_position p
            left join registry r on true
            left join witnessed_by w on w.peer = p.peer
            where p.status in (2, 3)
              and (w.missing is not null or r.restored_at > coalesce(w.seen_at, '-infinity'))
            order by p.peer
            """;

    /// What a peer keeps of this registry's checkpoints.
    ///
    /// @param number of the newest; 0 if it keeps none
    /// @param missing what of it this journal lacks
    /// @param accepted up to this number an operator has taken note
    record Held(long number, Optional<String> missing, long accepted) {
        static final Held NOTHING = new Held(0, Optional.empty(), 0);
    }

    Optional<Witness> find(Tx tx, RegistryId peer) {
        return tx.sql().selectFrom(WITNESS).where(WITNESS.PEER.eq(peer.value())).fetchOptional(WitnessStore::witness);
    }

    /// Puts all that is told of one peer's checkpoints in a row.
    Optional<Witness> lock(Tx tx, RegistryId peer) {
        return tx.sql()
                .selectFrom(WITNESS)
                .where(WITNESS.PEER.eq(peer.value()))
                .forNoKeyUpdate()
                .fetchOptional(WitnessStore::witness);
    }

    /// False when another has written the first one at the same time.
    boolean insert(Tx tx, RegistryId peer, SealedCheckpoint checkpoint) {
        return tx.sql()
                        .insertInto(WITNESS)
                        .set(WITNESS.PEER, peer.value())
                        .set(WITNESS.NUMBER, checkpoint.number())
                        .set(WITNESS.RECEIVED_AT, tx.now())
                        .set(WITNESS.BODY, checkpoint.text())
                        .set(WITNESS.SIGNATURE, checkpoint.signature())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    void replace(Tx tx, RegistryId peer, SealedCheckpoint checkpoint) {
        tx.sql()
                .update(WITNESS)
                .set(WITNESS.NUMBER, checkpoint.number())
                .set(WITNESS.RECEIVED_AT, tx.now())
                .set(WITNESS.BODY, checkpoint.text())
                .set(WITNESS.SIGNATURE, checkpoint.signature())
                .where(WITNESS.PEER.eq(peer.value()))
                .execute();
    }

    /// Keeps a checkpoint for ever if it is the day's first.
    void keepForTheDay(Tx tx, RegistryId peer, SealedCheckpoint checkpoint) {
        tx.sql()
                .insertInto(WITNESS_DAY)
                .set(WITNESS_DAY.PEER, peer.value())
                .set(WITNESS_DAY.DAY, (int) Math.floorDiv(tx.now().getEpochSecond(), SECONDS_A_DAY))
                .set(WITNESS_DAY.NUMBER, checkpoint.number())
                .set(WITNESS_DAY.BODY, checkpoint.text())
                .set(WITNESS_DAY.SIGNATURE, checkpoint.signature())
                .onConflictDoNothing()
                .execute();
    }

    void alarm(Tx tx, RegistryId peer, SealedCheckpoint contradicting, String words) {
        tx.sql()
                .update(WITNESS)
                .set(WITNESS.ALARM, words)
                .set(WITNESS.ALARM_AT, tx.now())
                .set(WITNESS.ALARM_BODY, contradicting.text())
                .set(WITNESS.ALARM_SIGNATURE, contradicting.signature())
                .where(WITNESS.PEER.eq(peer.value()))
                .execute();
    }

    /// Takes the peer's journal as its next checkpoint shows it.
    void forget(Tx tx, RegistryId peer) {
        tx.sql().deleteFrom(WITNESS).where(WITNESS.PEER.eq(peer.value())).execute();
    }

    Held held(Tx tx, RegistryId peer) {
        return tx.sql()
                .selectFrom(WITNESSED_BY)
                .where(WITNESSED_BY.PEER.eq(peer.value()))
                .fetchOptional(WitnessStore::held)
                .orElse(Held.NOTHING);
    }

    /// Writes down what a peer has shown of what it keeps.
    void seen(Tx tx, RegistryId peer, Optional<SealedCheckpoint> kept, Optional<String> missing) {
        long number = kept.map(SealedCheckpoint::number).orElse(0L);
        byte @Nullable [] text = kept.map(SealedCheckpoint::text).orElse(null);
        byte @Nullable [] signature = kept.map(SealedCheckpoint::signature).orElse(null);
        tx.sql()
                .insertInto(WITNESSED_BY)
                .set(WITNESSED_BY.PEER, peer.value())
                .set(WITNESSED_BY.SEEN_AT, tx.now())
                .set(WITNESSED_BY.NUMBER, number)
                .set(WITNESSED_BY.BODY, text)
                .set(WITNESSED_BY.SIGNATURE, signature)
                .set(WITNESSED_BY.MISSING, missing.orElse(null))
                .onConflict(WITNESSED_BY.PEER)
                .doUpdate()
                .set(WITNESSED_BY.SEEN_AT, tx.now())
                .set(WITNESSED_BY.NUMBER, number)
                .set(WITNESSED_BY.BODY, text)
                .set(WITNESSED_BY.SIGNATURE, signature)
                .set(WITNESSED_BY.MISSING, missing.orElse(null))
                .execute();
    }

    /// An operator takes note of what is missing.
    void accept(Tx tx, RegistryId peer) {
        tx.sql()
                .update(WITNESSED_BY)
                .set(WITNESSED_BY.ACCEPTED, WITNESSED_BY.NUMBER)
                .setNull(WITNESSED_BY.MISSING)
                .where(WITNESSED_BY.PEER.eq(peer.value()))
                .execute();
    }

    /// The peers with which this registry still has to reconcile its books, and why.
    Map<RegistryId, String> unreconciled(Tx tx) {
        Map<RegistryId, String> found = new LinkedHashMap<>();
        tx.sql()
                .fetch(UNRECONCILED)
                .forEach(row -> found.put(new RegistryId(row.get(0, String.class)), row.get(1, String.class)));
        return found;
    }

    /// Nobody is left to ask about what a restored database lacks.
    void endRestore(Tx tx) {
        tx.sql()
                .update(REGISTRY)
                .setNull(REGISTRY.RESTORED_AT)
                .where(REGISTRY.RESTORED_AT.isNotNull())
                .execute();
    }

    /// How many peers have contradicted themselves.
    int alarms(Tx tx) {
        return tx.sql().fetchCount(WITNESS, WITNESS.ALARM.isNotNull());
    }

    private static Witness witness(WitnessRecord row) {
        Instant at = row.getReceivedAt();
        return new Witness(
                SealedCheckpoint.of(row.getBody(), row.getSignature()), at, Optional.ofNullable(row.getAlarm()));
    }

    private static Held held(WitnessedByRecord row) {
        return new Held(row.getNumber(), Optional.ofNullable(row.getMissing()), row.getAccepted());
    }
}
