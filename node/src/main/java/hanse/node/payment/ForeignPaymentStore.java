package hanse.node.payment;

import static hanse.schema.jooq.Tables.FOREIGN_PAYMENT;

import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.ForeignPaymentRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The table of payments that peers issued.
final class ForeignPaymentStore implements RowType<ForeignPayment.Key, ForeignPayment> {
    private static final int LOCK_ORDER = 25;

    private static final String LOCK = "select " + Pipeline.columns(FOREIGN_PAYMENT)
            + " from foreign_payment where id = any(?) order by id, issuer, payee for no key update";

    private static final String COLUMNS = """
            unnest(?::uuid[], ?::text[], ?::uuid[], ?::smallint[], ?::uuid[], ?::uuid[], ?::bigint[],
                ?::smallint[], ?::timestamptz[], ?::text[], ?::bigint[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::boolean[], ?::uuid[], ?::smallint[], ?::smallint[], ?::smallint[],
                ?::timestamptz[], ?::bigint[])
              as u (id, issuer, payee, state, message, request, reserved, refusal, asked_at, payer, amount, resource,
                expires_at, consumed_at, first_use, ending, ending_kind, ending_state, ending_refusal, ended_at, credited)
            """;

    private static final String INSERT = """
            insert into foreign_payment (id, issuer, payee, state, message, request, reserved, refusal, asked_at, payer,
              amount, resource, expires_at, consumed_at, first_use, ending, ending_kind, ending_state, ending_refusal,
              ended_at, credited)
            select * from
            """ + COLUMNS;

