package hanse.node.payment;

import static hanse.schema.jooq.Tables.PAYMENT;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Position;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.PaymentRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/// The table of payments.
final class PaymentStore implements RowType<UUID, Payment> {
    private static final int LOCK_ORDER = 20;

    private static final String INSERT = """
            insert into payment (id, token_hash, state, payer, payee, payee_registry, amount, resource, authorized_at, expires_at)
            select id, token_hash, {0}::smallint, payer, payee, payee_registry, amount, resource, {1}::timestamptz, expires_at
            from unnest({2}::uuid[], {3}::bytea[], {4}::uuid[], {5}::uuid[], {6}::text[], {7}::bigint[], {8}::text[], {9}::timestamptz[])
              as u (id, token_hash, payer, payee, payee_registry, amount, resource, expires_at)
            """;

    private static final String UPDATE = """
            update payment p
            set state = u.state, fee = u.fee, consumed_at = u.consumed_at, ended_at = u.ended_at,
              transfer = u.transfer, attempt = u.attempt, frame = u.frame, refusal = u.refusal
            from unnest({0}::uuid[], {1}::smallint[], {2}::bigint[], {3}::timestamptz[], {4}::timestamptz[],
                {5}::bigint[], {6}::integer[], {7}::uuid[], {8}::smallint[])
              as u (id, state, fee, consumed_at, ended_at, transfer, attempt, frame, refusal)
            where p.id = u.id
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public Map<UUID, Payment> lock(Tx tx, Set<UUID> ids) {
        Map<UUID, Payment> found = HashMap.newHashMap(ids.size());
        tx.sql()
                .selectFrom(PAYMENT)
                .where(PAYMENT.ID.eq(DSL.any(ids.toArray(UUID[]::new))))
                .orderBy(PAYMENT.ID)
                .forNoKeyUpdate()
                .forEach(row -> found.put(row.getId(), payment(row)));
        return found;
    }

    @Override
    public void write(Tx tx, Collection<Payment> inserted, Collection<Payment> updated) {
        if (!inserted.isEmpty()) {
            List<Payment> rows = List.copyOf(inserted);
            tx.sql()
                    .execute(
                            INSERT,
                            DSL.val(Payment.State.AUTHORIZED.code()),
                            DSL.val(tx.now().atOffset(ZoneOffset.UTC)),
                            Columns.of(rows, UUID[]::new, Payment::id),
                            Columns.of(rows, byte[][]::new, Payment::tokenHash),
                            Columns.of(rows, UUID[]::new, p -> p.payer().value()),
                            Columns.of(rows, UUID[]::new, p -> p.payee().value()),
                            Columns.of(
                                    rows,
                                    String[]::new,
                                    p -> p.payeeRegistry()
                                            .map(RegistryId::value)
                                            .orElse(null)),
                            Columns.of(rows, Long[]::new, p -> p.amount().micros()),
                            Columns.of(rows, String[]::new, Payment::resource),
                            times(rows, p -> Optional.of(p.expiresAt())));
            // What a batch both makes and changes (an authorization and its verification) needs the change as well.
            List<Payment> moved = rows.stream()
                    .filter(p -> p.state() != Payment.State.AUTHORIZED)
                    .toList();
            update(tx, moved);
        }
        update(tx, List.copyOf(updated));
    }

    private static void update(Tx tx, List<Payment> rows) {
        if (rows.isEmpty()) {
            return;
        }
        tx.sql()
                .execute(
                        UPDATE,
                        Columns.of(rows, UUID[]::new, Payment::id),
                        Columns.of(rows, Short[]::new, p -> p.state().code()),
                        Columns.of(rows, Long[]::new, p -> p.fee().micros()),
                        times(rows, Payment::consumedAt),
                        times(rows, Payment::endedAt),
                        Columns.of(
                                rows,
                                Long[]::new,
                                p -> p.transfer().map(Position::value).orElse(null)),
                        Columns.of(rows, Integer[]::new, Payment::attempt),
                        Columns.of(rows, UUID[]::new, p -> p.frame().orElse(null)),
                        Columns.of(
                                rows,
                                Short[]::new,
                                p -> p.refusal()
                                        .map(reason -> (short) reason.getNumber())
                                        .orElse((short) 0)));
    }

    Optional<Payment> find(Tx tx, UUID id) {
        return tx.sql().selectFrom(PAYMENT).where(PAYMENT.ID.eq(id)).fetchOptional(PaymentStore::payment);
    }

    /// A page of one side's payments, newest first.
    ///
    /// @param before the last one of the previous page
    List<Payment> list(Tx tx, boolean asPayer, AgentId agent, Optional<PaymentPage> before, int limit) {
        Condition side = (asPayer ? PAYMENT.PAYER : PAYMENT.PAYEE)
                .eq(agent.value())
                .and(asPayer ? DSL.noCondition() : PAYMENT.PAYEE_REGISTRY.isNull());
        Condition place = before.<Condition>map(
                        page -> DSL.row(PAYMENT.AUTHORIZED_AT, PAYMENT.ID).lt(page.authorizedAt(), page.id()))
                .orElse(DSL.noCondition());
        return tx.sql()
                .selectFrom(PAYMENT)
                .where(side)
                .and(place)
                .orderBy(PAYMENT.AUTHORIZED_AT.desc(), PAYMENT.ID.desc())
                .limit(limit)
                .fetch(PaymentStore::payment);
    }

    /// Payments that were not used in time, among those authorized since `since`.
    List<UUID> expired(Tx tx, Instant since, Instant now, int limit) {
        return tx.sql()
                .select(PAYMENT.ID)
                .from(PAYMENT)
                .where(PAYMENT.AUTHORIZED_AT.ge(since))
                .and(PAYMENT.STATE.eq(Payment.State.AUTHORIZED.code()))
                .and(PAYMENT.EXPIRES_AT.le(now))
                .limit(limit)
                .fetch(PAYMENT.ID);
    }

    /// Consumed payments that nobody has asked for since `now` less `age`.
    List<UUID> unclaimed(Tx tx, Duration age, Instant now, int limit) {
        return tx.sql()
                .select(PAYMENT.ID)
                .from(PAYMENT)
                .where(PAYMENT.AUTHORIZED_AT.le(now.minus(age)))
                .and(PAYMENT.STATE.eq(Payment.State.CONSUMED.code()))
                .and(PAYMENT.CONSUMED_AT.le(now.minus(age)))
                .limit(limit)
                .fetch(PAYMENT.ID);
    }

    /// Consumed payments to one payee of this registry, whose agent is closed for good.
    List<UUID> owedTo(Tx tx, AgentId payee, int limit) {
        return tx.sql()
                .select(PAYMENT.ID)
                .from(PAYMENT)
                .where(PAYMENT.PAYEE.eq(payee.value()))
                .and(PAYMENT.PAYEE_REGISTRY.isNull())
                .and(PAYMENT.STATE.eq(Payment.State.CONSUMED.code()))
                .limit(limit)
                .fetch(PAYMENT.ID);
    }

    private static Payment payment(PaymentRecord row) {
        return new Payment(
                row.getId(),
                row.getTokenHash(),
                Payment.State.of(row.getState()),
                new AgentId(row.getPayer()),
                new AgentId(row.getPayee()),
                Optional.ofNullable(row.getPayeeRegistry()).map(RegistryId::new),
                new Avt(row.getAmount()),
                new Avt(row.getFee()),
                row.getResource(),
                row.getAuthorizedAt(),
                row.getExpiresAt(),
                Optional.ofNullable(row.getConsumedAt()),
                Optional.ofNullable(row.getEndedAt()),
                Optional.ofNullable(row.getTransfer()).map(Position::new),
                row.getAttempt(),
                Optional.ofNullable(row.getFrame()),
                row.getRefusal() == 0 ? Optional.empty() : Optional.ofNullable(Reason.forNumber(row.getRefusal())));
    }

    private static Field<java.time.OffsetDateTime[]> times(
            List<Payment> rows, Function<Payment, Optional<Instant>> column) {
        return Columns.of(
                rows,
                java.time.OffsetDateTime[]::new,
                p -> column.apply(p).map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
    }
}
