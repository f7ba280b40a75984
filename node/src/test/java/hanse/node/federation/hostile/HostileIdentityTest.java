package hanse.node.federation.hostile;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.certs.CertificateId;
import hanse.certs.Leaf;
import hanse.certs.LeafOrder;
import hanse.node.federation.TestNode;
import io.grpc.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Whoever is not who it says, or not any more.
class HostileIdentityTest extends Siege {
    @Test
    void aTrustedCaCannotNameARegistryThatIsNoPeer() {
        isTurnedAway(mallory.leafNaming("nobody.example"), STRANGER, "NOT_A_PEER");
    }

    @Test
    void aTrustedCaCannotNameAnotherPeer() {
        isTurnedAway(mallory.leafNaming("alpha.example"), "alpha.example", "CERTIFICATE_REFUSED");
    }

    @Test
    void aTrustedCaCannotNameTheAttackedRegistryItself() {
        isTurnedAway(mallory.leafNaming("beta.example"), STRANGER, "NOT_A_PEER");
    }

    @Test
    void anExpiredCertificateIsRefused() {
        isTurnedAway(mallory.expiredLeaf(), "mallory.example", "CERTIFICATE_REFUSED");
    }

    @Test
    void aCertificateThatIsNotYetValidIsRefused() {
        isTurnedAway(mallory.leafOfTomorrow(), "mallory.example", "CERTIFICATE_REFUSED");
    }

    @Test
    void aCertificateOfACaOfTheSameNameIsRefused() {
        isTurnedAway(mallory.leafOfAnotherAuthority(), "mallory.example", "CERTIFICATE_REFUSED");
    }

    @Test
    void aCertificateThatSignedItselfIsRefused() {
        Leaf leaf = mallory.leafOfAnotherAuthority();
        isTurnedAway(new Leaf(leaf.key(), List.of(leaf.certificate())), "mallory.example", "CERTIFICATE_REFUSED");
    }

    @Test
    void aCertificateForAnotherRoleOrSideIsRefused() {
        Instant now = Instant.now();
        isTurnedAway(mallory.leaf(LeafOrder.bridge("mallory.example"), now), "mallory.example", "CERTIFICATE_REFUSED");
        isTurnedAway(mallory.leaf(LeafOrder.server(List.of("mallory.example")), now), STRANGER, "NOT_A_PEER");
    }

