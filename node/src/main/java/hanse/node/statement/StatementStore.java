package hanse.node.statement;

import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.OUTBOX;
import static hanse.schema.jooq.Tables.PEER;
import static hanse.schema.jooq.Tables.PEER_POSITION;
import static hanse.schema.jooq.Tables.STATEMENT;
import static hanse.schema.jooq.Tables.STATEMENT_DIFFERENCE;

import hanse.node.call.RegistryId;
import hanse.node.statement.Statement.Difference;
import hanse.node.statement.Statement.Key;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.StatementRecord;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The tables of statements and of their differences, and up to which day there are such.
final class StatementStore {

    /// The day that this registry has to close next towards a peer.
    Optional<LocalDate> nextDay(Tx tx, RegistryId peer) {
        Optional<Integer> last = Optional.ofNullable(tx.sql()
                .select(DSL.max(STATEMENT.DAY))
                .from(STATEMENT)
                .where(STATEMENT.PEER.eq(peer.value()))
                .and(STATEMENT.SENT)
                .fetchSingle()
                .value1());
        if (last.isPresent()) {
            return Optional.of(LocalDate.ofEpochDay(last.get() + 1L));
        }
        return tx.sql()
                .select(PEER.ADDED_AT, PEER_POSITION.FIRST_DAY)
                .from(PEER)
                .join(PEER_POSITION)
                .on(PEER_POSITION.PEER.eq(PEER.REGISTRY_ID))
                .where(PEER.REGISTRY_ID.eq(peer.value()))
                .fetchOptional(row -> {
                    LocalDate first = LocalDate.ofEpochDay(row.value2());
                    LocalDate added = row.value1().atOffset(ZoneOffset.UTC).toLocalDate();
                    return added.isAfter(first) ? added : first;
                });
    }

    /// Whether a transfer to the peer of that day, or of one before it, has no outcome yet.
    boolean isUnderWay(Tx tx, RegistryId peer, LocalDate day) {
        return tx.sql()
                .fetchExists(tx.sql()
                        .selectOne()
                        .from(OUTBOX)
                        .join(FRAME)
                        .on(FRAME.ID.eq(OUTBOX.ID))
                        .where(OUTBOX.PEER.eq(peer.value()))
                        .and(FRAME.BUCKET_DAY.le(number(day))));
    }

    /// From the commit on no new transfer of the peer of that day is credited: the row's lock is held by whoever
    /// credits.
    void close(Tx tx, RegistryId peer, LocalDate day) {
        tx.sql()
                .update(PEER_POSITION)
                .set(PEER_POSITION.CLOSED_DAY, number(day))
                .where(PEER_POSITION.PEER.eq(peer.value()))
                .and(PEER_POSITION.CLOSED_DAY.lt(number(day)))
                .execute();
    }

    /// Writes down what we say, and leaves what the peer says.
    void ours(Tx tx, Key key, Tally ours) {
        tx.sql()
                .insertInto(STATEMENT)
                .set(STATEMENT.PEER, key.peer().value())
                .set(STATEMENT.SENT, key.sent())
                .set(STATEMENT.DAY, number(key.day()))
                .set(STATEMENT.MADE_AT, tx.now())
                .set(STATEMENT.COUNT, ours.count())
                .set(STATEMENT.MICROS, ours.micros())
                .set(STATEMENT.DIGEST, ours.digest())
                .onConflict(STATEMENT.PEER, STATEMENT.SENT, STATEMENT.DAY)
                .doUpdate()
                .set(STATEMENT.MADE_AT, tx.now())
                .set(STATEMENT.COUNT, ours.count())
                .set(STATEMENT.MICROS, ours.micros())
                .set(STATEMENT.DIGEST, ours.digest())
                .execute();
    }

    /// Writes down what the peer has signed.
    void theirs(Tx tx, Key key, Tally theirs, byte[] text, byte[] signature, boolean differs) {
        tx.sql()
                .update(STATEMENT)
                .set(STATEMENT.THEIR_COUNT, theirs.count())
                .set(STATEMENT.THEIR_MICROS, theirs.micros())
                .set(STATEMENT.THEIR_TEXT, text)
                .set(STATEMENT.THEIR_SIGNATURE, signature)
                .set(STATEMENT.DIFFERS, differs)
                .set(STATEMENT.NARROWED, false)
                .where(is(key))
                .execute();
    }

