package hanse.node.federation;

import static hanse.schema.jooq.Tables.FRAME;

import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The frames without an outcome, by the request that made them. A peer may be silent for longer than outcomes are
/// remembered; a repeat must not pay again even then.
final class OpenFrameStore implements RowType<UUID, Frame> {
    private static final int LOCK_ORDER = 39;

    private static final String READ =
            "select " + Pipeline.columns(FRAME) + " from frame where request = any(?) and state = 1";

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> requests, Map<UUID, Frame> found) {
        pipeline.records(
                FRAME, READ, row -> found.put(row.getRequest(), FrameStore.frame(row)), Columns.uuids(requests));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Frame> inserted, Collection<Frame> updated) {
        // Frames are written by their own store.
    }
}
