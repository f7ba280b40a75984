package hanse.node.settlement;

import hanse.node.call.RegistryId;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The table of totals. Changed under the lock of the peer's position, so that it needs no lock of its own.
final class SlashTotalStore implements RowType<SlashTotal.Key, SlashTotal> {
    private static final int LOCK_ORDER = 32;

    private static final String FIND = """
            select peer, subject, defendant, level, at, declined from slash_total
            where (peer, subject, defendant) in (select * from unnest(?::text[], ?::uuid[], ?::uuid[]))
            """;

    private static final String PUT = """
            insert into slash_total (peer, subject, defendant, level, at, declined)
            select * from unnest(?::text[], ?::uuid[], ?::uuid[], ?::bigint[], ?::timestamptz[], ?::boolean[])
            on conflict (peer, subject, defendant) do update
            set level = excluded.level, at = excluded.at, declined = excluded.declined
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<SlashTotal.Key> keys, Map<SlashTotal.Key, SlashTotal> found) {
        List<SlashTotal.Key> wanted = List.copyOf(keys);
        pipeline.query(
                FIND,
                row -> {
                    SlashTotal.Key key = new SlashTotal.Key(
                            new RegistryId(row.getString(1)),
                            row.getObject(2, UUID.class),
                            row.getObject(3, UUID.class));
                    found.put(
                            key,
                            new SlashTotal(
                                    key,
                                    row.getLong(4),
                                    row.getObject(5, java.time.OffsetDateTime.class)
                                            .toInstant(),
                                    row.getBoolean(6)));
                },
                Columns.texts(wanted, key -> key.peer().value()),
                Columns.uuids(wanted, SlashTotal.Key::subject),
                Columns.uuids(wanted, SlashTotal.Key::defendant));
    }

    @Override
    public void write(Pipeline pipeline, Collection<SlashTotal> inserted, Collection<SlashTotal> updated) {
        put(pipeline, List.copyOf(inserted));
        put(pipeline, List.copyOf(updated));
    }

    private static void put(Pipeline pipeline, List<SlashTotal> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    PUT,
                    Columns.texts(rows, row -> row.key().peer().value()),
                    Columns.uuids(rows, row -> row.key().subject()),
                    Columns.uuids(rows, row -> row.key().defendant()),
                    Columns.longs(rows, SlashTotal::level),
                    Columns.times(rows, row -> Optional.of(row.at())),
                    Columns.booleans(rows, SlashTotal::declined));
        }
    }
}
