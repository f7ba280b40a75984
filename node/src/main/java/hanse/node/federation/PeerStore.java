package hanse.node.federation;

import static hanse.schema.jooq.Tables.OUTBOX;
import static hanse.schema.jooq.Tables.PEER;
import static hanse.schema.jooq.Tables.PEER_POSITION;

import hanse.certs.TrustBundle;
import hanse.certs.VerifyKey;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.storage.Tx;
import hanse.peer.PeeringCards.CheckedCard;
import hanse.peer.TrustedPeer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;

/// The table of peers.
final class PeerStore {
    /// Reading a certificate costs more than reading the row, and a card rarely changes: what was read last is kept.
    private record Parsed(String pem, byte[] key, String endpoint, TrustedPeer peer) {}

    private final java.util.concurrent.ConcurrentHashMap<String, Parsed> parsed =
            new java.util.concurrent.ConcurrentHashMap<>();

    List<Peer> all(Tx tx) {
        return select(tx, DSL.noCondition()).orderBy(PEER.REGISTRY_ID).fetch(this::peer);
    }

    /// A page of peers by id.
    List<Peer> page(Tx tx, String after, int limit) {
        return select(tx, PEER.REGISTRY_ID.gt(after))
                .orderBy(PEER.REGISTRY_ID)
                .limit(limit)
                .fetch(this::peer);
    }

    Optional<Peer> find(Tx tx, RegistryId id) {
        return select(tx, PEER.REGISTRY_ID.eq(id.value())).fetchOptional(this::peer);
    }

    private static SelectConditionStep<Record> select(Tx tx, Condition condition) {
        return tx.sql()
                // Not the lease: its "never" is a time that Java cannot hold.
                .select(
                        PEER.REGISTRY_ID,
                        PEER.ENDPOINT,
                        PEER.PUBLIC_URL,
                        PEER.SIGNING_KEY,
                        PEER.TRUST_BUNDLE,
                        PEER.FINGERPRINT,
                        PEER.ADDED_AT)
                .select(PEER_POSITION.fields())
                .from(PEER)
                .join(PEER_POSITION)
                .on(PEER_POSITION.PEER.eq(PEER.REGISTRY_ID))
                .where(condition);
    }

    /// Writes what a card says, for a new peer or over what an older card said.
    void put(Tx tx, CheckedCard card) {
        tx.sql()
                .insertInto(PEER)
                .set(PEER.REGISTRY_ID, card.card().getRegistryId())
                .set(PEER.ENDPOINT, card.card().getEndpoint())
                .set(PEER.PUBLIC_URL, card.card().getPublicUrl())
                .set(PEER.SIGNING_KEY, card.signingKey().raw())
                .set(PEER.TRUST_BUNDLE, card.bundle().pem())
                .set(PEER.FINGERPRINT, card.fingerprint())
                .set(PEER.ADDED_AT, tx.now())
                .onConflict(PEER.REGISTRY_ID)
                .doUpdate()
                .set(PEER.ENDPOINT, card.card().getEndpoint())
                .set(PEER.PUBLIC_URL, card.card().getPublicUrl())
                .set(PEER.SIGNING_KEY, card.signingKey().raw())
                .set(PEER.TRUST_BUNDLE, card.bundle().pem())
                .set(PEER.FINGERPRINT, card.fingerprint())
                .set(PEER.ADDED_AT, tx.now())
                .execute();
    }

    /// Messages to a peer that have no outcome.
    long outstanding(Tx tx, RegistryId peer) {
        return tx.sql().fetchCount(OUTBOX, OUTBOX.PEER.eq(peer.value()));
    }

    /// Claims the peers whose outbox no living process looks after, and renews the claims of `owner`.
    ///
    /// @return those that `owner` looks after now
    Set<RegistryId> lease(Tx tx, UUID owner, Duration lease) {
        return Set.copyOf(tx.sql()
                .fetch(
                        """
                        update peer set pump_owner = {0}, pump_until = {1}
                        where pump_owner = {0} or pump_owner is null or pump_until < {2}
                        returning registry_id
                        """,
                        DSL.val(owner),
                        DSL.val(tx.now().plus(lease).atOffset(ZoneOffset.UTC)),
                        DSL.val(tx.now().atOffset(ZoneOffset.UTC)))
                .map(row -> new RegistryId(row.get(0, String.class))));
    }

    /// Gives the claims of `owner` back.
    void release(Tx tx, UUID owner) {
        tx.sql().execute("update peer set pump_owner = null where pump_owner = {0}", DSL.val(owner));
    }

    private Peer peer(Record row) {
        var peer = row.into(PEER);
        var position = row.into(PEER_POSITION);
        RegistryId id = new RegistryId(peer.getRegistryId());
        return new Peer(
                id,
                new PeerPosition(
                        id,
                        PeerStatus.of(position.getStatus()),
                        new Avt(position.getExposureLimit()),
                        position.getPosition(),
                        new Avt(position.getReserved()), position.getClosedDay()),
                trusted(peer.getRegistryId(), peer.getEndpoint(), peer.getTrustBundle(), peer.getSigningKey()),
                peer.getPublicUrl(),
                peer.getFingerprint(),
                peer.getAddedAt());
    }

    private TrustedPeer trusted(String id, String endpoint, String pem, byte[] key) {
        Parsed known = parsed.get(id);
        if (known != null
                && known.pem.equals(pem)
                && known.endpoint.equals(endpoint)
                && Arrays.equals(known.key, key)) {
            return known.peer;
        }
        TrustedPeer peer = new TrustedPeer(id, endpoint, TrustBundle.parse(pem), List.of(VerifyKey.of(key)));
        parsed.put(id, new Parsed(pem, key, endpoint, peer));
        return peer;
    }
}