    /// The newest first.
    List<Statement> page(Tx tx, RegistryId peer, LocalDate before, int days) {
        return tx.sql()
                .selectFrom(STATEMENT)
                .where(STATEMENT.PEER.eq(peer.value()))
                .and(STATEMENT.DAY.lt(number(before)))
                .and(STATEMENT.DAY.ge(DSL.coalesce(
                        DSL.field(tx.sql()
                                .selectDistinct(STATEMENT.DAY)
                                .from(STATEMENT)
                                .where(STATEMENT.PEER.eq(peer.value()))
                                .and(STATEMENT.DAY.lt(number(before)))
                                .orderBy(STATEMENT.DAY.desc())
                                .offset(days - 1)
                                .limit(1)),
                        DSL.inline(0))))
                .orderBy(STATEMENT.DAY.desc(), STATEMENT.SENT.desc())
                .fetch(StatementStore::statement);
    }

    /// In both directions, as far as there are such.
    List<Statement> day(Tx tx, RegistryId peer, LocalDate day) {
        return tx.sql()
                .selectFrom(STATEMENT)
                .where(STATEMENT.PEER.eq(peer.value()))
                .and(STATEMENT.DAY.eq(number(day)))
                .orderBy(STATEMENT.SENT.desc())
                .fetch(StatementStore::statement);
    }

    /// Days that we have closed and the peer has not answered.
    List<Statement> waiting(Tx tx, RegistryId peer, int most) {
        return open(tx, peer, STATEMENT.SENT.isTrue().and(STATEMENT.THEIR_TEXT.isNull()), most);
    }

    /// Statements that differ, and nobody has looked yet where.
    List<Statement> toNarrow(Tx tx, RegistryId peer, int most) {
        return open(tx, peer, STATEMENT.DIFFERS.isTrue().and(STATEMENT.NARROWED.isFalse()), most);
    }

    private static List<Statement> open(Tx tx, RegistryId peer, Condition condition, int most) {
        return tx.sql()
                .selectFrom(STATEMENT)
                .where(STATEMENT.PEER.eq(peer.value()))
                .and(condition)
                .orderBy(STATEMENT.DAY)
                .limit(most)
                .fetch(StatementStore::statement);
    }

    void narrowed(Tx tx, Key key, List<Difference> differences) {
        tx.sql().update(STATEMENT).set(STATEMENT.NARROWED, true).where(is(key)).execute();
        tx.sql()
                .deleteFrom(STATEMENT_DIFFERENCE)
                .where(STATEMENT_DIFFERENCE.PEER.eq(key.peer().value()))
                .and(STATEMENT_DIFFERENCE.SENT.eq(key.sent()))
                .and(STATEMENT_DIFFERENCE.DAY.eq(number(key.day())))
                .execute();
        for (Difference difference : differences) {
            tx.sql()
                    .insertInto(STATEMENT_DIFFERENCE)
                    .set(STATEMENT_DIFFERENCE.PEER, key.peer().value())
                    .set(STATEMENT_DIFFERENCE.SENT, key.sent())
                    .set(STATEMENT_DIFFERENCE.DAY, number(key.day()))
                    .set(STATEMENT_DIFFERENCE.TRANSFER, difference.transfer())
                    .set(STATEMENT_DIFFERENCE.MICROS, difference.micros().orElse(null))
                    .set(STATEMENT_DIFFERENCE.THEIR_MICROS, difference.theirs().orElse(null))
                    .onConflictDoNothing()
                    .execute();
        }
    }

    List<Difference> differences(Tx tx, Key key) {
        return tx.sql()
                .selectFrom(STATEMENT_DIFFERENCE)
                .where(STATEMENT_DIFFERENCE.PEER.eq(key.peer().value()))
                .and(STATEMENT_DIFFERENCE.SENT.eq(key.sent()))
                .and(STATEMENT_DIFFERENCE.DAY.eq(number(key.day())))
                .orderBy(STATEMENT_DIFFERENCE.TRANSFER)
                .fetch(row -> new Difference(
                        row.getTransfer(),
                        Optional.ofNullable(row.getMicros()),
                        Optional.ofNullable(row.getTheirMicros())));
    }

    int differing(Tx tx) {
        return tx.sql().fetchCount(STATEMENT, STATEMENT.DIFFERS.isTrue());
    }

    private static Condition is(Key key) {
        return STATEMENT
                .PEER
                .eq(key.peer().value())
                .and(STATEMENT.SENT.eq(key.sent()))
                .and(STATEMENT.DAY.eq(number(key.day())));
    }

    private static int number(LocalDate day) {
        return Math.toIntExact(day.toEpochDay());
    }

    private static Statement statement(StatementRecord row) {
        Optional<Tally> theirs = Optional.ofNullable(row.getTheirCount())
                .map(count -> new Tally(count, row.getTheirMicros(), new byte[0]));
        return new Statement(
                new Key(new RegistryId(row.getPeer()), row.getSent(), LocalDate.ofEpochDay(row.getDay())),
                new Tally(row.getCount(), row.getMicros(), row.getDigest()),
                theirs,
                row.getDiffers());
    }
}
