package hanse.node.federation.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.certs.SigningKey;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.RenewCardRequest;
import hanse.peer.PeeringCards;
import hanse.peer.TrustedPeer;
import hanse.peer.v1.SignedCard;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Cards that are shown over the link: by them a peer changes its CAs and keys, and nobody else's.
class HostileCardTest extends Siege {
    private static final Instant NOW = Instant.now();

    @Test
    void aKeyThatNobodyPinnedIsAMatterOfTheOperators() {
        isNotTakenOver(card(mallory, SigningKey.generate(), "mallory.example", NOW), "PEER_KEY_CHANGED");
    }

    @Test
    void aCardThatItsOwnKeyHasNotSignedIsNone() {
        SignedCard foreign = card(mallory, SigningKey.generate(), "mallory.example", NOW);
        isNotTakenOver(
                card(mallory, mallory.key, "mallory.example", NOW).toBuilder()
                        .setSignature(foreign.getSignature())
                        .build(),
                "BAD_CARD");
        isNotTakenOver(SignedCard.getDefaultInstance(), "BAD_CARD");
    }

    @Test
    void noPeerShowsTheCardOfAnother() {
        HostilePeer alphasKeys = new HostilePeer("alpha.example", directory.resolve("alpha"));
        isNotTakenOver(alphasKeys.card(1), "BAD_CARD");
        isNotTakenOver(card(mallory, mallory.key, "alpha.example", NOW), "BAD_CARD");
        isNotTakenOver(card(mallory, mallory.key, "beta.example", NOW), "OWN_CARD");
    }

    @Test
    void whereAPeerIsDoesNotChangeOverTheLink() {
        SignedCard elsewhere = PeeringCards.make(
                "mallory.example",
                "localhost:2",
                "https://alpha.example",
                mallory.bundle(),
                mallory.key,
                List.of(SigningKey.generate().verifyKey()),
                NOW);
        assertThat(shown(mallory, elsewhere)).isEqualTo(Status.OK);
        var known = beta.federation.directory().find(mallory.id).orElseThrow();
        assertThat(known.trusted().endpoint()).isEqualTo("localhost:1");
        assertThat(known.publicUrl()).isEqualTo("https://mallory.example");
    }

    @Test
    void anOlderCardIsNotBelievedAfterANewerOne() {
        HostilePeer guest = new HostilePeer("guest.example", directory.resolve("guest"));
        beta.trust(guest.card(1));
        SigningKey next = SigningKey.generate();
        SignedCard both = PeeringCards.make(
                "guest.example",
                "localhost:1",
                "https://guest.example",
                guest.bundle(),
                guest.key,
                List.of(next.verifyKey()),
                NOW);
        SignedCard nextOnly = card(guest, next, "guest.example", NOW.plusMillis(1));
        assertThat(shown(guest, both)).isEqualTo(Status.OK);
        assertThat(pinned(guest).signingKeys()).containsExactly(guest.key.verifyKey(), next.verifyKey());
        assertThat(shown(guest, nextOnly)).isEqualTo(Status.OK);
        assertThat(shown(guest, both).getDescription()).isEqualTo("PEER_KEY_CHANGED");
        SignedCard older = PeeringCards.make(
                "guest.example",
                "localhost:1",
                "https://guest.example",
                guest.bundle(),
                next,
                List.of(guest.key.verifyKey()),
                NOW);
        assertThat(shown(guest, older).getDescription()).isEqualTo("BAD_CARD");
        assertThat(pinned(guest).signingKeys()).containsExactly(next.verifyKey());
        // What the key before signs is believed no more.
        assertThat(reason(guest.call(beta).ask(guest.signed(guest.credit(beta, beta.agent("0"), 5_000_000)))))
                .isEqualTo("MESSAGE_REFUSED");
        assertSeen("guest.example", "BAD_SIGNATURE");
    }

    private void isNotTakenOver(SignedCard card, String reason) {
        TrustedPeer before = pinned(mallory);
        movesNothing(() -> {
            Status status = shown(mallory, card);
            assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(status.getDescription()).isEqualTo(reason);
        });
        assertThat(pinned(mallory)).isEqualTo(before);
        assertSeen("mallory.example", reason);
    }

    private TrustedPeer pinned(HostilePeer peer) {
        return beta.federation.directory().find(peer.id).orElseThrow().trusted();
    }

    private static SignedCard card(HostilePeer peer, SigningKey key, String id, Instant madeAt) {
        return PeeringCards.make(id, "localhost:1", "https://" + id, peer.bundle(), key, List.of(), madeAt);
    }

    private Status shown(HostilePeer by, SignedCard card) {
        try (Line line = by.call(beta)) {
            var unused = FederationServiceGrpc.newBlockingStub(line.channel)
                    .renewCard(RenewCardRequest.newBuilder().setCard(card).build());
            return Status.OK;
        } catch (StatusRuntimeException refused) {
            return refused.getStatus();
        }
    }
}
