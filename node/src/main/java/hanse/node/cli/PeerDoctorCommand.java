package hanse.node.cli;

import hanse.peer.v1.CanaryPayments;
import hanse.peer.v1.DiagnosePeerRequest;
import hanse.peer.v1.Diagnosis;
import hanse.peer.v1.ListPeersRequest;
import hanse.peer.v1.ListPeersResponse;
import hanse.peer.v1.Peer;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `hanse peer doctor`
@Command(
        name = "doctor",
        description = {
            "Looks into the link to a peer, or to all: says in words what is wrong with it, and what to do.",
            "Exit code 1 when something is wrong."
        })
final class PeerDoctorCommand extends OnNode {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PEER",
            description = "Its registry id (default: all but removed ones).")
    private String peer = "";

    @Override
    int ask(Connection node) {
        List<String> ids = peer.isEmpty()
                ? Pages.read(
                                ListPeersResponse.newBuilder(),
                                Pages.ALL,
                                (size, token) -> node.peers()
                                        .listPeers(ListPeersRequest.newBuilder()
                                                .setPageSize(size)
                                                .setPageToken(token)
                                                .build()))
                        .getPeersList()
                        .stream()
                        .filter(known -> known.getStatus() != Peer.Status.REMOVED)
                        .map(Peer::getRegistryId)
                        .toList()
                : List.of(peer);
        if (ids.isEmpty()) {
            out().println("There is no peer to look at.");
            out().flush();
        }
        boolean well = true;
        for (String id : ids) {
            Diagnosis diagnosis = node.peers()
                    .diagnosePeer(
                            DiagnosePeerRequest.newBuilder().setRegistryId(id).build());
            well &= diagnosis.getWell();
            var unused = show(diagnosis, people -> print(people, diagnosis));
        }
        return well ? 0 : Failures.FAILED;
    }

    private static void print(PrintWriter out, Diagnosis diagnosis) {
        out.println((diagnosis.getWell() ? "✓ " : "✗ ")
                + diagnosis.getRegistryId()
                + (diagnosis.getFindingsCount() == 0 ? ": nothing is wrong" : "")
                + canary(diagnosis.getCanary()));
        diagnosis.getFindingsList().forEach(finding -> {
            out.println("  " + finding.getWhat() + ".");
            out.println("    → " + finding.getRemedy());
        });
    }

    private static String canary(CanaryPayments payments) {
        return payments.hasArrivedAt()
                ? "; a canary payment has arrived at " + Times.text(payments.getArrivedAt()) + ", after "
                        + payments.getTookMs() + " ms"
                : "";
    }
}
