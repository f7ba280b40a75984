package hanse.node.contract;

import static hanse.schema.jooq.Tables.CONTRACT;
import static hanse.schema.jooq.Tables.CONTRACT_MIRROR;
import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.JOURNAL;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.storage.Tx;
import hanse.node.trust.Dealings;
import hanse.node.trust.TrustRow;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// Paid milestones as dealings between contractor and provider: at the contractor's registry by the entry that paid or
/// exported them, at that of a provider on a peer by the one that says what was paid. One that a payment token paid is
/// a dealing once, as that payment or as this.
public final class ContractDealingStore implements Dealings {
    private final RegistryId self;

    public ContractDealingStore(RegistryId self) {
        this.self = self;
    }

    @Override
    public List<Dealt> settled(Tx tx, Position after, Position last) {
        Condition stretch = JOURNAL.POSITION.gt(after.value()).and(JOURNAL.POSITION.le(last.value()));
        return Stream.of(paid(tx, stretch), exported(tx, stretch), received(tx, stretch))
                .flatMap(List::stream)
                .toList();
    }

    private List<Dealt> paid(Tx tx, Condition stretch) {
        return tx.sql()
                .select(CONTRACT.CONTRACTOR, CONTRACT.PROVIDER, DSL.count())
                .from(JOURNAL)
                .join(CONTRACT)
                .on(CONTRACT.ID.eq(JOURNAL.SUBJECT))
                .where(stretch)
                .and(JOURNAL.KIND.eq(EntryKind.TOKENS_TRANSFERRED.code()))
                .groupBy(CONTRACT.CONTRACTOR, CONTRACT.PROVIDER)
                .fetch(row -> dealt(row.value1(), new Did(self, new AgentId(row.value2())), row.value3()));
    }

    private List<Dealt> exported(Tx tx, Condition stretch) {
        return tx.sql()
                .select(FRAME.PAYER, FRAME.PEER, FRAME.PAYEE, DSL.count())
                .from(JOURNAL)
                .join(FRAME)
                .on(FRAME.ID.eq(JOURNAL.SUBJECT))
                .where(stretch)
                .and(JOURNAL.KIND.eq(EntryKind.TRANSFER_EXPORTED.code()))
                .and(FRAME.CONTRACT.isNotNull())
                .and(FRAME.PAYMENT.isNull())
                .groupBy(FRAME.PAYER, FRAME.PEER, FRAME.PAYEE)
                .fetch(row -> dealt(
                        row.value1(), new Did(new RegistryId(row.value2()), new AgentId(row.value3())), row.value4()));
    }

    private List<Dealt> received(Tx tx, Condition stretch) {
        return tx.sql()
                .select(CONTRACT_MIRROR.REGISTRY, CONTRACT_MIRROR.CONTRACTOR, CONTRACT_MIRROR.PROVIDER, DSL.count())
                .from(JOURNAL)
                .join(CONTRACT_MIRROR)
                .on(CONTRACT_MIRROR.ID.eq(JOURNAL.SUBJECT))
                .where(stretch)
                .and(JOURNAL.KIND.eq(EntryKind.MILESTONE_PAID.code()))
                .groupBy(CONTRACT_MIRROR.REGISTRY, CONTRACT_MIRROR.CONTRACTOR, CONTRACT_MIRROR.PROVIDER)
                .fetch(row -> dealt(
                        new Did(new RegistryId(row.value1()), new AgentId(row.value2())),
                        new Did(self, new AgentId(row.value3())),
                        row.value4()));
    }

    private Dealt dealt(UUID contractor, Did provider, long count) {
        return dealt(new Did(self, new AgentId(contractor)), provider, count);
    }

    private static Dealt dealt(Did contractor, Did provider, long count) {
        return new Dealt(new TrustRow.Pair(contractor, provider), count);
    }
}
