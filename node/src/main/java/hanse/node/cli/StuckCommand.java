package hanse.node.cli;

import com.google.protobuf.ListValue;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.Settlement;
import hanse.peer.v1.ListPeerTransfersRequest;
import hanse.peer.v1.ListPeerTransfersResponse;
import hanse.peer.v1.ListPeersRequest;
import hanse.peer.v1.ListPeersResponse;
import hanse.peer.v1.ListStuckMessagesRequest;
import hanse.peer.v1.ListStuckMessagesResponse;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerTransfer;
import hanse.peer.v1.StuckMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `hanse stuck`: what has not ended between this registry and its peers, and why.
@Command(
        name = "stuck",
        description = {
            "Every transfer to a peer and every slash that has not ended, and messages that are set aside: whom each waits",
            "for, since when, and what happens next."
        })
final class StuckCommand extends OnNode {
    private static final List<Settlement.Status> MAY_BE_OPEN = List.of(
            Settlement.Status.PENDING_SLASH,
            Settlement.Status.SLASHING,
            Settlement.Status.SLASHED,
            Settlement.Status.EXPIRED);

    @Mixin
    private Limit limit = new Limit();

    @Override
    int ask(Connection node) {
        if (limit.most() < 1) {
            throw CommandException.usage("--limit is at least 1.");
        }
        Map<String, Peer> peers = peers(node);
        // One more than is shown, to know whether there are more.
        int wanted = limit.most() == Integer.MAX_VALUE ? limit.most() : limit.most() + 1;
        List<Unfinished> found = new ArrayList<>();
        for (Peer peer : peers.values()) {
            if (found.size() < wanted && peer.getOutstanding() > 0) {
                found.addAll(of(node, peer, wanted - found.size()));
            }
        }
        for (Settlement.Status status : MAY_BE_OPEN) {
            if (found.size() < wanted) {
                slashes(node, status, wanted - found.size())
                        .forEach(slash -> Unfinished.slash(slash, Optional.ofNullable(peers.get(slash.getPeerId())))
                                .ifPresent(found::add));
            }
        }
        List<Unfinished> shown = found.subList(0, Math.min(found.size(), limit.most()));
        ListValue.Builder json = ListValue.newBuilder();
        shown.forEach(one -> json.addValues(one.json()));
        return show(json, people -> {
            shown.forEach(one -> {
                people.println(one.what() + " " + one.id()
                        + (one.amount().isEmpty() ? "" : ", " + one.amount() + " AVT") + ", with " + one.peer());
                people.println("  since      " + Times.text(one.since()));
                people.println("  waits for  " + one.waitsFor());
                people.println("  next       " + one.next());
            });
            if (shown.isEmpty()) {
                people.println("Nothing waits: every transfer and every slash has ended.");
            } else if (found.size() > shown.size()) {
                people.println("There are more: --limit.");
            }
        });
    }

    private static List<Unfinished> of(Connection node, Peer peer, int wanted) {
        Map<String, StuckMessage> aside = new LinkedHashMap<>();
        aside(node, peer).forEach(message -> aside.put(message.getMessageId(), message));
        List<Unfinished> found = new ArrayList<>();
        transfers(node, peer, wanted)
                .forEach(transfer -> found.add(Unfinished.transfer(
                        transfer, peer, Optional.ofNullable(aside.remove(transfer.getTransferId())))));
        aside.values().stream()
                .filter(message -> !message.getKind().equals("CREDIT_TRANSFER"))
                .forEach(message -> found.add(Unfinished.message(message, peer)));
        return found;
    }

    private static Map<String, Peer> peers(Connection node) {
        Map<String, Peer> peers = new LinkedHashMap<>();
        Pages.read(
                        ListPeersResponse.newBuilder(),
                        Pages.ALL,
                        (size, token) -> node.peers()
                                .listPeers(ListPeersRequest.newBuilder()
                                        .setPageSize(size)
                                        .setPageToken(token)
                                        .build()))
                .getPeersList()
                .forEach(peer -> peers.put(peer.getRegistryId(), peer));
        return peers;
    }

    private static List<PeerTransfer> transfers(Connection node, Peer peer, int most) {
        return Pages.read(
                        ListPeerTransfersResponse.newBuilder(),
                        most,
                        (size, token) -> node.peers()
                                .listPeerTransfers(ListPeerTransfersRequest.newBuilder()
                                        .setRegistryId(peer.getRegistryId())
                                        .setPageSize(size)
                                        .setPageToken(token)
                                        .build()))
                .getTransfersList();
    }

    private static List<StuckMessage> aside(Connection node, Peer peer) {
        return Pages.read(
                        ListStuckMessagesResponse.newBuilder(),
                        Pages.ALL,
                        (size, token) -> node.peers()
                                .listStuckMessages(ListStuckMessagesRequest.newBuilder()
                                        .setRegistryId(peer.getRegistryId())
                                        .setPageSize(size)
                                        .setPageToken(token)
                                        .build()))
                .getMessagesList();
    }

    private static List<Settlement> slashes(Connection node, Settlement.Status status, int most) {
        return Pages.read(
                        ListSettlementsResponse.newBuilder(),
                        status == Settlement.Status.EXPIRED ? Pages.ALL : most,
                        (size, token) -> node.settlements()
                                .listSettlements(ListSettlementsRequest.newBuilder()
                                        .setStatus(status)
                                        .setPageSize(size)
                                        .setPageToken(token)
                                        .build()))
                .getSettlementsList();
    }
}
