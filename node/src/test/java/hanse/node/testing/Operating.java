package hanse.node.testing;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.DepositResponse;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.GetCardRequest;
import hanse.peer.v1.GetPeerRequest;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.PeerServiceGrpc.PeerServiceBlockingStub;
import hanse.peer.v1.SignedCard;
import hanse.sdk.HanseClient;
import hanse.sdk.HanseException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/// What operators of running nodes do, over gRPC.
public final class Operating {
    private Operating() {}

    public static PeerServiceBlockingStub peers(HanseClient operator) {
        return PeerServiceGrpc.newBlockingStub(operator.channel());
    }

    /// Exchanges cards, compares fingerprints, and waits until both have greeted.
    public static void peer(HanseClient operator, HanseClient other) {
        trust(operator, other);
        trust(other, operator);
        awaitActive(operator, other);
        awaitActive(other, operator);
    }

    /// Adds the other's card.
    public static Peer trust(HanseClient operator, HanseClient other) {
        SignedCard card = peers(other).getCard(GetCardRequest.getDefaultInstance());
        return peers(operator)
                .addPeer(AddPeerRequest.newBuilder()
                        .setCard(card)
                        .setFingerprint(card.getFingerprint())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    public static void awaitActive(HanseClient operator, HanseClient other) {
        Awaitility.await("the peer is active")
                .atMost(Duration.ofSeconds(30))
                .until(() -> show(operator, other.registryId()).getStatus() == Peer.Status.ACTIVE);
    }

    public static Peer show(HanseClient operator, String peer) {
        return peers(operator)
                .getPeer(GetPeerRequest.newBuilder().setRegistryId(peer).build());
    }

    public static DepositResponse deposit(HanseClient operator, String agent, String amount) {
        return operator.ledger()
                .deposit(DepositRequest.newBuilder()
                        .setAgentId(agent)
                        .setAmount(amount)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    /// Why a call is refused.
    public static Reason refusal(Supplier<?> call) {
        HanseException refusal =
                Assertions.catchThrowableOfType(HanseException.class, () -> HanseException.translate(call));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal.reason();
    }
}
