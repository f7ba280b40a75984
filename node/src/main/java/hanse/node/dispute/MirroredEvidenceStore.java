package hanse.node.dispute;

import static hanse.schema.jooq.Tables.FOREIGN_EVIDENCE;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.ForeignEvidenceRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The table of evidence in peers' disputes. Changed under the lock of the peer's position, so that it needs no lock of
/// its own.
final class MirroredEvidenceStore implements RowType<MirroredEvidence.Key, MirroredEvidence> {
    private static final int LOCK_ORDER = 42;

    private static final String FIND = "select " + Pipeline.columns(FOREIGN_EVIDENCE)
            + " from foreign_evidence where (id, origin) in (select * from unnest(?::uuid[], ?::text[]))";

    private static final String PUT = """
            insert into foreign_evidence (id, origin, dispute, state, refusal, document)
            select * from unnest(?::uuid[], ?::text[], ?::uuid[], ?::smallint[], ?::smallint[], ?::bytea[])
            on conflict (id, origin) do update set state = excluded.state, refusal = excluded.refusal
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(
            Pipeline pipeline, Set<MirroredEvidence.Key> keys, Map<MirroredEvidence.Key, MirroredEvidence> found) {
        List<MirroredEvidence.Key> wanted = List.copyOf(keys);
        pipeline.records(
                FOREIGN_EVIDENCE,
                FIND,
                row -> {
                    MirroredEvidence evidence = evidence(row);
                    found.put(evidence.key(), evidence);
                },
                Columns.uuids(wanted, MirroredEvidence.Key::id),
                Columns.texts(wanted, key -> key.origin().value()));
    }

    @Override
    public void write(Pipeline pipeline, Collection<MirroredEvidence> inserted, Collection<MirroredEvidence> updated) {
        put(pipeline, List.copyOf(inserted));
        put(pipeline, List.copyOf(updated));
    }

    private static void put(Pipeline pipeline, List<MirroredEvidence> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    PUT,
                    Columns.uuids(rows, e -> e.key().id()),
                    Columns.texts(rows, e -> e.key().origin().value()),
                    Columns.uuids(rows, MirroredEvidence::dispute),
                    Columns.shorts(rows, e -> e.state().code()),
                    Columns.shorts(rows, e -> Reasons.number(e.refusal())),
                    Columns.bytes(rows, e -> e.document().toByteArray()));
        }
    }

    /// Of a peer's dispute, oldest first; what the peer did not take is left out.
    List<MirroredEvidence> of(Tx tx, Mirror.Key dispute) {
        return tx.sql()
                .selectFrom(FOREIGN_EVIDENCE)
                .where(FOREIGN_EVIDENCE.DISPUTE.eq(dispute.id()))
                .and(FOREIGN_EVIDENCE.ORIGIN.eq(dispute.origin().value()))
                .and(FOREIGN_EVIDENCE.STATE.ne(MirroredEvidence.State.REFUSED.code()))
                .fetch(MirroredEvidenceStore::evidence);
    }

    private static MirroredEvidence evidence(ForeignEvidenceRecord row) {
        try {
            return new MirroredEvidence(
                    new MirroredEvidence.Key(row.getId(), new RegistryId(row.getOrigin())),
                    row.getDispute(),
                    hanse.dispute.v1.Evidence.parseFrom(row.getDocument()),
                    MirroredEvidence.State.of(row.getState()),
                    Reasons.of(row.getRefusal()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("evidence in a dispute of a peer cannot be read", e);
        }
    }
}
