package hanse.node.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.peer.v1.AcceptJournalRequest;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.AdvanceTransferRequest;
import hanse.peer.v1.Card;
import hanse.peer.v1.GetCardRequest;
import hanse.peer.v1.GetPeerRequest;
import hanse.peer.v1.ListPeerTransfersRequest;
import hanse.peer.v1.ListPeerTransfersResponse;
import hanse.peer.v1.ListPeersRequest;
import hanse.peer.v1.ListPeersResponse;
import hanse.peer.v1.ListStuckMessagesRequest;
import hanse.peer.v1.ListStuckMessagesResponse;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerTransfer;
import hanse.peer.v1.RemovePeerRequest;
import hanse.peer.v1.ResumePeerRequest;
import hanse.peer.v1.RetryStuckMessagesRequest;
import hanse.peer.v1.RetryStuckMessagesResponse;
import hanse.peer.v1.RevokePeerCertificateRequest;
import hanse.peer.v1.SignedCard;
import hanse.peer.v1.SuspendPeerRequest;
import hanse.peer.v1.UpdatePeerRequest;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse peer …`
@Command(
        name = "peer",
        description =
                "Peer with other registries: exchange cards, set limits, suspend, resume, remove, revoke; see to transfers.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {
            PeerCommands.ShowCard.class,
            PeerCommands.Add.class,
            PeerCommands.Listing.class,
            PeerCommands.Show.class,
            PeerCommands.Limit.class,
            PeerCommands.Suspend.class,
            PeerCommands.Resume.class,
            PeerCommands.Remove.class,
            PeerCommands.Revoke.class,
            PeerCommands.AcceptJournal.class,
            PeerCommands.Transfers.class,
            PeerCommands.Advance.class,
            PeerDoctorCommand.class,
            PeerCommands.Stuck.class,
            PeerCommands.Retry.class
        })
final class PeerCommands {

    /// A command about one peer, which answers with it.
    private abstract static class OnPeer extends OnNode {
        @Parameters(index = "0", paramLabel = "PEER", description = "Its registry id.")
        private String peer = "";

        final String peer() {
            return peer;
        }

        abstract Peer answer(Connection node);

        @Override
        final int ask(Connection node) {
            return one(this, answer(node));
        }
    }

    @Command(
            name = "card",
            description =
                    "This registry's peering card, to hand to another operator; read the fingerprint to each other.")
    static final class ShowCard extends OnNode {
        @Option(
                names = {"-o", "--out"},
                paramLabel = "FILE",
                description = "Write it there, for `peer add`.")
        private @Nullable Path file;

        @Override
        int ask(Connection node) throws Exception {
            SignedCard card = node.peers().getCard(GetCardRequest.getDefaultInstance());
            if (file != null) {
                Files.writeString(file, Json.pretty(card) + "\n");
            }
            return show(card, people -> {
                Card content = content(card);
                people.println("registry     " + content.getRegistryId());
                people.println("endpoint     " + content.getEndpoint());
                people.println("public url   " + content.getPublicUrl());
                people.println("signing key  " + content.getSigningKey());
                people.println("fingerprint  " + card.getFingerprint());
                people.println(
                        file == null
                                ? "Write it to a file with --out, and have the other operator `peer add` it."
                                : "card         " + file);
            });
        }
    }

    @Command(name = "add", description = "Trust the registry of a card.")
    static final class Add extends OnNode {
        @Parameters(
                paramLabel = "CARD",
                description = "The file that the other operator's `peer card --out` wrote; - for standard input.")
        private Path file = Path.of("-");

        @Option(
                names = "--fingerprint",
                paramLabel = "TEXT",
                description = "The fingerprint as the other operator read it out; a card with another one is refused.")
        private String fingerprint = "";

        @Option(
                names = "--limit",
                paramLabel = "AVT",
                description = "The most of its money to hold (default: peers.exposure_limit).")
        private String limit = "";

        @Override
        int ask(Connection node) throws Exception {
            String text = file.toString().equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
            SignedCard.Builder card = SignedCard.newBuilder();
            Json.read(text, card);
            return one(
                    this,
                    node.peers()
                            .addPeer(AddPeerRequest.newBuilder()
                                    .setCard(card)
                                    .setFingerprint(fingerprint)
                                    .setExposureLimit(limit)
                                    .setRequestId(requestId())
                                    .build()));
        }
    }

    @Command(name = "list", description = "List the peers.")
    static final class Listing extends OnNode {
        @Override
        int ask(Connection node) {
            ListPeersResponse.Builder all = Pages.read(
                    ListPeersResponse.newBuilder(),
                    Pages.ALL,
                    (size, token) -> node.peers()
                            .listPeers(ListPeersRequest.newBuilder()
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table(
                        "PEER", "STATUS", "LIMIT", "HELD NOW", "OUTSTANDING", "LAST HEARD", "ENDPOINT", "FAULT");
                all.getPeersList()
                        .forEach(p -> table.row(
                                p.getRegistryId(),
                                p.getStatus(),
                                p.getExposureLimit(),
                                p.getNetPosition(),
                                p.getOutstanding(),
                                Times.text(p.getLastHeardAt()),
                                p.getEndpoint(),
                                fault(p)));
                table.print(people);
            });
        }
    }

    @Command(name = "show", description = "Show a peer.")
    static final class Show extends OnPeer {
        @Override
        Peer answer(Connection node) {
            return node.peers()
                    .getPeer(GetPeerRequest.newBuilder().setRegistryId(peer()).build());
        }
    }

    @Command(
            name = "accept-journal",
            description = {
                "Take a peer's journal as it is now, although a checkpoint that is kept of it says otherwise.",
                "With --ours: take note that our own journal lacks what the peer's checkpoint of it covers. What was booked"
                        + " there is lost here, and payments go on."
            })
    static final class AcceptJournal extends OnPeer {
        @Option(names = "--ours", description = "Our journal, not the peer's.")
        private boolean ours;

        @Override
        Peer answer(Connection node) {
            return node.peers()
                    .acceptJournal(AcceptJournalRequest.newBuilder()
                            .setRegistryId(peer())
                            .setOurs(ours)
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "limit", description = "Change how much of a peer's money this registry will hold.")
    static final class Limit extends OnPeer {
        @Parameters(index = "1", paramLabel = "AVT", description = "The limit.")
        private String limit = "";

        @Override
        Peer answer(Connection node) {
            return node.peers()
                    .updatePeer(UpdatePeerRequest.newBuilder()
                            .setRegistryId(peer())
                            .setExposureLimit(limit)
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "suspend", description = "Start no new work with a peer; what is under way still ends.")
    static final class Suspend extends OnPeer {
        @Override
        Peer answer(Connection node) {
            return node.peers()
                    .suspendPeer(SuspendPeerRequest.newBuilder()
                            .setRegistryId(peer())
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "resume", description = "Let new work with a peer start again.")
    static final class Resume extends OnPeer {
        @Override
        Peer answer(Connection node) {
            return node.peers()
                    .resumePeer(ResumePeerRequest.newBuilder()
                            .setRegistryId(peer())
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(
            name = "remove",
            description = "Cut the link; what is unfinished stays and goes on if the same identity returns.")
    static final class Remove extends OnPeer {
        @Override
        Peer answer(Connection node) {
            return node.peers()
                    .removePeer(RemovePeerRequest.newBuilder()
                            .setRegistryId(peer())
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(
            name = "revoke",
            description = {
                "Believe a certificate of a peer no more, because its operator says that the key is in other hands.",
                "Connections that came by it close within a second."
            })
    static final class Revoke extends OnPeer {
        @Parameters(
                index = "1",
                paramLabel = "CERTIFICATE",
                description = "Its SHA-256 or serial number in hex, as `openssl x509 -fingerprint -sha256` or `-serial`"
                        + " prints it.")
        private String certificate = "";

        @Override
        Peer answer(Connection node) {
            return node.peers()
                    .revokePeerCertificate(RevokePeerCertificateRequest.newBuilder()
                            .setRegistryId(peer())
                            .setCertificate(certificate)
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(
            name = "transfers",
            description = "The transfers to a peer that have no outcome yet; their money is in flight until they have.")
    static final class Transfers extends OnNode {
        @Parameters(index = "0", paramLabel = "PEER", description = "Its registry id.")
        private String peer = "";

        @Option(names = "--advanced", description = "Those that were advanced instead, whatever has become of them.")
        private boolean advanced;

        @Override
        int ask(Connection node) {
            ListPeerTransfersResponse.Builder all = Pages.read(
                    ListPeerTransfersResponse.newBuilder(),
                    Pages.ALL,
                    (size, token) -> node.peers()
                            .listPeerTransfers(ListPeerTransfersRequest.newBuilder()
                                    .setRegistryId(peer)
                                    .setAdvanced(advanced)
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table =
                        new Table("SINCE", "STATE", "AMOUNT", "PAYER", "PAYEE", "ADVANCED", "TRANSFER", "SETTLES");
                all.getTransfersList()
                        .forEach(t -> table.row(
                                Times.text(t.getPreparedAt()),
                                t.getState(),
                                t.getAmount(),
                                t.getPayer(),
                                t.getPayee(),
                                t.hasAdvancedAt() ? Times.text(t.getAdvancedAt()) : "",
                                t.getTransferId(),
                                t.getPaymentId()));
                table.print(people);
            });
        }
    }

    @Command(
            name = "advance",
            description = {
                "Give the payer of a transfer without an outcome its amount from the treasury, once.",
                "A later refund goes to the treasury. If the peer has credited the payee, the advance is lost."
            })
    static final class Advance extends OnNode {
        @Parameters(index = "0", paramLabel = "TRANSFER_ID", description = "As `peer transfers` shows it.")
        private String transfer = "";

        @Option(names = "--memo", paramLabel = "TEXT", description = "Shown on both statements.")
        private String memo = "";

        @Option(names = "--request-id", paramLabel = "ID", description = "A repeat with the same id changes nothing.")
        private String id = requestId();

        @Override
        int ask(Connection node) {
            PeerTransfer advanced = node.peers()
                    .advanceTransfer(AdvanceTransferRequest.newBuilder()
                            .setTransferId(transfer)
                            .setMemo(memo)
                            .setRequestId(id)
                            .build());
            return show(
                    advanced,
                    people -> people.println("advanced " + advanced.getAmount() + " AVT to " + advanced.getPayer()
                            + "; transfer " + advanced.getTransferId()));
        }
    }

    @Command(
            name = "stuck",
            description = {
                "The messages to a peer that are set aside, because it has left them undecided too often.",
                "What they are about waits, and they are tried again every hour, or now: `peer retry`."
            })
    static final class Stuck extends OnNode {
        @Parameters(index = "0", paramLabel = "PEER", description = "Its registry id.")
        private String peer = "";

        @Override
        int ask(Connection node) {
            ListStuckMessagesResponse.Builder all = Pages.read(
                    ListStuckMessagesResponse.newBuilder(),
                    Pages.ALL,
                    (size, token) -> node.peers()
                            .listStuckMessages(ListStuckMessagesRequest.newBuilder()
                                    .setRegistryId(peer)
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table("SINCE", "SET ASIDE", "REASON", "KIND", "MESSAGE");
                all.getMessagesList()
                        .forEach(m -> table.row(
                                Times.text(m.getSince()),
                                Times.text(m.getSetAsideAt()),
                                m.getReason(),
                                m.getKind(),
                                m.getMessageId()));
                table.print(people);
            });
        }
    }

    @Command(name = "retry", description = "Send messages to a peer that are set aside again now.")
    static final class Retry extends OnNode {
        @Parameters(index = "0", paramLabel = "PEER", description = "Its registry id.")
        private String peer = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "MESSAGE",
                description = "One of them, as `peer stuck` shows it (default: all).")
        private String message = "";

        @Override
        int ask(Connection node) {
            RetryStuckMessagesResponse retried = node.peers()
                    .retryStuckMessages(RetryStuckMessagesRequest.newBuilder()
                            .setRegistryId(peer)
                            .setMessageId(message)
                            .setRequestId(requestId())
                            .build());
            return show(retried, people -> people.println(retried.getRetried() + " sent again"));
        }
    }

    private static int one(OnNode command, Peer peer) {
        return command.show(peer, people -> print(people, peer));
    }

    private static void print(PrintWriter out, Peer peer) {
        out.println("peer         " + peer.getRegistryId());
        out.println("status       " + peer.getStatus());
        out.println("endpoint     " + peer.getEndpoint());
        out.println("public url   " + peer.getPublicUrl());
        out.println("fingerprint  " + peer.getFingerprint());
        out.println("limit        " + peer.getExposureLimit() + " AVT, held now " + peer.getNetPosition());
        out.println("outstanding  " + peer.getOutstanding() + " messages");
        peer.getRevokedCertificatesList().forEach(revoked -> out.println("revoked      " + revoked));
        out.println("last heard   " + Times.text(peer.getLastHeardAt())
                + (peer.getLastFault().isEmpty() ? "" : "; " + peer.getLastFault()));
        out.println("its journal  " + checkpoint(peer.getCheckpoint(), "kept here", peer.getCheckpointAlarm()));
        out.println(
                "our journal  " + checkpoint(peer.getOurCheckpoint(), "kept there", peer.getOurCheckpointMissing()));
    }

    private static String checkpoint(long number, String where, String wrong) {
        return (wrong.isEmpty() ? "" : "✗ " + wrong + "; ")
                + (number == 0 ? "no checkpoint " : "checkpoint " + number + " ")
                + where;
    }

    private static String fault(Peer peer) {
        if (!peer.getOurCheckpointMissing().isEmpty()) {
            return "✗ RECONCILING: our journal lacks what it has seen";
        }
        return peer.getCheckpointAlarm().isEmpty() ? peer.getLastFault() : "✗ " + peer.getCheckpointAlarm();
    }

    private static Card content(SignedCard card) {
        try {
            return Card.parseFrom(card.getCard());
        } catch (InvalidProtocolBufferException e) {
            throw CommandException.failed("The node sent a card that cannot be read.");
        }
    }
}
