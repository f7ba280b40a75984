package hanse.node.audit;

import hanse.node.audit.AuditStore.Line;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.ledger.TradeParties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/// Reads rows of the journal as they come, in the order of [#COLUMNS]: there are millions of them. For one query.
final class JournalRows {
    static final String COLUMNS = """
            position, at, kind, amount, held_change, link, subject, note, payer, payee,
            debit, debit_balance, debit_held, debit_version, debit_previous,
            credit, credit_balance, credit_held, credit_version, credit_previous
            """;

    private static final int DEBIT = 11;
    private static final int CREDIT = 16;

    /// All entries of a batch have one time.
    private byte[] lastAt = {};

    private Instant at = Instant.EPOCH;

    Line read(ResultSet row) throws SQLException {
        Position position = new Position(row.getLong(1));
        EntryKind kind = EntryKind.of(row.getShort(3));
        if (kind == EntryKind.UNKNOWN) {
            return new Line(position, Optional.empty());
        }
        try {
            String note = row.getString(8);
            return new Line(
                    position,
                    Optional.of(new Entry(
                            position,
                            at(row),
                            kind,
                            side(row, DEBIT),
                            side(row, CREDIT),
                            new Avt(row.getLong(4)),
                            row.getLong(5),
                            link(row),
                            Optional.ofNullable(row.getObject(7, UUID.class)),
                            note == null ? "" : note,
                            TradeParties.of(row.getObject(9, UUID.class), row.getObject(10, UUID.class)))));
        } catch (IllegalArgumentException e) {
            return new Line(position, Optional.empty());
        }
    }

    private Instant at(ResultSet row) throws SQLException {
        byte[] said = row.getBytes(2);
        if (!Arrays.equals(said, lastAt)) {
            at = row.getObject(2, OffsetDateTime.class).toInstant();
            lastAt = said;
        }
        return at;
    }

    private static Optional<Position> link(ResultSet row) throws SQLException {
        long link = row.getLong(6);
        return row.wasNull() ? Optional.empty() : Optional.of(new Position(link));
    }

    private static Optional<Entry.Side> side(ResultSet row, int first) throws SQLException {
        UUID account = row.getObject(first, UUID.class);
        int missing = account == null ? 1 : 0;
        long balance = row.getLong(first + 1);
        missing += row.wasNull() ? 1 : 0;
        long held = row.getLong(first + 2);
        missing += row.wasNull() ? 1 : 0;
        long version = row.getLong(first + 3);
        missing += row.wasNull() ? 1 : 0;
        long previous = row.getLong(first + 4);
        missing += row.wasNull() ? 1 : 0;
        if (account != null && missing == 0) {
            return Optional.of(new Entry.Side(account, balance, held, version, previous));
        }
        if (account == null && missing == 5) {
            return Optional.empty();
        }
        throw new IllegalArgumentException("half a side");
    }
}
