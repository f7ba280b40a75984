package hanse.node.federation;

import hanse.certs.CertificateId;
import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.peer.v1.AcceptJournalRequest;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.AdvanceTransferRequest;
import hanse.peer.v1.DiagnosePeerRequest;
import hanse.peer.v1.Diagnosis;
import hanse.peer.v1.GetCardRequest;
import hanse.peer.v1.GetPeerRequest;
import hanse.peer.v1.ListPeerTransfersRequest;
import hanse.peer.v1.ListPeerTransfersResponse;
import hanse.peer.v1.ListPeersRequest;
import hanse.peer.v1.ListPeersResponse;
import hanse.peer.v1.ListStuckMessagesRequest;
import hanse.peer.v1.ListStuckMessagesResponse;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.PeerTransfer;
import hanse.peer.v1.RemovePeerRequest;
import hanse.peer.v1.ResumePeerRequest;
import hanse.peer.v1.RetryStuckMessagesRequest;
import hanse.peer.v1.RetryStuckMessagesResponse;
import hanse.peer.v1.RevokePeerCertificateRequest;
import hanse.peer.v1.SignedCard;
import hanse.peer.v1.StuckMessage;
import hanse.peer.v1.SuspendPeerRequest;
import hanse.peer.v1.UpdatePeerRequest;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Peers on the wire.
public final class PeerGrpc extends PeerServiceGrpc.PeerServiceImplBase {
    private static final int PAGE = 50;
    private static final UUID BEFORE_ALL = new UUID(0, 0);

    private final Peers peers;
    private final PeerTransfers transfers;
    private final StuckMessages stuck;
    private final PeerDoctor doctor;

    public PeerGrpc(Peers peers, PeerTransfers transfers, StuckMessages stuck, PeerDoctor doctor) {
        this.doctor = doctor;
        this.peers = peers;
        this.transfers = transfers;
        this.stuck = stuck;
    }

    @Override
    public void getCard(GetCardRequest request, StreamObserver<SignedCard> observer) {
        Cold.run(observer, peers::card);
    }

    @Override
    public void addPeer(AddPeerRequest request, StreamObserver<Peer> observer) {
        Call call = Call.current();
        Optional<Avt> limit = request.getExposureLimit().isEmpty()
                ? Optional.empty()
                : Optional.of(Avt.parseLimit(request.getExposureLimit()));
        Cold.run(observer, () -> peers.add(call, request.getCard(), limit, request.getFingerprint()));
    }

    @Override
    public void getPeer(GetPeerRequest request, StreamObserver<Peer> observer) {
        RegistryId id = id(request.getRegistryId());
        Cold.run(observer, () -> peers.get(id));
    }

    @Override
    public void diagnosePeer(DiagnosePeerRequest request, StreamObserver<Diagnosis> observer) {
        RegistryId id = id(request.getRegistryId());
        Cold.run(observer, () -> doctor.diagnose(id));
    }

    @Override
    public void listPeers(ListPeersRequest request, StreamObserver<ListPeersResponse> observer) {
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        String after = peerAfter(request.getPageToken());
        Cold.run(observer, () -> {
            List<Peer> found = peers.page(after, size);
            List<Peer> page = found.subList(0, Math.min(size, found.size()));
            ListPeersResponse.Builder answer = ListPeersResponse.newBuilder().addAllPeers(page);
            if (found.size() > size) {
                answer.setNextPageToken(token(page.getLast().getRegistryId()));
            }
            return answer.build();
        });
    }

    @Override
    public void updatePeer(UpdatePeerRequest request, StreamObserver<Peer> observer) {
        Call call = Call.current();
        RegistryId id = id(request.getRegistryId());
        Avt limit = Avt.parseLimit(request.getExposureLimit());
        Cold.run(observer, () -> peers.limit(call, id, limit));
    }

    @Override
    public void suspendPeer(SuspendPeerRequest request, StreamObserver<Peer> observer) {
        Call call = Call.current();
        RegistryId id = id(request.getRegistryId());
        Cold.run(observer, () -> peers.suspend(call, id));
    }

