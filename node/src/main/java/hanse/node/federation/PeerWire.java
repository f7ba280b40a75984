package hanse.node.federation;

import hanse.certs.CertificateId;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import hanse.peer.PeerMetrics;
import java.util.Optional;

/// Peers as messages.
final class PeerWire {
    private final PeerMetrics metrics;

    PeerWire(PeerMetrics metrics) {
        this.metrics = metrics;
    }

    hanse.peer.v1.Peer peer(Peer peer, long outstanding, Optional<Witness> witness, WitnessStore.Held held) {
        PeerMetrics.Snapshot link = metrics.snapshot(peer.id().value());
        hanse.peer.v1.Peer.Builder wire = hanse.peer.v1.Peer.newBuilder()
                .setRegistryId(peer.id().value())
                .setStatus(status(peer.status()))
                .setEndpoint(peer.trusted().endpoint())
                .setPublicUrl(peer.publicUrl())
                .setFingerprint(peer.fingerprint())
                .setExposureLimit(peer.position().limit().toString())
                .setNetPosition(Avt.text(peer.position().net()))
                .setOutstanding(outstanding)
                .setLastFault(link.lastFault().orElse(""))
                .setAddedAt(WireTime.of(peer.addedAt()))
                .setCheckpoint(witness.map(w -> w.kept().number()).orElse(0L))
                .setCheckpointAlarm(witness.flatMap(Witness::alarm).orElse(""))
                .setOurCheckpoint(held.number())
                .setOurCheckpointMissing(held.missing().orElse(""));
        peer.trusted().revoked().stream().map(CertificateId::hex).sorted().forEach(wire::addRevokedCertificates);
        link.lastHeard().map(WireTime::of).ifPresent(wire::setLastHeardAt);
        return wire.build();
    }

    private static hanse.peer.v1.Peer.Status status(PeerStatus status) {
        return switch (status) {
            case PENDING -> hanse.peer.v1.Peer.Status.PENDING;
            case ACTIVE -> hanse.peer.v1.Peer.Status.ACTIVE;
            case SUSPENDED -> hanse.peer.v1.Peer.Status.SUSPENDED;
            case REMOVED -> hanse.peer.v1.Peer.Status.REMOVED;
        };
    }
}
