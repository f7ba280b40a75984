package hanse.node.trust;

import static hanse.schema.jooq.Tables.ACCOUNT;
import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.JOURNAL;
import static hanse.schema.jooq.Tables.PEER_TRUST;

import hanse.node.call.RegistryId;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.ledger.RowType;
import hanse.node.ledger.SystemAccount;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.PeerTrustRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Field;
import org.jooq.impl.DSL;

/// The table of how dealing with each peer has gone.
final class PeerTrustStore implements RowType<RegistryId, PeerTrust> {
    private static final int LOCK_ORDER = 35;

    private static final String LOCK = "select " + Pipeline.columns(PEER_TRUST)
            + " from peer_trust where peer = any(?) order by peer for no key update";

    private static final String ADD = """
            insert into peer_trust as t (peer, interactions, disputes_lost, last_interaction_at)
            select * from unnest(?::text[], ?::bigint[], ?::bigint[], ?::timestamptz[])
              as u (peer, interactions, disputes_lost, last_interaction_at)
            order by peer
            on conflict (peer) do update
            set interactions = t.interactions + excluded.interactions,
              disputes_lost = t.disputes_lost + excluded.disputes_lost,
              last_interaction_at = greatest(t.last_interaction_at, excluded.last_interaction_at)
            """;

    private static final String UPDATE = """
            update peer_trust t set disputes_lost = u.disputes_lost
            from unnest(?::text[], ?::bigint[]) as u (peer, disputes_lost)
            where t.peer = u.peer
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<RegistryId> peers, Map<RegistryId, PeerTrust> found) {
        pipeline.records(
                PEER_TRUST,
                LOCK,
                row -> {
                    PeerTrust trust = trust(row);
                    found.put(trust.peer(), trust);
                },
                Columns.texts(List.copyOf(peers), RegistryId::value));
    }

    @Override
    public void write(Pipeline pipeline, Collection<PeerTrust> inserted, Collection<PeerTrust> updated) {
        add(pipeline, List.copyOf(inserted));
        List<PeerTrust> rows = List.copyOf(updated);
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    UPDATE,
                    Columns.texts(rows, row -> row.peer().value()),
                    Columns.longs(rows, PeerTrust::disputesLost));
        }
    }

    /// Adds the counts of `rows`, at most one a peer, to what is there.
    void add(Pipeline pipeline, List<PeerTrust> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    ADD,
                    Columns.texts(rows, row -> row.peer().value()),
                    Columns.longs(rows, PeerTrust::interactions),
                    Columns.longs(rows, PeerTrust::disputesLost),
                    Columns.times(rows, PeerTrust::lastInteractionAt));
        }
    }

    /// What ended between the registries in a stretch of a lane.
    List<PeerTrust> ended(Tx tx, Position after, Position last) {
        Field<String> peer = DSL.coalesce(FRAME.PEER, ACCOUNT.PEER);
        Field<Integer> credited = DSL.count()
                .filterWhere(JOURNAL.KIND.in(EntryKind.TRANSFER_EXPORTED.code(), EntryKind.TRANSFER_IMPORTED.code()));
        Field<Instant> latest = DSL.max(JOURNAL.AT);
        Field<UUID> peersAccount = DSL.when(
                        JOURNAL.KIND.in(
                                EntryKind.TRANSFER_IMPORTED.code(), EntryKind.DISPUTE_COMPENSATION_MINTED.code()),
                        JOURNAL.DEBIT)
                .when(JOURNAL.KIND.eq(EntryKind.DISPUTE_SLASH.code()), JOURNAL.CREDIT);
        return tx.sql()
                .select(peer, credited, latest)
                .from(JOURNAL)
                .leftJoin(FRAME)
                .on(FRAME.ID.eq(JOURNAL.SUBJECT).and(JOURNAL.KIND.ne(EntryKind.TRANSFER_IMPORTED.code())))
                .leftJoin(ACCOUNT)
                .on(ACCOUNT.ID.eq(peersAccount))
                .where(JOURNAL.POSITION.gt(after.value()))
                .and(JOURNAL.POSITION.le(last.value()))
                .and(JOURNAL.KIND.in(
                        EntryKind.TRANSFER_EXPORTED.code(),
                        EntryKind.TRANSFER_REFUNDED.code(),
                        EntryKind.TRANSFER_IMPORTED.code(),
                        EntryKind.DISPUTE_SLASH.code(),
                        EntryKind.DISPUTE_COMPENSATION_MINTED.code()))
                .groupBy(peer)
                .having(peer.isNotNull().and(peer.ne(SystemAccount.SELF)))
                .fetch(row -> new PeerTrust(new RegistryId(row.value1()), row.value2(), 0, Optional.of(row.value3())));
    }

    Optional<PeerTrust> find(Tx tx, RegistryId peer) {
        return tx.sql()
                .selectFrom(PEER_TRUST)
                .where(PEER_TRUST.PEER.eq(peer.value()))
                .fetchOptional(PeerTrustStore::trust);
    }

    List<PeerTrust> all(Tx tx) {
        return tx.sql().selectFrom(PEER_TRUST).orderBy(PEER_TRUST.PEER).fetch(PeerTrustStore::trust);
    }

    private static PeerTrust trust(PeerTrustRecord row) {
        return new PeerTrust(
                new RegistryId(row.getPeer()),
                row.getInteractions(),
                row.getDisputesLost(),
                Optional.ofNullable(row.getLastInteractionAt()));
    }
}
