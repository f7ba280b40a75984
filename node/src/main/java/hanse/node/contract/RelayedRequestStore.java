package hanse.node.contract;

import static hanse.schema.jooq.Tables.RELAYED_REQUEST;

import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The table of what providers on peers have signed.
final class RelayedRequestStore implements RowType<UUID, RelayedRequestStore.Kept> {
    private static final int LOCK_ORDER = 27;

    private static final String FIND = "select " + Pipeline.columns(RELAYED_REQUEST)
            + " from relayed_request where signature = any(?) order by signature";

    private static final String INSERT = """
            insert into relayed_request (received_at, signature, contract, request)
            select ?, signature, contract, request
            from unnest(?::uuid[], ?::uuid[], ?::bytea[]) as u (signature, contract, request)
            """;

    /// @param signature 128 bits of its hash
    record Kept(UUID signature, UUID contract, byte[] request) {}

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    /// A row never changes, and two who add the same one are told apart by its key.
    @Override
    public void lock(Pipeline pipeline, Set<UUID> signatures, Map<UUID, Kept> found) {
        pipeline.records(
                RELAYED_REQUEST,
                FIND,
                row -> found.put(row.getSignature(), new Kept(row.getSignature(), row.getContract(), row.getRequest())),
                Columns.uuids(signatures));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Kept> inserted, Collection<Kept> updated) {
        if (!inserted.isEmpty()) {
            List<Kept> rows = List.copyOf(inserted);
            pipeline.change(
                    INSERT,
                    Parameter.of(pipeline.now()),
                    Columns.uuids(rows, Kept::signature),
                    Columns.uuids(rows, Kept::contract),
                    Columns.bytes(rows, Kept::request));
        }
    }
}