    private static final String UPDATE = """
            update foreign_payment p
            set state = u.state, message = u.message, request = u.request, reserved = u.reserved, refusal = u.refusal,
              asked_at = u.asked_at, payer = u.payer, amount = u.amount, resource = u.resource, expires_at = u.expires_at,
              consumed_at = u.consumed_at, first_use = u.first_use, ending = u.ending, ending_kind = u.ending_kind,
              ending_state = u.ending_state, ending_refusal = u.ending_refusal, ended_at = u.ended_at,
              credited = u.credited
            from
            """ + COLUMNS + """
            where p.id = u.id and p.issuer = u.issuer and p.payee = u.payee
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<ForeignPayment.Key> keys, Map<ForeignPayment.Key, ForeignPayment> found) {
        pipeline.records(
                FOREIGN_PAYMENT,
                LOCK,
                row -> {
                    ForeignPayment payment = payment(row);
                    if (keys.contains(payment.key())) {
                        found.put(payment.key(), payment);
                    }
                },
                Columns.uuids(keys.stream().map(ForeignPayment.Key::id).toList()));
    }

    @Override
    public void write(Pipeline pipeline, Collection<ForeignPayment> inserted, Collection<ForeignPayment> updated) {
        change(pipeline, INSERT, List.copyOf(inserted));
        change(pipeline, UPDATE, List.copyOf(updated));
    }

    private static void change(Pipeline pipeline, String sql, List<ForeignPayment> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    sql,
                    Columns.uuids(rows, p -> p.key().id()),
                    Columns.texts(rows, p -> p.key().issuer().value()),
                    Columns.uuids(rows, p -> p.key().payee().value()),
                    Columns.shorts(rows, p -> p.state().code()),
                    Columns.uuids(rows, ForeignPayment::message),
                    Columns.uuids(rows, ForeignPayment::request),
                    Columns.longs(rows, p -> p.reserved().micros()),
                    Columns.shorts(rows, p -> Reasons.number(p.refusal())),
                    Columns.times(rows, p -> Optional.of(p.askedAt())),
                    Columns.texts(
                            rows,
                            p -> p.terms().map(ForeignPayment.Terms::payer).orElse(null)),
                    Columns.longs(
                            rows, p -> p.terms().map(t -> t.amount().micros()).orElse(null)),
                    Columns.texts(
                            rows,
                            p -> p.terms().map(ForeignPayment.Terms::resource).orElse(null)),
                    Columns.times(rows, p -> p.terms().map(ForeignPayment.Terms::expiresAt)),
                    Columns.times(rows, p -> p.terms().map(ForeignPayment.Terms::consumedAt)),
                    Columns.booleans(
                            rows,
                            p -> p.terms().map(ForeignPayment.Terms::firstUse).orElse(false)),
                    Columns.uuids(
                            rows,
                            p -> p.ending().map(ForeignPayment.Ending::message).orElse(null)),
                    Columns.shorts(rows, p -> number(p.ending().map(e -> e.kind()))),
                    Columns.shorts(rows, p -> number(p.ending().map(e -> e.progress()))),
                    Columns.shorts(rows, p -> Reasons.number(p.ending().flatMap(ForeignPayment.Ending::refusal))),
                    Columns.times(rows, ForeignPayment::endedAt),
                    Columns.longs(rows, p -> p.credited().map(Avt::micros).orElse(null)));
        }
    }

    Optional<ForeignPayment> find(Tx tx, ForeignPayment.Key key) {
        return tx.sql()
                .selectFrom(FOREIGN_PAYMENT)
                .where(FOREIGN_PAYMENT.ID.eq(key.id()))
                .and(FOREIGN_PAYMENT.ISSUER.eq(key.issuer().value()))
                .and(FOREIGN_PAYMENT.PAYEE.eq(key.payee().value()))
                .fetchOptional(ForeignPaymentStore::payment);
    }

    /// A payment of a peer by its id alone, to an agent of this registry.
    Optional<ForeignPayment> find(Tx tx, UUID id, AgentId payee) {
        return tx.sql()
                .selectFrom(FOREIGN_PAYMENT)
                .where(FOREIGN_PAYMENT.ID.eq(id))
                .and(FOREIGN_PAYMENT.PAYEE.eq(payee.value()))
                .limit(1)
                .fetchOptional(ForeignPaymentStore::payment);
    }

    /// Consumed ones that were asked for between `since` and `before`.
    List<ForeignPayment.Key> unsettled(Tx tx, Instant since, Instant before, int limit) {
        return tx.sql()
                .select(FOREIGN_PAYMENT.ID, FOREIGN_PAYMENT.ISSUER, FOREIGN_PAYMENT.PAYEE)
                .from(FOREIGN_PAYMENT)
                .where(FOREIGN_PAYMENT.ASKED_AT.between(since, before))
                .and(FOREIGN_PAYMENT.STATE.eq(ForeignPayment.State.CONSUMED.code()))
                .limit(limit)
                .fetch(row ->
                        new ForeignPayment.Key(row.value1(), new RegistryId(row.value2()), new AgentId(row.value3())));
    }

    private static ForeignPayment payment(ForeignPaymentRecord row) {
        return new ForeignPayment(
                new ForeignPayment.Key(row.getId(), new RegistryId(row.getIssuer()), new AgentId(row.getPayee())),
                ForeignPayment.State.of(row.getState()),
                row.getMessage(),
                row.getRequest(),
                new Avt(row.getReserved()),
                Reasons.of(row.getRefusal()),
                row.getAskedAt(),
                row.getPayer() == null
                        ? Optional.empty()
                        : Optional.of(new ForeignPayment.Terms(
                                row.getPayer(),
                                new Avt(row.getAmount()),
                                row.getResource(),
                                row.getExpiresAt(),
                                row.getConsumedAt(),
                                row.getFirstUse())),
                row.getEnding() == null
                        ? Optional.empty()
                        : Optional.of(new ForeignPayment.Ending(
                                row.getEnding(),
                                ForeignPayment.Ending.Kind.values()[row.getEndingKind() - 1],
                                ForeignPayment.Ending.Progress.values()[row.getEndingState() - 1],
                                Reasons.of(row.getEndingRefusal()))),
                Optional.ofNullable(row.getCredited()).map(Avt::new),
                Optional.ofNullable(row.getEndedAt()));
    }

    /// Counts from 1; 0 for none.
    private static short number(Optional<? extends Enum<?>> constant) {
        return constant.map(one -> (short) (one.ordinal() + 1)).orElse((short) 0);
    }
}
