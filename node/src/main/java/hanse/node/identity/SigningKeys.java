package hanse.node.identity;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.storage.Tx;

/// Every key that ever signed here, and for whom: a key names one agent or operator, ever.
public final class SigningKeys {
    private final SigningKeyStore store = new SigningKeyStore();

    /// A key becomes its holder's present one, and the one before it ends. Refuses with `PUBLIC_KEY_TAKEN`.
    public void take(Tx tx, Ed25519Key key, KeyHolder holder, long version) {
        store.endPresent(tx, holder);
        if (!store.insert(tx, key, holder, version)) {
            throw new RefusedException(Reason.PUBLIC_KEY_TAKEN);
        }
    }

    /// The version after all that a holder of this name ever had, so that what an earlier one signed or opened stays
    /// ended.
    public long nextVersion(Tx tx, KeyHolder holder) {
        return store.latestVersion(tx, holder) + 1;
    }

    /// The holder is gone; its key remains taken.
    public void end(Tx tx, KeyHolder holder) {
        store.endPresent(tx, holder);
    }
}
