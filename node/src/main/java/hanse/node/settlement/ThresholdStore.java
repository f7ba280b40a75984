package hanse.node.settlement;

import static hanse.schema.jooq.Tables.PEER_SLASH_CONFIG;

import hanse.node.call.RegistryId;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The table of thresholds. Changed under the lock of the peer's position, so that it needs no lock of its own.
final class ThresholdStore implements RowType<RegistryId, Threshold> {
    private static final int LOCK_ORDER = 33;

    private static final String FIND =
            "select peer, auto_slash_enabled, auto_slash_max_avt from peer_slash_config where peer = any(?)";

    private static final String PUT = """
            insert into peer_slash_config (peer, auto_slash_enabled, auto_slash_max_avt)
            select * from unnest(?::text[], ?::boolean[], ?::bigint[])
            on conflict (peer) do update
            set auto_slash_enabled = excluded.auto_slash_enabled, auto_slash_max_avt = excluded.auto_slash_max_avt
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<RegistryId> peers, Map<RegistryId, Threshold> found) {
        pipeline.query(
                FIND,
                row -> {
                    RegistryId peer = new RegistryId(row.getString(1));
                    found.put(peer, new Threshold(peer, row.getBoolean(2), row.getInt(3)));
                },
                Columns.texts(List.copyOf(peers), RegistryId::value));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Threshold> inserted, Collection<Threshold> updated) {
        put(pipeline, List.copyOf(inserted));
        put(pipeline, List.copyOf(updated));
    }

    private static void put(Pipeline pipeline, List<Threshold> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    PUT,
                    Columns.texts(rows, row -> row.peer().value()),
                    Columns.booleans(rows, Threshold::enabled),
                    Columns.longs(rows, row -> (long) row.maxAvt()));
        }
    }

    /// All there are, by peer.
    Map<RegistryId, Threshold> all(Tx tx) {
        return tx.sql()
                .selectFrom(PEER_SLASH_CONFIG)
                .fetchMap(
                        row -> new RegistryId(row.getPeer()),
                        row -> new Threshold(
                                new RegistryId(row.getPeer()),
                                row.getAutoSlashEnabled(),
                                Math.toIntExact(row.getAutoSlashMaxAvt())));
    }
}