    @Test
    void nobodyComesInWithoutACertificate() {
        long before = count(STRANGER, "HANDSHAKE_UNFINISHED");
        movesNothing(
                () -> assertThat(mallory.callUnknown(beta).greet().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        eventually("it was counted", () -> count(STRANGER, "HANDSHAKE_UNFINISHED") > before);
        assertSeen(STRANGER, "HANDSHAKE_UNFINISHED");
    }

    @Test
    void aRemovedPeerLosesWhatItHasOpenAndComesInNoMore() {
        HostilePeer guest = new HostilePeer("guest.example", directory.resolve("guest"));
        beta.trust(guest.card(1));
        Line line = guest.call(beta);
        Line.Stream stream = line.exchange();
        assertThat(reason(stream.ask(guest.signed(guest.credit(beta, beta.agent("0"), 5_000_000)))))
                .isEmpty();
        beta.remove(guest.id);
        movesNothing(() -> {
            stream.send(guest.signed(guest.credit(beta, beta.agent("0"), 5_000_000)));
            eventually("its connection is closed", () -> stream.ended().isPresent());
            assertThat(stream.answers).hasSize(1);
        });
        assertSeen("guest.example", "NOT_TRUSTED");
        isTurnedAway(guest, beta, guest.leaf(), STRANGER, "NOT_A_PEER");
        line.close();
    }

    @Test
    void aSuspendedPeerBeginsNothingAndLearnsWhatWasDecidedBefore() {
        HostilePeer guest = new HostilePeer("idle.example", directory.resolve("idle"));
        beta.trust(guest.card(1));
        var first = guest.signed(guest.credit(beta, beta.agent("0"), 5_000_000));
        try (Line line = guest.call(beta)) {
            var answer = line.ask(first);
            beta.suspend(guest.id);
            movesNothing(() -> {
                assertThat(line.ask(first)).isEqualTo(answer);
                assertThat(reason(line.ask(guest.signed(guest.credit(beta, beta.agent("0"), 5_000_000)))))
                        .isEqualTo("PEER_SUSPENDED");
            });
        }
        assertSeen("idle.example", "PEER_SUSPENDED");
    }

    @Test
    void aRevokedCertificateIsRefusedInEveryProcessAndItsConnectionsClose() {
        HostilePeer robbed = new HostilePeer("robbed.example", directory.resolve("robbed"));
        beta.trust(robbed.card(1));
        try (TestNode second = beta.beside().start()) {
            Leaf stolen = robbed.leaf();
            Leaf alsoStolen = robbed.leaf();
            List<Line.Stream> open = List.of(
                    robbed.call(beta, stolen).exchange(),
                    robbed.call(second, stolen).exchange(),
                    robbed.call(second, alsoStolen).exchange());
            open.forEach(stream -> assertThat(
                            reason(stream.ask(robbed.signed(robbed.credit(beta, beta.agent("0"), 5_000_000)))))
                    .isEmpty());
            beta.revoke(robbed.id, CertificateId.of(stolen.certificate()));
            beta.revoke(
                    robbed.id,
                    CertificateId.parse("0"
                            + alsoStolen
                                    .certificate()
                                    .getSerialNumber()
                                    .toString(16)
                                    .toUpperCase()));
            eventually(
                    "its connections are closed",
                    () -> open.stream().map(Line.Stream::ended).allMatch(Optional::isPresent));
            isTurnedAway(robbed, beta, stolen, "robbed.example", "CERTIFICATE_REVOKED");
            isTurnedAway(robbed, second, stolen, "robbed.example", "");
            isTurnedAway(robbed, second, alsoStolen, "robbed.example", "");
            // The thief's is refused, the owner's next one is not.
            assertThat(robbed.call(beta).greet()).isEqualTo(Status.OK);
            assertThat(robbed.call(second).greet()).isEqualTo(Status.OK);
        }
        beta.wire().to(beta.federation.port());
    }

    @Test
    void anEnvelopeOfTheRightPeerCountsOverItsOwnConnectionOnly() {
        HostilePeer alphasKeys = new HostilePeer("alpha.example", directory.resolve("alpha"));
        var envelope = alphasKeys.signed(alphasKeys.credit(beta, beta.agent("0"), 5_000_000));
        movesNothing(() -> {
            assertThat(reason(mallory.call(beta).ask(envelope))).isEqualTo("MESSAGE_REFUSED");
        });
        assertSeen("mallory.example", "FOREIGN_SENDER");
    }

    @Test
    void aPeerCallsNothingButTheFederation() {
        Line line = mallory.call(beta);
        var method = hanse.federation.v1.FederationServiceGrpc.getGreetMethod().toBuilder()
                .setFullMethodName("hanse.operator.v1.OperatorService/" + UUID.randomUUID())
                .build();
        movesNothing(() -> {
            try {
                var unused = io.grpc.stub.ClientCalls.blockingUnaryCall(
                        line.channel,
                        method,
                        io.grpc.CallOptions.DEFAULT,
                        hanse.federation.v1.GreetRequest.getDefaultInstance());
                assertThat(unused).isNull();
            } catch (io.grpc.StatusRuntimeException refused) {
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            }
        });
        assertSeen(STRANGER, "UNKNOWN_CALL");
    }

    private void isTurnedAway(Leaf leaf, String seenOf, String reason) {
        isTurnedAway(mallory, beta, leaf, seenOf, reason);
    }

    private void isTurnedAway(HostilePeer who, TestNode victim, Leaf leaf, String seenOf, String reason) {
        long before = count(seenOf, reason);
        movesNothing(() -> {
            try (Line line = who.call(victim, leaf)) {
                assertThat(line.greet().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            }
        });
        if (!reason.isEmpty()) {
            assertThat(count(seenOf, reason)).isGreaterThan(before);
            assertSeen(seenOf, reason);
        }
    }
}
