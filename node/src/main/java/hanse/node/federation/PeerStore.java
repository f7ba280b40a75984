package hanse.node.federation;

import static hanse.schema.jooq.Tables.OUTBOX;
import static hanse.schema.jooq.Tables.PEER;
import static hanse.schema.jooq.Tables.PEER_POSITION;
import static hanse.schema.jooq.Tables.REVOKED_CERTIFICATE;

import hanse.certs.CertificateId;
import hanse.certs.TrustBundle;
import hanse.certs.VerifyKey;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.storage.Tx;
import hanse.peer.PeeringCards.CheckedCard;
import hanse.peer.TrustedPeer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// The table of peers.
final class PeerStore {
    /// Reading a certificate costs more than reading the row, and a card rarely changes: what was read last is kept.
    private record Parsed(String pem, byte[] keys, String endpoint, Set<CertificateId> revoked, TrustedPeer peer) {}

    private static final Field<String[]> REVOKED = DSL.field(
            "(select array_agg(certificate) from {0} where {1} = {2})",
            String[].class, REVOKED_CERTIFICATE, REVOKED_CERTIFICATE.PEER, PEER.REGISTRY_ID);

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
                        PEER.ADDED_AT,
                        PEER.FURTHER_KEYS,
                        PEER.CARD_MADE_AT_MS)
                .select(REVOKED)
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
                .set(PEER.ADDED_AT, tx.now())
                .set(PEER.ENDPOINT, card.card().getEndpoint())
                .set(PEER.PUBLIC_URL, card.card().getPublicUrl())
                .set(known(card))
                .onConflict(PEER.REGISTRY_ID)
                .doUpdate()
                .set(PEER.ADDED_AT, tx.now())
                .set(PEER.ENDPOINT, card.card().getEndpoint())
                .set(PEER.PUBLIC_URL, card.card().getPublicUrl())
                .set(known(card))
                .execute();
    }

    /// Writes by which CAs and keys a peer is known according to a newer card.
    void renew(Tx tx, CheckedCard card) {
        tx.sql()
                .update(PEER)
                .set(known(card))
                .where(PEER.REGISTRY_ID.eq(card.card().getRegistryId()))
                .execute();
    }

    private static Map<Field<?>, Object> known(CheckedCard card) {
        return Map.of(
                PEER.SIGNING_KEY, card.signingKey().raw(),
                PEER.FURTHER_KEYS, joined(card.furtherKeys()),
                PEER.CARD_MADE_AT_MS, card.card().getMadeAtMs(),
                PEER.TRUST_BUNDLE, card.bundle().pem(),
                PEER.FINGERPRINT, card.fingerprint());
    }

    /// When the card was made that is known of a peer; 0 where that is not known.
    long cardMadeAt(Tx tx, RegistryId peer) {
        return tx.sql()
                .select(PEER.CARD_MADE_AT_MS)
                .from(PEER)
                .where(PEER.REGISTRY_ID.eq(peer.value()))
                .fetchSingle()
                .value1();
    }

    private static byte[] joined(List<VerifyKey> keys) {
        ByteBuffer joined = ByteBuffer.allocate(keys.size() * VerifyKey.SIZE);
        keys.forEach(key -> joined.put(key.raw()));
        return joined.array();
    }

    /// Notes that a certificate is believed no more; false when that was so before.
    boolean revoke(Tx tx, RegistryId peer, CertificateId certificate) {
        return tx.sql()
                        .insertInto(REVOKED_CERTIFICATE)
                        .set(REVOKED_CERTIFICATE.PEER, peer.value())
                        .set(REVOKED_CERTIFICATE.CERTIFICATE, certificate.hex())
                        .set(REVOKED_CERTIFICATE.REVOKED_AT, tx.now())
                        .onConflictDoNothing()
                        .execute()
                > 0;
    }

    /// Messages to a peer that have no outcome.
    long outstanding(Tx tx, RegistryId peer) {
        return tx.sql().fetchCount(OUTBOX, OUTBOX.PEER.eq(peer.value()));
    }

    /// Claims the peers whose outbox no living process looks after, and renews the claims of `owner`. A claim that
    /// reaches far beyond a lease was made by a clock that was ahead, and would outlive its owner by as much.
    ///
    /// @return those that `owner` looks after now
    Set<RegistryId> lease(Tx tx, UUID owner, Duration lease) {
        return Set.copyOf(tx.sql()
                .fetch(
                        """
                        update peer set pump_owner = {0}, pump_until = {1}
                        where pump_owner = {0} or pump_owner is null or pump_until < {2} or pump_until > {3}
                        returning registry_id
                        """,
                        DSL.val(owner),
                        DSL.val(tx.now().plus(lease).atOffset(ZoneOffset.UTC)),
                        DSL.val(tx.now().atOffset(ZoneOffset.UTC)),
                        DSL.val(tx.now().plus(lease.multipliedBy(2)).atOffset(ZoneOffset.UTC)))
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
                        new Avt(position.getReserved()),
                        position.getClosedDay()),
                trusted(
                        peer.getRegistryId(),
                        peer.getEndpoint(),
                        peer.getTrustBundle(),
                        concatenated(peer.getSigningKey(), peer.getFurtherKeys()),
                        revoked(row.get(REVOKED))),
                peer.getPublicUrl(),
                peer.getFingerprint(),
                peer.getAddedAt());
    }

    private static Set<CertificateId> revoked(String @Nullable [] certificates) {
        return certificates == null
                ? Set.of()
                : Arrays.stream(certificates).map(CertificateId::new).collect(Collectors.toUnmodifiableSet());
    }

    private static byte[] concatenated(byte[] first, byte[] further) {
        return ByteBuffer.allocate(first.length + further.length)
                .put(first)
                .put(further)
                .array();
    }

    private static List<VerifyKey> keys(byte[] joined) {
        List<VerifyKey> keys = new ArrayList<>();
        for (int at = 0; at < joined.length; at += VerifyKey.SIZE) {
            keys.add(VerifyKey.stored(Arrays.copyOfRange(joined, at, at + VerifyKey.SIZE)));
        }
        return keys;
    }

    private TrustedPeer trusted(String id, String endpoint, String pem, byte[] keys, Set<CertificateId> revoked) {
        Parsed known = parsed.get(id);
        if (known != null
                && known.pem.equals(pem)
                && known.endpoint.equals(endpoint)
                && known.revoked.equals(revoked)
                && Arrays.equals(known.keys, keys)) {
            return known.peer;
        }
        TrustedPeer peer = new TrustedPeer(id, endpoint, TrustBundle.parse(pem), keys(keys), revoked);
        parsed.put(id, new Parsed(pem, keys, endpoint, revoked, peer));
        return peer;
    }
}
