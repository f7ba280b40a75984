package hanse.node.payment;

import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// How much headroom is reserved for tokens that a payee has presented and whose issuer has not answered. Anybody can
/// invent tokens; this keeps one payee from using up what all share. A sum over payments, not a table: the lock on the
/// issuer's position, which comes before, keeps it true.
final class OpenAskStore implements RowType<OpenAskStore.Key, Avt> {
    private static final int LOCK_ORDER = 24;

    private static final String READ = """
            select payee, issuer, sum(reserved)::bigint from foreign_payment
            where state = 1 and (payee, issuer) in (select * from unnest(?::uuid[], ?::text[]))
            group by payee, issuer
            """;

    /// Who asks whom.
    record Key(AgentId payee, RegistryId issuer) {
        static Key of(ForeignPayment.Key payment) {
            return new Key(payment.payee(), payment.issuer());
        }
    }

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<Key> keys, Map<Key, Avt> found) {
        List<Key> all = List.copyOf(keys);
        all.forEach(key -> found.put(key, Avt.ZERO));
        pipeline.query(
                READ,
                row -> found.put(
                        new Key(new AgentId(row.getObject(1, UUID.class)), new RegistryId(row.getString(2))),
                        new Avt(row.getLong(3))),
                Columns.uuids(all, key -> key.payee().value()),
                Columns.texts(all, key -> key.issuer().value()));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Avt> inserted, Collection<Avt> updated) {
        // The payments themselves are written.
    }
}
