package hanse.node;

import static hanse.schema.jooq.Tables.REGISTRY;

import hanse.certs.VerifyKey;
import hanse.node.call.RegistryId;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.RegistryRecord;
import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Whose database this is. A process with other keys would sign what peers do not believe and tell tokens that no
/// payment has; it must not start.
final class RegistryStore {
    private static final byte[] PREFIX = "hanse-token-secret\0".getBytes(StandardCharsets.UTF_8);

    /// Writes it down at the first start.
    ///
    /// @throws IllegalStateException when the database is another registry's, or has met other keys
    void require(Tx tx, RegistryId id, NodeKeys keys) {
        byte[] signingKey = keys.signing().publicKey();
        byte[] secret = digest(keys.tokenSecret());
        tx.sql()
                .insertInto(REGISTRY, REGISTRY.ID, REGISTRY.SIGNING_KEY, REGISTRY.TOKEN_SECRET)
                .values(id.value(), signingKey, secret)
                .onConflictDoNothing()
                .execute();
        RegistryRecord row = tx.sql().selectFrom(REGISTRY).fetchSingle();
        if (!row.getId().equals(id.value())) {
            throw new IllegalStateException(
                    "this database is the registry " + row.getId() + "'s, and `registry` says " + id);
        }
        if (keys.past().contains(VerifyKey.stored(row.getSigningKey()))) {
            tx.sql().update(REGISTRY).set(REGISTRY.SIGNING_KEY, signingKey).execute();
        } else if (!Arrays.equals(row.getSigningKey(), signingKey)) {
            throw new IllegalStateException(
                    "signing.key is not the one that this database has met; all processes of " + id + " share it");
        }
        if (!Arrays.equals(row.getTokenSecret(), secret)) {
            throw new IllegalStateException(
                    "token.secret is not the one that this database has met; all processes of " + id + " share it");
        }
    }

    private static byte[] digest(byte[] secret) {
        byte[] text = Arrays.copyOf(PREFIX, PREFIX.length + secret.length);
        System.arraycopy(secret, 0, text, PREFIX.length, secret.length);
        return SignedText.sha256(text);
    }
}
