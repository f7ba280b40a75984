package hanse.node.payment;

import static hanse.schema.jooq.Tables.FOREIGN_PAYMENT;
import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.JOURNAL;
import static hanse.schema.jooq.Tables.PAYMENT;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.storage.Tx;
import hanse.node.trust.Dealings;
import hanse.node.trust.TrustRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// Settled payments as dealings between payer and payee: those of this registry, by the entry that paid or exported
/// them; those of peers, by a mark of their own, because the entry that credits one does not say who paid.
public final class PaymentDealingStore implements Dealings {
    /// Payments of peers in one stretch; the rest is left for the next.
    private static final int RECEIVED_AT_ONCE = 10_000;

    private final RegistryId self;

    public PaymentDealingStore(RegistryId self) {
        this.self = self;
    }

    @Override
    public List<Dealt> settled(Tx tx, Position after, Position last) {
        Condition stretch = JOURNAL.POSITION.gt(after.value()).and(JOURNAL.POSITION.le(last.value()));
        return Stream.of(paid(tx, stretch), exported(tx, stretch), received(tx))
                .flatMap(List::stream)
                .toList();
    }

    private List<Dealt> paid(Tx tx, Condition stretch) {
        return tx.sql()
                .select(PAYMENT.PAYER, PAYMENT.PAYEE, DSL.count())
                .from(JOURNAL)
                .join(PAYMENT)
                .on(PAYMENT.ID.eq(JOURNAL.SUBJECT))
                .where(stretch)
                .and(JOURNAL.KIND.eq(EntryKind.TOKENS_TRANSFERRED.code()))
                .groupBy(PAYMENT.PAYER, PAYMENT.PAYEE)
                .fetch(row -> dealt(
                        new Did(self, new AgentId(row.value1())),
                        new Did(self, new AgentId(row.value2())),
                        row.value3()));
    }

    private List<Dealt> exported(Tx tx, Condition stretch) {
        return tx.sql()
                .select(FRAME.PAYER, FRAME.PEER, FRAME.PAYEE, DSL.count())
                .from(JOURNAL)
                .join(FRAME)
                .on(FRAME.ID.eq(JOURNAL.SUBJECT))
                .where(stretch)
                .and(JOURNAL.KIND.eq(EntryKind.TRANSFER_EXPORTED.code()))
                .and(FRAME.PAYMENT.isNotNull())
                .groupBy(FRAME.PAYER, FRAME.PEER, FRAME.PAYEE)
                .fetch(row -> dealt(
                        new Did(self, new AgentId(row.value1())),
                        new Did(new RegistryId(row.value2()), new AgentId(row.value3())),
                        row.value4()));
    }

    /// Those that were credited, whose payer is known by now. Rows that a batch has locked come another time, so
    /// nothing waits for this.
    private List<Dealt> received(Tx tx) {
        var due = tx.sql()
                .select(FOREIGN_PAYMENT.ID, FOREIGN_PAYMENT.ISSUER, FOREIGN_PAYMENT.PAYEE)
                .from(FOREIGN_PAYMENT)
                .where(FOREIGN_PAYMENT.STATE.eq(DSL.inline(ForeignPayment.State.CREDITED.code())))
                .and(DSL.not(FOREIGN_PAYMENT.COUNTED))
                .and(FOREIGN_PAYMENT.PAYER.isNotNull())
                .limit(RECEIVED_AT_ONCE)
                .forNoKeyUpdate()
                .skipLocked();
        List<Dealt> found = new ArrayList<>();
        tx.sql()
                .update(FOREIGN_PAYMENT)
                .set(FOREIGN_PAYMENT.COUNTED, true)
                .where(DSL.row(FOREIGN_PAYMENT.ID, FOREIGN_PAYMENT.ISSUER, FOREIGN_PAYMENT.PAYEE)
                        .in(due))
                .returningResult(FOREIGN_PAYMENT.PAYER, FOREIGN_PAYMENT.ISSUER, FOREIGN_PAYMENT.PAYEE)
                .fetch()
                .forEach(row -> payer(row.value1(), new RegistryId(row.value2()))
                        .ifPresent(payer -> found.add(dealt(payer, new Did(self, new AgentId(row.value3())), 1))));
        return found;
    }

    /// Whom the issuer named as payer, if that is an agent of its own: of others it cannot speak.
    private static Optional<Did> payer(String text, RegistryId issuer) {
        try {
            return Optional.of(Did.parse(text)).filter(did -> did.registry().equals(issuer));
        } catch (RefusedException notADid) {
            return Optional.empty();
        }
    }

    private static Dealt dealt(Did from, Did to, long count) {
        return new Dealt(new TrustRow.Pair(from, to), count);
    }
}
