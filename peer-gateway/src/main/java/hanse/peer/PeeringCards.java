package hanse.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.certs.Fingerprint;
import hanse.certs.SigningKey;
import hanse.certs.SpiffeId;
import hanse.certs.TrustBundle;
import hanse.certs.VerifyKey;
import hanse.peer.v1.Card;
import hanse.peer.v1.SignedCard;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What two operators exchange to make their registries peers: who a registry is, where, and by which keys it is
/// known.
public final class PeeringCards {
    /// The most bytes of a card: a full trust bundle and some.
    public static final int MAX_BYTES = TrustBundle.MAX_BYTES + 8 * 1024;

    private static final int MAX_FURTHER_KEYS = 3;

    private PeeringCards() {}

    /// A card whose signature and form are checked. That it is really the other registry's only its fingerprint tells,
    /// read out by its operator over another way.
    ///
    /// @param card as it says
    /// @param bundle its CAs
    /// @param signingKey the key to which the registry's id gets pinned
    /// @param furtherKeys by which it signs beside that one while it changes keys
    /// @param fingerprint see [PeeringCards#fingerprint]
    public record CheckedCard(
            Card card, TrustBundle bundle, VerifyKey signingKey, List<VerifyKey> furtherKeys, String fingerprint) {
        /// What to pin.
        public TrustedPeer peer() {
            List<VerifyKey> keys = new ArrayList<>(List.of(signingKey));
            keys.addAll(furtherKeys);
            return new TrustedPeer(card.getRegistryId(), card.getEndpoint(), bundle, keys);
        }
    }

    /// Makes this registry's card.
    ///
    /// @param endpoint `host:port` at which peers reach its peer port
    /// @param publicUrl where HTTP clients reach it
    public static SignedCard make(
            String registryId, String endpoint, String publicUrl, TrustBundle bundle, SigningKey key) {
        return make(registryId, endpoint, publicUrl, bundle, key, List.of(), Instant.EPOCH);
    }

    /// The same while keys are changed.
    ///
    /// @param furtherKeys to be believed beside the one that signs the card; at most 3
    /// @param madeAt peers believe no older one after it
    public static SignedCard make(
            String registryId,
            String endpoint,
            String publicUrl,
            TrustBundle bundle,
            SigningKey key,
            List<VerifyKey> furtherKeys,
            Instant madeAt) {
        ByteString card = Card.newBuilder()
                .setRegistryId(registryId)
                .setEndpoint(endpoint)
                .addAllTrustBundle(bundle.pems())
                .setSigningKey(key.verifyKey().base64())
                .setPublicUrl(publicUrl)
                .setProtocol(MessageSigner.PROTOCOL)
                .addAllFurtherSigningKeys(
                        furtherKeys.stream().map(VerifyKey::base64).toList())
                .setMadeAtMs(madeAt.toEpochMilli())
                .build()
                .toByteString();
        return SignedCard.newBuilder()
                .setCard(card)
                .setSignature(ByteString.copyFrom(key.sign(SignedBytes.CARD.of(card))))
                .setFingerprint(fingerprint(key.verifyKey(), bundle))
                .build();
    }

    /// Reads a card that someone handed in.
    ///
    /// @throws BadCardException when it is malformed, not signed by its own key, or printed with another
    ///     fingerprint
    public static CheckedCard check(SignedCard signed) throws BadCardException {
        if (signed.getCard().size() > MAX_BYTES) {
            throw new BadCardException("The card is larger than " + MAX_BYTES + " bytes.");
        }
        Card card;
        try {
            card = Card.parseFrom(signed.getCard());
        } catch (InvalidProtocolBufferException e) {
            throw new BadCardException("The card cannot be read.");
        }
        if (!MessageSigner.isNeighbour(card.getProtocol())) {
            throw new BadCardException("The card is of peer protocol " + card.getProtocol() + "; this node speaks "
                    + MessageSigner.PROTOCOL + ".");
        }
        if (!SpiffeId.isRegistryId(card.getRegistryId())) {
            throw new BadCardException("The card's registry id is not DNS-like.");
        }
        if (!TrustedPeer.isEndpoint(card.getEndpoint())) {
            throw new BadCardException("The card's endpoint is not host:port.");
        }
        if (!isUrl(card.getPublicUrl())) {
            throw new BadCardException("The card's public URL is not an https URL.");
        }
        TrustBundle bundle;
        VerifyKey key;
        List<VerifyKey> further;
        try {
            bundle = TrustBundle.parse(card.getTrustBundleList());
        } catch (IllegalArgumentException e) {
            throw new BadCardException("The card's trust bundle is not 1 to 16 CA certificates.");
        }
        try {
            key = VerifyKey.parse(card.getSigningKey());
            further = card.getFurtherSigningKeysList().stream()
                    .map(VerifyKey::parse)
                    .distinct()
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new BadCardException("The card's signing key is not an Ed25519 key.");
        }
        if (further.size() > MAX_FURTHER_KEYS || further.contains(key)) {
            throw new BadCardException("The card has more than " + MAX_FURTHER_KEYS + " further keys, or one twice.");
        }
        if (!key.verify(
                SignedBytes.CARD.of(signed.getCard()), signed.getSignature().toByteArray())) {
            throw new BadCardException("The card is not signed by its own key.");
        }
        String fingerprint = fingerprint(key, bundle);
        if (!signed.getFingerprint().isEmpty() && !Fingerprint.matches(fingerprint, signed.getFingerprint())) {
            throw new BadCardException("The fingerprint printed on the card is not the card's.");
        }
        return new CheckedCard(card, bundle, key, further, fingerprint);
    }

    /// Hex SHA-256 of the signing key's 32 bytes and the DER of each CA in order, in groups of four.
    public static String fingerprint(VerifyKey key, TrustBundle bundle) {
        List<byte[]> parts = new ArrayList<>();
        parts.add(key.raw());
        parts.addAll(bundle.encoded());
        return Fingerprint.of(parts.toArray(byte[][]::new));
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = URI.create(text);
            return text.length() <= 2048 && "https".equals(uri.getScheme()) && uri.getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
