package hanse.node.operator;

import hanse.error.v1.Reason;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.identity.Ed25519Key;
import hanse.node.identity.KeyHolder;
import hanse.node.identity.Notes;
import hanse.node.identity.SigningKeys;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Who may run this registry.
public final class Operators implements Outcomes.Standing<Caller.Operator> {
    private final Database database;
    private final Ledger ledger;
    private final SigningKeys keys;
    private final OperatorStore store = new OperatorStore();

    public Operators(Database database, Ledger ledger, SigningKeys keys) {
        this.database = database;
        this.ledger = ledger;
        this.keys = keys;
    }

    /// Makes the first operator of a new registry; does nothing where there is one, whatever its name. Blocks.
    ///
    /// @return whether it was made
    public boolean bootstrap(String name, Ed25519Key key) {
        return database.write(tx -> {
            if (!store.lockAll(tx).isEmpty()) {
                return false;
            }
            store(tx, new Operator(name, key, 1, tx.now()));
            return true;
        });
    }

    /// Two operators who change who is an operator at the same moment wait for each other's row, and PostgreSQL has one
    /// of them repeated.
    @Override
    public void require(Tx tx, Caller.Operator caller) {
        Operator present =
                store.share(tx, caller.operator()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CALLER));
        if (present.keyVersion() != caller.keyVersion()) {
            throw new RefusedException(Reason.KEY_CHANGED);
        }
    }

    public Optional<Operator> find(Tx tx, String name) {
        return store.find(tx, name);
    }

    /// By name.
    public List<Operator> list(Tx tx) {
        return store.list(tx);
    }

    /// Adds an operator or replaces the key of one; putting the key it has changes nothing. Refuses with
    /// `PUBLIC_KEY_TAKEN`.
    public Operator put(Tx tx, String name, Ed25519Key key) {
        Optional<Operator> old = store.lockAll(tx).stream()
                .filter(operator -> operator.name().equals(name))
                .findFirst();
        if (old.filter(operator -> operator.key().equals(key)).isPresent()) {
            return old.get();
        }
        return store(tx, new Operator(name, key, keys.nextVersion(tx, new KeyHolder.Operator(name)), tx.now()));
    }

    /// Refuses with `UNKNOWN_OPERATOR`, `LAST_OPERATOR`.
    public void remove(Tx tx, String name) {
        List<Operator> all = store.lockAll(tx);
        if (all.stream().noneMatch(operator -> operator.name().equals(name))) {
            throw new RefusedException(Reason.UNKNOWN_OPERATOR);
        }
        if (all.size() == 1) {
            throw new RefusedException(Reason.LAST_OPERATOR);
        }
        store.delete(tx, name);
        keys.end(tx, new KeyHolder.Operator(name));
        record(tx, name, Map.of("operator", name, "change", "removed"));
    }

    private Operator store(Tx tx, Operator operator) {
        store.put(tx, operator);
        keys.take(tx, operator.key(), new KeyHolder.Operator(operator.name()), operator.keyVersion());
        record(
                tx,
                operator.name(),
                Map.of(
                        "operator",
                        operator.name(),
                        "change",
                        "key set",
                        "public_key",
                        operator.key().base64()));
        return operator;
    }

    private void record(Tx tx, String name, Map<String, String> details) {
        UUID subject = UUID.nameUUIDFromBytes(("operator:" + name).getBytes(StandardCharsets.UTF_8));
        ledger.record(tx, EntryKind.OPERATOR_CHANGED, subject, Notes.json(details));
    }
}
