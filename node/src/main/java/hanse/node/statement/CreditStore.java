package hanse.node.statement;

import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.INBOX;

import hanse.node.statement.Statement.Key;
import hanse.node.statement.Tally.Credit;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.impl.DSL;

/// Reads the transfers of a day that were credited: sent ones in the frames, received ones in the inbox.
final class CreditStore {
    private static final short EXPORTED = 2;

    /// A part of a day's transfers.
    ///
    /// @param from the first id; empty: from the beginning
    /// @param to the id before which it ends; empty: to the end
    record Range(Optional<UUID> from, Optional<UUID> to) {
        static final Range ALL = new Range(Optional.empty(), Optional.empty());

        private Condition holds(Field<UUID> id) {
            return from.<Condition>map(id::ge)
                    .orElse(DSL.noCondition())
                    .and(to.<Condition>map(id::lt).orElse(DSL.noCondition()));
        }
    }

    /// One of the parts into which a range was cut.
    record Part(Optional<UUID> from, Tally tally) {}

    Tally tally(Tx tx, Key key, Range range) {
        try (RowStream<Credit> credits = stream(tx, key, range)) {
            return Tally.of(credits);
        }
    }

    /// At most so many of them, by id.
    List<Credit> list(Tx tx, Key key, Range range, int most) {
        List<Credit> list = new ArrayList<>();
        try (RowStream<Credit> credits = stream(tx, key, range)) {
            while (credits.hasNext() && list.size() < most) {
                list.add(credits.next());
            }
        }
        return list;
    }

    /// How many there are.
    long count(Tx tx, Key key, Range range) {
        return tx.sql().fetchCount(select(tx, key, range));
    }

    /// Cuts a range into parts of so many transfers each.
    List<Part> parts(Tx tx, Key key, Range range, long each) {
        List<Part> parts = new ArrayList<>();
        try (RowStream<Credit> credits = stream(tx, key, range)) {
            Ahead ahead = new Ahead(credits);
            Optional<UUID> from = range.from();
            while (ahead.hasNext()) {
                if (!parts.isEmpty()) {
                    from = Optional.of(ahead.peek().id());
                }
                parts.add(new Part(from, Tally.of(ahead, each)));
            }
        }
        return parts;
    }

    private static RowStream<Credit> stream(Tx tx, Key key, Range range) {
        return RowStream.of(select(tx, key, range), row -> new Credit(row.value1(), row.value2()));
    }

    private static Select<Record2<UUID, Long>> select(Tx tx, Key key, Range range) {
        int day = Math.toIntExact(key.day().toEpochDay());
        return key.sent()
                ? tx.sql()
                        .select(FRAME.ID, FRAME.AMOUNT)
                        .from(FRAME)
                        .where(FRAME.BUCKET_DAY.eq(day))
                        .and(FRAME.PEER.eq(key.peer().value()))
                        .and(FRAME.STATE.eq(EXPORTED))
                        .and(range.holds(FRAME.ID))
                        .orderBy(FRAME.ID)
                : tx.sql()
                        .select(INBOX.ID, INBOX.MICROS)
                        .from(INBOX)
                        .where(INBOX.BUCKET_DAY.eq(day))
                        .and(INBOX.PEER.eq(key.peer().value()))
                        .and(range.holds(INBOX.ID))
                        .orderBy(INBOX.ID);
    }

    /// Lets one look at the next before taking it.
    private static final class Ahead implements Iterator<Credit> {
        private final RowStream<Credit> rows;
        private Optional<Credit> next = Optional.empty();

        Ahead(RowStream<Credit> rows) {
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            return next.isPresent() || rows.hasNext();
        }

        Credit peek() {
            if (next.isEmpty()) {
                next = Optional.of(rows.next());
            }
            return next.get();
        }

        @Override
        public Credit next() {
            Credit credit = peek();
            next = Optional.empty();
            return credit;
        }
    }
}
