package hanse.node.payment;

import static hanse.schema.jooq.Tables.ACCOUNT;
import static hanse.schema.jooq.Tables.PAYMENT;
import static hanse.schema.jooq.Tables.SIGNING_KEY;

import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Position;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.PaymentRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of payments.
final class PaymentStore implements RowType<UUID, Payment> {
    private static final int LOCK_ORDER = 20;

    /// The status of an account whose agent is deactivated.
    private static final short CLOSED = 3;

    private static final String LOCK =
            "select " + Pipeline.columns(PAYMENT) + " from payment where id = any(?) order by id for no key update";

    private static final String INSERT = """
            insert into payment (id, token_hash, state, payer, payee, payee_registry, amount, resource, authorized_at, expires_at)
            select id, token_hash, ?, payer, payee, payee_registry, amount, resource, ?, expires_at
            from unnest(?::uuid[], ?::bytea[], ?::uuid[], ?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::timestamptz[])
              as u (id, token_hash, payer, payee, payee_registry, amount, resource, expires_at)
            """;

    private static final String UPDATE = """
            update payment p
            set state = u.state, fee = u.fee, consumed_at = u.consumed_at, ended_at = u.ended_at,
              transfer = u.transfer, attempt = u.attempt, frame = u.frame, refusal = u.refusal,
              frozen_by = u.frozen_by, thawed_at = u.thawed_at
            from unnest(?::uuid[], ?::smallint[], ?::bigint[], ?::timestamptz[], ?::timestamptz[],
                ?::bigint[], ?::integer[], ?::uuid[], ?::smallint[], ?::uuid[], ?::timestamptz[])
              as u (id, state, fee, consumed_at, ended_at, transfer, attempt, frame, refusal, frozen_by, thawed_at)
            where p.id = u.id
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Payment> found) {
        pipeline.records(PAYMENT, LOCK, row -> found.put(row.getId(), payment(row)), Columns.uuids(ids));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Payment> inserted, Collection<Payment> updated) {
        if (!inserted.isEmpty()) {
            List<Payment> rows = List.copyOf(inserted);
            pipeline.change(
                    INSERT,
                    Parameter.of(Payment.State.AUTHORIZED.code()),
                    Parameter.of(pipeline.now()),
                    Columns.uuids(rows, Payment::id),
                    Columns.bytes(rows, Payment::tokenHash),
                    Columns.uuids(rows, p -> p.payer().value()),
                    Columns.uuids(rows, p -> p.payee().value()),
                    Columns.texts(
                            rows, p -> p.payeeRegistry().map(RegistryId::value).orElse(null)),
                    Columns.longs(rows, p -> p.amount().micros()),
                    Columns.texts(rows, Payment::resource),
                    Columns.times(rows, p -> Optional.of(p.expiresAt())));
            // What a batch both makes and changes (an authorization and its verification) needs the change as well.
            update(
                    pipeline,
                    rows.stream()
                            .filter(p -> p.state() != Payment.State.AUTHORIZED)
                            .toList());
        }
        update(pipeline, List.copyOf(updated));
    }

    private static void update(Pipeline pipeline, List<Payment> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    UPDATE,
                    Columns.uuids(rows, Payment::id),
                    Columns.shorts(rows, p -> p.state().code()),
                    Columns.longs(rows, p -> p.fee().micros()),
                    Columns.times(rows, Payment::consumedAt),
                    Columns.times(rows, Payment::endedAt),
                    Columns.longs(rows, p -> p.transfer().map(Position::value).orElse(null)),
                    Columns.ints(rows, Payment::attempt),
                    Columns.uuids(rows, p -> p.frame().orElse(null)),
                    Columns.shorts(rows, p -> Reasons.number(p.refusal())),
                    Columns.uuids(rows, p -> p.frozenBy().orElse(null)),
                    Columns.times(rows, Payment::thawedAt));
        }
    }

    Optional<Payment> find(Tx tx, UUID id) {
        return tx.sql().selectFrom(PAYMENT).where(PAYMENT.ID.eq(id)).fetchOptional(PaymentStore::payment);
    }

    /// A page of one side's payments, newest first.
    ///
    /// @param before the last one of the previous page
    List<Payment> list(Tx tx, boolean asPayer, AgentId agent, Optional<TimePage> before, int limit) {
        Condition side = (asPayer ? PAYMENT.PAYER : PAYMENT.PAYEE)
                .eq(agent.value())
                .and(asPayer ? DSL.noCondition() : PAYMENT.PAYEE_REGISTRY.isNull());
        Condition place = before.<Condition>map(
                        page -> DSL.row(PAYMENT.AUTHORIZED_AT, PAYMENT.ID).lt(page.at(), page.id()))
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

    /// Payments that are still consumed and not disputed, among those authorized since `since`; consumed, and let go by
    /// disputes, until `until`.
    List<UUID> unclaimed(Tx tx, Instant since, Instant until, int limit) {
        return tx.sql()
                .select(PAYMENT.ID)
                .from(PAYMENT)
                .where(PAYMENT.AUTHORIZED_AT.between(since, until))
                .and(PAYMENT.STATE.eq(Payment.State.CONSUMED.code()))
                .and(PAYMENT.FROZEN_BY.isNull())
                .and(DSL.greatest(PAYMENT.CONSUMED_AT, PAYMENT.THAWED_AT).le(until))
                .limit(limit)
                .fetch(PAYMENT.ID);
    }

    /// Consumed payments, not disputed, to one payee of this registry, whose agent is closed for good.
    List<UUID> owedTo(Tx tx, AgentId payee, int limit) {
        return tx.sql()
                .select(PAYMENT.ID)
                .from(PAYMENT)
                .where(PAYMENT.PAYEE.eq(payee.value()))
                .and(PAYMENT.PAYEE_REGISTRY.isNull())
                .and(PAYMENT.STATE.eq(Payment.State.CONSUMED.code()))
                .and(PAYMENT.FROZEN_BY.isNull())
                .limit(limit)
                .fetch(PAYMENT.ID);
    }

    /// The same for all payees that were closed since `since`, when their last keys ended.
    List<UUID> owedToClosed(Tx tx, Instant since, int limit) {
        return tx.sql()
                .selectDistinct(PAYMENT.ID)
                .from(SIGNING_KEY)
                .join(ACCOUNT)
                .on(ACCOUNT.ID.eq(SIGNING_KEY.AGENT).and(ACCOUNT.STATUS.eq(CLOSED)))
                .join(PAYMENT)
                .on(PAYMENT.PAYEE.eq(ACCOUNT.ID))
                .where(SIGNING_KEY.UNTIL.ge(since))
                .and(PAYMENT.PAYEE_REGISTRY.isNull())
                .and(PAYMENT.STATE.eq(Payment.State.CONSUMED.code()))
                .and(PAYMENT.FROZEN_BY.isNull())
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
                Reasons.of(row.getRefusal()),
                Optional.ofNullable(row.getFrozenBy()),
                Optional.ofNullable(row.getThawedAt()));
    }
}
