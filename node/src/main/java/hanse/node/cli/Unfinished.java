package hanse.node.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import hanse.dispute.v1.Settlement;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerTransfer;
import hanse.peer.v1.StuckMessage;
import java.util.Optional;

/// Something between registries that has not ended, in words: whom it waits for, since when, and what happens next.
///
/// @param what such as `transfer`
/// @param amount AVT; empty where it is about none
/// @param waitsFor whom
/// @param next what happens by itself, and what the operator can do
record Unfinished(String what, String id, String amount, String peer, Timestamp since, String waitsFor, String next) {
    private static final long TRIED_AGAIN_SECONDS = 3_600;

    /// A transfer to a peer without an outcome.
    ///
    /// @param aside its message, where that is set aside
    static Unfinished transfer(PeerTransfer transfer, Peer peer, Optional<StuckMessage> aside) {
        String what = !transfer.getPaymentId().isEmpty()
                ? "settlement of payment " + transfer.getPaymentId()
                : transfer.getContractId().isEmpty() ? "transfer" : "pay by contract " + transfer.getContractId();
        String next = aside.map(message -> asideNext(message, peer)).orElseGet(() -> sending(peer));
        boolean canBeAdvanced = transfer.getPaymentId().isEmpty() && !transfer.hasAdvancedAt();
        return new Unfinished(
                what,
                transfer.getTransferId(),
                transfer.getAmount(),
                peer.getRegistryId(),
                transfer.getPreparedAt(),
                "the outcome of " + peer.getRegistryId(),
                next
                        + (transfer.hasAdvancedAt()
                                ? "; the payer has its amount from the treasury"
                                : canBeAdvanced && !isWorking(peer)
                                        ? "; `peer advance` pays the payer from the treasury meanwhile"
                                        : ""));
    }

    /// A message to a peer that is set aside, and is no transfer's.
    static Unfinished message(StuckMessage message, Peer peer) {
        return new Unfinished(
                message.getKind().isEmpty() ? "unreadable message" : "message " + message.getKind(),
                message.getMessageId(),
                "",
                peer.getRegistryId(),
                message.getSince(),
                "the outcome of " + peer.getRegistryId(),
                asideNext(message, peer));
    }

    /// A slash that has not ended; empty for one that has.
    ///
    /// @param peer the other registry, as far as it is known
    static Optional<Unfinished> slash(Settlement slash, Optional<Peer> peer) {
        boolean isOrigin = slash.getRole() == Settlement.Role.ORIGIN;
        String way = peer.map(Unfinished::sending).orElse("nothing is sent: no such peer is known");
        String until = Times.text(slash.getExpiresAt());
        return switch (slash.getStatus()) {
            case PENDING_SLASH ->
                isOrigin
                        ? Optional.of(slash(
                                slash,
                                slash.getPeerId() + ", or its operator, to decide",
                                "EXPIRED at " + until + " unless it answers; " + way))
                        : Optional.of(slash(
                                slash,
                                "an operator of this registry",
                                "`settlements approve` or `settlements reject`; at " + until
                                        + " it expires and nothing is slashed"));
            case SLASHED ->
                isOrigin
                        ? Optional.of(slash(slash, "this registry to mint", "minted with the confirmation; " + way))
                        : Optional.of(slash(slash, slash.getPeerId() + " to say that it has minted", way));
            case SLASHING -> Optional.of(slash(slash, "this registry", "it ends within the same commit"));
            case EXPIRED ->
                isOrigin && !slash.hasEndedAt()
                        ? Optional.of(slash(
                                slash,
                                slash.getPeerId() + " to say what it did",
                                "if it has slashed, that is minted; " + way))
                        : Optional.empty();
            case SETTLED, FAILED, STATUS_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }

    private static Unfinished slash(Settlement slash, String waitsFor, String next) {
        return new Unfinished(
                "slash, " + slash.getStatus(),
                slash.getSettlementId(),
                slash.getAmount(),
                slash.getPeerId(),
                slash.getOpenedAt(),
                waitsFor,
                next);
    }

    private static boolean isWorking(Peer peer) {
        return peer.getStatus() != Peer.Status.REMOVED && peer.getLastFault().isEmpty();
    }

    private static String sending(Peer peer) {
        return switch (peer.getStatus()) {
            case REMOVED -> "nothing is sent: the peer is removed; `peer add` of the same registry goes on with it";
            case PENDING, ACTIVE, SUSPENDED, STATUS_UNSPECIFIED, UNRECOGNIZED ->
                peer.getLastFault().isEmpty()
                        ? "sent again by itself until it answers"
                        : "sent by itself as soon as it is reached (" + peer.getLastFault()
                                + "); `peer doctor` says more";
        };
    }

    private static String asideNext(StuckMessage message, Peer peer) {
        String why = message.getReason().equals("UNSENDABLE")
                ? "this node cannot send it"
                : "left undecided too often (" + message.getReason() + ")";
        return why + ": sent again at "
                + Times.text(Timestamps.add(message.getSetAsideAt(), Durations.fromSeconds(TRIED_AGAIN_SECONDS)))
                + ", or now by `peer retry " + peer.getRegistryId() + "`";
    }

    /// For machines.
    Value json() {
        return Value.newBuilder()
                .setStructValue(Struct.newBuilder()
                        .putFields("what", text(what))
                        .putFields("id", text(id))
                        .putFields("amount", text(amount))
                        .putFields("peer", text(peer))
                        .putFields("since", text(Timestamps.toString(since)))
                        .putFields("waits_for", text(waitsFor))
                        .putFields("next", text(next)))
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}
