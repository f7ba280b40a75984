package hanse.node.federation;

import static hanse.schema.jooq.Tables.PEER_POSITION;

import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The table of positions; its locks come before those of all other federation rows, so whoever holds one may read and
/// write that peer's inbox without a further lock.
public final class PeerPositionStore implements RowType<RegistryId, PeerPosition> {
    private static final int LOCK_ORDER = 10;

    private static final String LOCK = "select " + Pipeline.columns(PEER_POSITION)
            + " from peer_position where peer = any(?) order by peer for no key update";

    private static final String INSERT = """
            insert into peer_position (peer, status, exposure_limit, position, reserved)
            select * from unnest(?::text[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bigint[])
            """;

    private static final String UPDATE = """
            update peer_position p
            set status = u.status, exposure_limit = u.exposure_limit, position = u.position, reserved = u.reserved
            from unnest(?::text[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bigint[])
              as u (peer, status, exposure_limit, position, reserved)
            where p.peer = u.peer
            """;

    PeerPositionStore() {}

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<RegistryId> peers, Map<RegistryId, PeerPosition> found) {
        pipeline.records(
                PEER_POSITION,
                LOCK,
                row -> {
                    RegistryId peer = new RegistryId(row.getPeer());
                    found.put(
                            peer,
                            new PeerPosition(
                                    peer,
                                    PeerStatus.of(row.getStatus()),
                                    new Avt(row.getExposureLimit()),
                                    row.getPosition(),
                                    new Avt(row.getReserved()),
                                    row.getClosedDay()));
                },
                Columns.texts(List.copyOf(peers), RegistryId::value));
    }

    @Override
    public void write(Pipeline pipeline, Collection<PeerPosition> inserted, Collection<PeerPosition> updated) {
        change(pipeline, INSERT, List.copyOf(inserted));
        change(pipeline, UPDATE, List.copyOf(updated));
    }

    private static void change(Pipeline pipeline, String sql, List<PeerPosition> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    sql,
                    Columns.texts(rows, row -> row.peer().value()),
                    Columns.shorts(rows, row -> row.status().code()),
                    Columns.longs(rows, row -> row.limit().micros()),
                    Columns.longs(rows, PeerPosition::position),
                    Columns.longs(rows, row -> row.reserved().micros()));
        }
    }
}
