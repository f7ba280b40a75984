package hanse.node.access;

import static hanse.schema.jooq.Tables.SESSION;

import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.SessionRecord;
import java.time.Instant;
import java.util.Optional;

/// The table of sessions.
final class SessionStore {

    /// False when the signature has opened a session before.
    boolean insert(Tx tx, Session session) {
        var row = tx.sql().newRecord(SESSION);
        row.setTokenSha256(session.key().sha256());
        switch (session.holder()) {
            case Holder.Agent(AgentId id) -> row.setAgent(id.value());
            case Holder.Operator(String name) -> row.setOperator(name);
        }
        row.setKeyVersion(session.version());
        row.setAudience(session.audience().value());
        row.setOpenedBy(session.openedBy());
        row.setOpenedAt(session.openedAt());
        row.setExpiresAt(session.expiresAt());
        return tx.sql()
                        .insertInto(SESSION)
                        .set(row)
                        .onConflict(SESSION.OPENED_BY)
                        .doNothing()
                        .execute()
                == 1;
    }

    Optional<Session> find(Tx tx, SessionKey key) {
        return tx.sql()
                .selectFrom(SESSION)
                .where(SESSION.TOKEN_SHA256.eq(key.sha256()))
                .fetchOptional()
                .map(SessionStore::session);
    }

    void close(Tx tx, SessionKey key) {
        tx.sql()
                .update(SESSION)
                .set(SESSION.CLOSED_AT, tx.now())
                .where(SESSION.TOKEN_SHA256.eq(key.sha256()).and(SESSION.CLOSED_AT.isNull()))
                .execute();
    }

    int deleteExpiredBefore(Tx tx, Instant time) {
        return tx.sql().deleteFrom(SESSION).where(SESSION.EXPIRES_AT.lt(time)).execute();
    }

    private static Session session(SessionRecord row) {
        Holder holder = row.getAgent() != null
                ? new Holder.Agent(new AgentId(row.getAgent()))
                : new Holder.Operator(row.getOperator());
        return new Session(
                new SessionKey(row.getTokenSha256()),
                holder,
                row.getKeyVersion(),
                new RegistryId(row.getAudience()),
                row.getOpenedBy(),
                row.getOpenedAt(),
                row.getExpiresAt(),
                Optional.ofNullable(row.getClosedAt()));
    }
}
