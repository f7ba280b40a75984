package hanse.node.identity;

import static hanse.schema.jooq.Tables.SIGNING_KEY;

import hanse.node.call.AgentId;
import hanse.node.storage.Tx;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of keys.
final class SigningKeyStore {

    /// False when the key has a holder.
    boolean insert(Tx tx, Ed25519Key key, KeyHolder holder, long version) {
        var row = tx.sql().newRecord(SIGNING_KEY);
        row.setPublicKey(key.bytes());
        switch (holder) {
            case KeyHolder.Agent(AgentId id) -> row.setAgent(id.value());
            case KeyHolder.Operator(String name) -> row.setOperator(name);
        }
        row.setVersion(version);
        row.setSince(tx.now());
        return tx.sql()
                        .insertInto(SIGNING_KEY)
                        .set(row)
                        .onConflict(SIGNING_KEY.PUBLIC_KEY)
                        .doNothing()
                        .execute()
                == 1;
    }

    void endPresent(Tx tx, KeyHolder holder) {
        tx.sql()
                .update(SIGNING_KEY)
                .set(SIGNING_KEY.UNTIL, tx.now())
                .where(of(holder).and(SIGNING_KEY.UNTIL.isNull()))
                .execute();
    }

    /// The highest version that a holder of this name ever had; 0 for none.
    long latestVersion(Tx tx, KeyHolder holder) {
        Long latest = tx.sql()
                .select(DSL.max(SIGNING_KEY.VERSION))
                .from(SIGNING_KEY)
                .where(of(holder))
                .fetchSingle()
                .value1();
        return latest == null ? 0 : latest;
    }

    private static Condition of(KeyHolder holder) {
        return switch (holder) {
            case KeyHolder.Agent(AgentId id) -> SIGNING_KEY.AGENT.eq(id.value());
            case KeyHolder.Operator(String name) -> SIGNING_KEY.OPERATOR.eq(name);
        };
    }
}
