package hanse.node.operator;

import static hanse.schema.jooq.Tables.OPERATOR;

import hanse.node.identity.Ed25519Key;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.OperatorRecord;
import java.util.List;
import java.util.Optional;

/// The table of operators.
final class OperatorStore {

    /// By name; locked, so that two changes of who is an operator come one after the other.
    List<Operator> lockAll(Tx tx) {
        return tx.sql().selectFrom(OPERATOR).orderBy(OPERATOR.NAME).forUpdate().fetch(OperatorStore::operator);
    }

    List<Operator> list(Tx tx) {
        return tx.sql().selectFrom(OPERATOR).orderBy(OPERATOR.NAME).fetch(OperatorStore::operator);
    }

    Optional<Operator> find(Tx tx, String name) {
        return tx.sql()
                .selectFrom(OPERATOR)
                .where(OPERATOR.NAME.eq(name))
                .fetchOptional()
                .map(OperatorStore::operator);
    }

    /// Locked against change until the transaction ends.
    Optional<Operator> share(Tx tx, String name) {
        return tx.sql()
                .selectFrom(OPERATOR)
                .where(OPERATOR.NAME.eq(name))
                .forShare()
                .fetchOptional()
                .map(OperatorStore::operator);
    }

    void put(Tx tx, Operator operator) {
        OperatorRecord row = tx.sql().newRecord(OPERATOR);
        row.setName(operator.name());
        row.setPublicKey(operator.key().bytes());
        row.setKeyVersion(operator.keyVersion());
        row.setSince(operator.since());
        tx.sql()
                .insertInto(OPERATOR)
                .set(row)
                .onConflict(OPERATOR.NAME)
                .doUpdate()
                .set(row)
                .execute();
    }

    void delete(Tx tx, String name) {
        tx.sql().deleteFrom(OPERATOR).where(OPERATOR.NAME.eq(name)).execute();
    }

    private static Operator operator(OperatorRecord row) {
        return new Operator(row.getName(), Ed25519Key.stored(row.getPublicKey()), row.getKeyVersion(), row.getSince());
    }
}
