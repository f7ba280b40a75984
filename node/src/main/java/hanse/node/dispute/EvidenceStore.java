package hanse.node.dispute;

import static hanse.schema.jooq.Tables.EVIDENCE;

import hanse.node.call.Did;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.EvidenceRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// The table of evidence. Rows are only ever added, under the lock of their dispute; so they need no lock of their own.
final class EvidenceStore implements RowType<UUID, Evidence> {
    private static final int LOCK_ORDER = 28;

    private static final String INSERT = """
            insert into evidence
              (id, dispute, author, statement, reference, reference_hash, stance, attestations, submitted_at, hash)
            select id, dispute, author, statement, reference, reference_hash, stance, attestations::uuid[], submitted_at, hash
            from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::smallint[], ?::text[],
                ?::timestamptz[], ?::bytea[])
              as u (id, dispute, author, statement, reference, reference_hash, stance, attestations, submitted_at, hash)
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> keys, Map<UUID, Evidence> found) {}

    @Override
    public void write(Pipeline pipeline, Collection<Evidence> inserted, Collection<Evidence> updated) {
        if (!updated.isEmpty()) {
            throw new IllegalStateException("evidence is never changed");
        }
        List<Evidence> rows = List.copyOf(inserted);
        pipeline.changeExactly(
                rows.size(),
                INSERT,
                Columns.uuids(rows, Evidence::id),
                Columns.uuids(rows, Evidence::dispute),
                Columns.texts(rows, e -> e.author().toString()),
                Columns.texts(rows, Evidence::statement),
                Columns.texts(rows, Evidence::reference),
                Columns.bytes(rows, e -> e.referenceHash().orElse(null)),
                Columns.shorts(rows, e -> e.stance().code()),
                Columns.texts(rows, e -> array(e.attestations())),
                Columns.times(rows, e -> Optional.of(e.submittedAt())),
                Columns.bytes(rows, Evidence::hash));
    }

    /// PostgreSQL's text of an array: an array of arrays must not be ragged, an array of texts may.
    static String array(List<UUID> ids) {
        return ids.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    /// Of a dispute, oldest first.
    List<Evidence> of(Tx tx, UUID dispute) {
        return tx.sql()
                .selectFrom(EVIDENCE)
                .where(EVIDENCE.DISPUTE.eq(dispute))
                .orderBy(EVIDENCE.SUBMITTED_AT, EVIDENCE.ID)
                .fetch(EvidenceStore::evidence);
    }

    private static Evidence evidence(EvidenceRecord row) {
        return new Evidence(
                row.getId(),
                row.getDispute(),
                Did.parse(row.getAuthor()),
                row.getStatement(),
                row.getReference(),
                Optional.ofNullable(row.getReferenceHash()),
                Evidence.Stance.of(row.getStance()),
                List.of(row.getAttestations()),
                row.getSubmittedAt());
    }
}
