package hanse.node.dispute;

import static hanse.schema.jooq.Tables.DISPUTED;

import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The table of dealings that were ever disputed. A dealing's own row, which its owner locks first, keeps two
/// transactions from adding one row.
final class DisputedStore implements RowType<Subject, Disputed> {
    private static final int LOCK_ORDER = 22;

    private static final String LOCK = "select " + Pipeline.columns(DISPUTED)
            + " from disputed where (subject, kind, part) in (select * from unnest(?::uuid[], ?::smallint[], ?::text[]))"
            + " order by subject, kind, part for no key update";

    private static final String INSERT = """
            insert into disputed (subject, kind, part, open_dispute, recovered)
            select * from unnest(?::uuid[], ?::smallint[], ?::text[], ?::uuid[], ?::bigint[])
            """;

    private static final String UPDATE = """
            update disputed d set open_dispute = u.open_dispute, recovered = u.recovered
            from unnest(?::uuid[], ?::smallint[], ?::text[], ?::uuid[], ?::bigint[])
              as u (subject, kind, part, open_dispute, recovered)
            where d.subject = u.subject and d.kind = u.kind and d.part = u.part
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<Subject> keys, Map<Subject, Disputed> found) {
        List<Subject> wanted = List.copyOf(keys);
        pipeline.records(
                DISPUTED,
                LOCK,
                row -> {
                    Subject subject = new Subject(Subject.Kind.of(row.getKind()), row.getSubject(), row.getPart());
                    found.put(
                            subject,
                            new Disputed(
                                    subject, Optional.ofNullable(row.getOpenDispute()), new Avt(row.getRecovered())));
                },
                Columns.uuids(wanted, Subject::id),
                Columns.shorts(wanted, subject -> subject.kind().code()),
                Columns.texts(wanted, Subject::part));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Disputed> inserted, Collection<Disputed> updated) {
        change(pipeline, INSERT, List.copyOf(inserted));
        change(pipeline, UPDATE, List.copyOf(updated));
    }

    private static void change(Pipeline pipeline, String sql, List<Disputed> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    sql,
                    Columns.uuids(rows, row -> row.subject().id()),
                    Columns.shorts(rows, row -> row.subject().kind().code()),
                    Columns.texts(rows, row -> row.subject().part()),
                    Columns.uuids(rows, row -> row.open().orElse(null)),
                    Columns.longs(rows, row -> row.recovered().micros()));
        }
    }
}