    @Override
    public void resumePeer(ResumePeerRequest request, StreamObserver<Peer> observer) {
        Call call = Call.current();
        RegistryId id = id(request.getRegistryId());
        Cold.run(observer, () -> peers.resume(call, id));
    }

    @Override
    public void removePeer(RemovePeerRequest request, StreamObserver<Peer> observer) {
        Call call = Call.current();
        RegistryId id = id(request.getRegistryId());
        Cold.run(observer, () -> peers.remove(call, id));
    }

    @Override
    public void revokePeerCertificate(RevokePeerCertificateRequest request, StreamObserver<Peer> observer) {
        Call call = Call.current();
        RegistryId id = id(request.getRegistryId());
        CertificateId certificate = CertificateId.parse(request.getCertificate());
        Cold.run(observer, () -> peers.revoke(call, id, certificate));
    }

    @Override
    public void acceptJournal(AcceptJournalRequest request, StreamObserver<Peer> observer) {
        Call call = Call.current();
        RegistryId id = id(request.getRegistryId());
        Cold.run(observer, () -> peers.accept(call, id, request.getOurs()));
    }

    @Override
    public void listPeerTransfers(
            ListPeerTransfersRequest request, StreamObserver<ListPeerTransfersResponse> observer) {
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        RegistryId peer = id(request.getRegistryId());
        UUID after = transferAfter(request.getPageToken());
        Cold.run(observer, () -> {
            List<PeerTransfer> found = transfers.page(peer, request.getAdvanced(), after, size);
            List<PeerTransfer> page = found.subList(0, Math.min(size, found.size()));
            ListPeerTransfersResponse.Builder answer =
                    ListPeerTransfersResponse.newBuilder().addAllTransfers(page);
            if (found.size() > size) {
                answer.setNextPageToken(token(page.getLast().getTransferId()));
            }
            return answer.build();
        });
    }

    @Override
    public void listStuckMessages(
            ListStuckMessagesRequest request, StreamObserver<ListStuckMessagesResponse> observer) {
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        RegistryId peer = id(request.getRegistryId());
        UUID after = transferAfter(request.getPageToken());
        Cold.run(observer, () -> {
            List<StuckMessage> found = stuck.page(peer, after, size);
            List<StuckMessage> page = found.subList(0, Math.min(size, found.size()));
            ListStuckMessagesResponse.Builder answer =
                    ListStuckMessagesResponse.newBuilder().addAllMessages(page);
            if (found.size() > size) {
                answer.setNextPageToken(token(page.getLast().getMessageId()));
            }
            return answer.build();
        });
    }

    @Override
    public void retryStuckMessages(
            RetryStuckMessagesRequest request, StreamObserver<RetryStuckMessagesResponse> observer) {
        Call call = Call.current();
        RegistryId peer = id(request.getRegistryId());
        Optional<UUID> message = request.getMessageId().isEmpty()
                ? Optional.empty()
                : Optional.of(UUID.fromString(request.getMessageId()));
        Cold.run(observer, () -> stuck.retry(call, peer, message));
    }

    @Override
    public void advanceTransfer(AdvanceTransferRequest request, StreamObserver<PeerTransfer> observer) {
        Call call = Call.current();
        UUID transfer = UUID.fromString(request.getTransferId());
        Cold.run(observer, () -> transfers.advance(call, transfer, request.getMemo()));
    }

    private static RegistryId id(String text) {
        if (!RegistryId.isValid(text)) {
            throw new RefusedException(Reason.UNKNOWN_PEER);
        }
        return new RegistryId(text);
    }

    private static String peerAfter(String token) {
        String after = after(token);
        if (!after.isEmpty() && !RegistryId.isValid(after)) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
        return after;
    }

    private static UUID transferAfter(String token) {
        try {
            return token.isEmpty() ? BEFORE_ALL : UUID.fromString(after(token));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }

    private static String token(String last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    private static String after(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }
}
