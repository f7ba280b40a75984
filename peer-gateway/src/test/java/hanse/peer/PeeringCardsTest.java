package hanse.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import hanse.certs.SigningKey;
import hanse.certs.VerifyKey;
import hanse.peer.v1.Card;
import hanse.peer.v1.SignedCard;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeeringCardsTest {
    @TempDir
    Path directory;

    private SignedCard card(TestRegistry registry) {
        return PeeringCards.make(
                registry.id, "alpha.example:7443", "https://alpha.example", registry.authority.bundle(), registry.key);
    }

    @Test
    void aCardTellsWhomToTrustAndWhatToReadOut() throws Exception {
        TestRegistry alpha = new TestRegistry("alpha.example", directory);
        SignedCard card = card(alpha);
        PeeringCards.CheckedCard checked = PeeringCards.check(SignedCard.parseFrom(card.toByteArray()));
        assertThat(checked.fingerprint()).isEqualTo(card.getFingerprint()).matches("([0-9a-f]{4} ){15}[0-9a-f]{4}");
        assertThat(checked.peer().registryId()).isEqualTo("alpha.example");
        assertThat(checked.peer().endpoint()).isEqualTo("alpha.example:7443");
        assertThat(checked.peer().bundle()).isEqualTo(alpha.authority.bundle());
        assertThat(checked.peer().signingKeys()).containsExactly(alpha.key.verifyKey());
    }

    @Test
    void aCardThatWasAlteredOrIsMalformedIsRefused() throws Exception {
        TestRegistry alpha = new TestRegistry("alpha.example", directory);
        SignedCard good = card(alpha);
        SigningKey other = SigningKey.generate();
        refused(good.toBuilder()
                .setCard(good.getCard().concat(ByteString.copyFrom(new byte[] {0x32, 1, 'x'})))
                .build());
        refused(good.toBuilder().setFingerprint("0000 0000").build());
        refused(good.toBuilder().setCard(ByteString.copyFromUtf8("no card")).build());
        refused(good.toBuilder()
                .setCard(ByteString.copyFrom(new byte[PeeringCards.MAX_BYTES + 1]))
                .build());
        refused(resigned(good, other, card -> card));
        refused(resigned(good, alpha.key, card -> card.setProtocol(0)));
        refused(resigned(good, alpha.key, card -> card.setProtocol(3)));
        refused(resigned(good, alpha.key, card -> card.setRegistryId("Alpha/..")));
        refused(resigned(good, alpha.key, card -> card.setEndpoint("alpha.example")));
        refused(resigned(good, alpha.key, card -> card.setEndpoint("alpha.example:99999")));
        refused(resigned(good, alpha.key, card -> card.setEndpoint("x@alpha.example:1")));
        refused(resigned(good, alpha.key, card -> card.setPublicUrl("http://alpha.example")));
        refused(resigned(good, alpha.key, Card.Builder::clearTrustBundle));
        refused(resigned(good, alpha.key, card -> card.setSigningKey("AAAA")));
        // It names a key and is signed by it, so it is in order, but another card: the fingerprint tells them apart.
        SignedCard forged = resigned(
                good, other, card -> card.setSigningKey(other.verifyKey().base64()));
        assertThat(PeeringCards.check(forged).fingerprint()).isNotEqualTo(good.getFingerprint());
    }

    /// It speaks the version before its own, too.
    @Test
    void aCardOfTheNextVersionIsAccepted() throws Exception {
        TestRegistry alpha = new TestRegistry("alpha.example", directory);
        SignedCard next = resigned(card(alpha), alpha.key, card -> card.setProtocol(2));
        assertThat(PeeringCards.check(next).card().getProtocol()).isEqualTo(2);
    }

    @Test
    void aCardMayNameThreeFurtherKeysOnceEach() throws Exception {
        TestRegistry alpha = new TestRegistry("alpha.example", directory);
        List<VerifyKey> further = Stream.generate(() -> SigningKey.generate().verifyKey())
                .limit(4)
                .toList();
        PeeringCards.CheckedCard checked = PeeringCards.check(withFurtherKeys(alpha, further.subList(0, 3)));
        assertThat(checked.peer().signingKeys())
                .containsExactly(alpha.key.verifyKey(), further.get(0), further.get(1), further.get(2));
        assertThat(checked.card().getMadeAtMs()).isEqualTo(7);
        refused(withFurtherKeys(alpha, further));
        refused(withFurtherKeys(alpha, List.of(alpha.key.verifyKey())));
    }

    private static SignedCard withFurtherKeys(TestRegistry registry, List<VerifyKey> keys) {
        return PeeringCards.make(
                registry.id,
                "alpha.example:7443",
                "https://alpha.example",
                registry.authority.bundle(),
                registry.key,
                keys,
                Instant.ofEpochMilli(7));
    }

    private static void refused(SignedCard card) {
        assertThatThrownBy(() -> PeeringCards.check(card)).isInstanceOf(BadCardException.class);
    }

    private static SignedCard resigned(SignedCard signed, SigningKey key, UnaryOperator<Card.Builder> change)
            throws Exception {
        ByteString card = change.apply(Card.parseFrom(signed.getCard()).toBuilder())
                .build()
                .toByteString();
        return SignedCard.newBuilder()
                .setCard(card)
                .setSignature(ByteString.copyFrom(key.sign(SignedBytes.CARD.of(card))))
                .build();
    }
}
