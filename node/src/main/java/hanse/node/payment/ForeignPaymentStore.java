package hanse.node.payment;

import static hanse.schema.jooq.Tables.FOREIGN_PAYMENT;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.ForeignPaymentRecord;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// The table of payments that peers issued.
final class ForeignPaymentStore implements RowType<ForeignPayment.Key, ForeignPayment> {
    private static final int LOCK_ORDER = 25;

    private static final String COLUMNS = """
            unnest({0}::uuid[], {1}::text[], {2}::uuid[], {3}::smallint[], {4}::uuid[], {5}::uuid[], {6}::bigint[],
                {7}::smallint[], {8}::timestamptz[], {9}::text[], {10}::bigint[], {11}::text[], {12}::timestamptz[],
                {13}::timestamptz[], {14}::boolean[], {15}::uuid[], {16}::smallint[], {17}::smallint[], {18}::smallint[],
                {19}::timestamptz[])
              as u (id, issuer, payee, state, message, request, reserved, refusal, asked_at, payer, amount, resource,
                expires_at, consumed_at, first_use, ending, ending_kind, ending_state, ending_refusal, ended_at)
            """;

    private static final String INSERT = """
            insert into foreign_payment (id, issuer, payee, state, message, request, reserved, refusal, asked_at, payer,
              amount, resource, expires_at, consumed_at, first_use, ending, ending_kind, ending_state, ending_refusal,
              ended_at)
            select * from
            """ + COLUMNS;

    private static final String UPDATE = """
            update foreign_payment p
            set state = u.state, message = u.message, request = u.request, reserved = u.reserved, refusal = u.refusal,
              asked_at = u.asked_at, payer = u.payer, amount = u.amount, resource = u.resource, expires_at = u.expires_at,
              consumed_at = u.consumed_at, first_use = u.first_use, ending = u.ending, ending_kind = u.ending_kind,
              ending_state = u.ending_state, ending_refusal = u.ending_refusal, ended_at = u.ended_at
            from
            """ + COLUMNS + """
            where p.id = u.id and p.issuer = u.issuer and p.payee = u.payee
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public Map<ForeignPayment.Key, ForeignPayment> lock(Tx tx, Set<ForeignPayment.Key> keys) {
        Map<ForeignPayment.Key, ForeignPayment> found = new HashMap<>();
        tx.sql()
                .selectFrom(FOREIGN_PAYMENT)
                .where(FOREIGN_PAYMENT.ID.eq(
                        DSL.any(keys.stream().map(ForeignPayment.Key::id).toArray(UUID[]::new))))
                .orderBy(FOREIGN_PAYMENT.ID, FOREIGN_PAYMENT.ISSUER, FOREIGN_PAYMENT.PAYEE)
                .forNoKeyUpdate()
                .forEach(row -> {
                    ForeignPayment payment = payment(row);
                    if (keys.contains(payment.key())) {
                        found.put(payment.key(), payment);
                    }
                });
        return found;
    }

    @Override
    public void write(Tx tx, Collection<ForeignPayment> inserted, Collection<ForeignPayment> updated) {
        execute(tx, INSERT, List.copyOf(inserted));
        execute(tx, UPDATE, List.copyOf(updated));
    }

    private static void execute(Tx tx, String statement, List<ForeignPayment> rows) {
        if (rows.isEmpty()) {
            return;
        }
        tx.sql()
                .execute(
                        statement,
                        column(rows, UUID[]::new, p -> p.key().id()),
                        column(rows, String[]::new, p -> p.key().issuer().value()),
                        column(rows, UUID[]::new, p -> p.key().payee().value()),
                        column(rows, Short[]::new, p -> p.state().code()),
                        column(rows, UUID[]::new, ForeignPayment::message),
                        column(rows, UUID[]::new, ForeignPayment::request),
                        column(rows, Long[]::new, p -> p.reserved().micros()),
                        column(rows, Short[]::new, p -> number(p.refusal())),
                        times(rows, p -> Optional.of(p.askedAt())),
                        column(
                                rows,
                                String[]::new,
                                p -> p.terms().map(ForeignPayment.Terms::payer).orElse(null)),
                        column(
                                rows,
                                Long[]::new,
                                p -> p.terms().map(t -> t.amount().micros()).orElse(null)),
                        column(
                                rows,
                                String[]::new,
                                p -> p.terms()
                                        .map(ForeignPayment.Terms::resource)
                                        .orElse(null)),
                        times(rows, p -> p.terms().map(ForeignPayment.Terms::expiresAt)),
                        times(rows, p -> p.terms().map(ForeignPayment.Terms::consumedAt)),
                        column(
                                rows,
                                Boolean[]::new,
                                p -> p.terms()
                                        .map(ForeignPayment.Terms::firstUse)
                                        .orElse(false)),
                        column(
                                rows,
                                UUID[]::new,
                                p -> p.ending()
                                        .map(ForeignPayment.Ending::message)
                                        .orElse(null)),
                        column(
                                rows,
                                Short[]::new,
                                p -> p.ending()
                                        .map(e -> (short) (e.kind().ordinal() + 1))
                                        .orElse((short) 0)),
                        column(
                                rows,
                                Short[]::new,
                                p -> p.ending()
                                        .map(e -> (short) (e.progress().ordinal() + 1))
                                        .orElse((short) 0)),
                        column(rows, Short[]::new, p -> number(p.ending().flatMap(ForeignPayment.Ending::refusal))),
                        times(rows, ForeignPayment::endedAt));
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

    /// Consumed ones that have waited since before `before` and still keep headroom.
    List<ForeignPayment.Key> unsettled(Tx tx, Instant before, int limit) {
        return tx.sql()
                .select(FOREIGN_PAYMENT.ID, FOREIGN_PAYMENT.ISSUER, FOREIGN_PAYMENT.PAYEE)
                .from(FOREIGN_PAYMENT)
                .where(FOREIGN_PAYMENT.ASKED_AT.le(before))
                .and(FOREIGN_PAYMENT.STATE.eq(ForeignPayment.State.CONSUMED.code()))
                .and(FOREIGN_PAYMENT.RESERVED.gt(0L))
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
                reason(row.getRefusal()),
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
                                reason(row.getEndingRefusal()))),
                Optional.ofNullable(row.getEndedAt()));
    }

    private static short number(Optional<Reason> reason) {
        return reason.map(why -> (short) why.getNumber()).orElse((short) 0);
    }

    private static Optional<Reason> reason(short number) {
        return number == 0 ? Optional.empty() : Optional.ofNullable(Reason.forNumber(number));
    }

    private static <V> Field<V[]> column(
            List<ForeignPayment> rows, IntFunction<V[]> make, Function<ForeignPayment, ? extends @Nullable V> column) {
        V[] values = make.apply(rows.size());
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return DSL.val(values);
    }

    private static Field<OffsetDateTime[]> times(
            List<ForeignPayment> rows, Function<ForeignPayment, Optional<Instant>> column) {
        return column(
                rows,
                OffsetDateTime[]::new,
                p -> column.apply(p).map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
    }
}
