package hanse.node.statement;

import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.ShowTotalsRequest;
import hanse.federation.v1.ShowTotalsResponse;
import hanse.node.call.RegistryId;
import hanse.node.federation.Federation;
import hanse.wire.journal.TotalsText;
import io.grpc.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Conservation between registries: what one has given up and the other has of it, held together while money moves. Our
/// books are read before the peer is asked and after it has answered; each figure only ever grows (what was prepared,
/// too: what is refunded was never imported), so the equations hold at every moment or not at all.
public final class FederationReports {
    private final RegistryId self;
    private final Federation federation;
    private final Totals totals;

    public FederationReports(RegistryId self, Federation federation, Totals totals) {
        this.self = self;
        this.federation = federation;
        this.totals = totals;
    }

    /// least ≤ is ≤ most, micro-AVT.
    record Equation(String text, long least, long is, long most) {
        boolean holds() {
            return least <= is && is <= most;
        }
    }

    /// @param at when the peer answered; empty if it did not, and then the equations are of no figures
    record Report(RegistryId peer, Optional<Instant> at, List<Equation> equations) {}

    /// Asks every peer at once.
    List<Report> now() {
        Map<RegistryId, TotalsText> before = new LinkedHashMap<>();
        Map<RegistryId, CompletableFuture<ShowTotalsResponse>> asked = new LinkedHashMap<>();
        for (RegistryId peer : federation.directory().linked()) {
            before.put(peer, totals.now(peer));
            asked.put(peer, ask(peer));
        }
        List<Report> reports = new ArrayList<>();
        asked.forEach((peer, answer) -> {
            Optional<TotalsText> theirs = answered(peer, answer);
            TotalsText now = totals.now(peer);
            TotalsText ours = before.getOrDefault(peer, now);
            reports.add(new Report(peer, theirs.map(TotalsText::at), equations(peer, ours, theirs.orElse(ours), now)));
        });
        return reports;
    }

    /// What a peer's books have that ours lack, in words; empty too where it is too old to say.
    ///
    /// @throws CompletionException when it does not answer
    /// @throws IllegalArgumentException when its answer does not verify
    public Optional<String> lacking(RegistryId peer) {
        TotalsText before = totals.now(peer);
        try {
            TotalsText theirs = verified(peer, ask(peer).join())
                    .orElseThrow(() -> new IllegalArgumentException("not signed by " + peer));
            return equations(peer, before, theirs, totals.now(peer)).stream()
                    .filter(equation -> !equation.holds())
                    .map(equation -> "of what passed between us it knows more: " + equation.text() + " does not hold")
                    .findFirst();
        } catch (CompletionException unanswered) {
            if (Status.fromThrowable(unanswered).getCode() == Status.Code.UNIMPLEMENTED) {
                return Optional.empty();
            }
            throw unanswered;
        }
    }

    private CompletableFuture<ShowTotalsResponse> ask(RegistryId peer) {
        return federation.ask(
                peer, FederationServiceGrpc.getShowTotalsMethod(), ShowTotalsRequest.getDefaultInstance());
    }

    private Optional<TotalsText> answered(RegistryId peer, CompletableFuture<ShowTotalsResponse> answer) {
        try {
            return verified(peer, answer.join());
        } catch (CompletionException unreached) {
            return Optional.empty();
        }
    }

    private Optional<TotalsText> verified(RegistryId peer, ShowTotalsResponse answer) {
        byte[] text = answer.getText().toByteArray();
        return TotalsText.parse(text)
                .filter(read -> read.signer().equals(peer.value())
                        && read.peer().equals(self.value())
                        && federation
                                .directory()
                                .isSigned(peer, text, answer.getSignature().toByteArray()));
    }

    private List<Equation> equations(RegistryId peer, TotalsText before, TotalsText theirs, TotalsText after) {
        return List.of(
                new Equation(
                        transfers(self, peer),
                        before.exported(),
                        theirs.imported(),
                        Math.addExact(after.exported(), after.inFlight())),
                new Equation(
                        transfers(peer, self),
                        theirs.exported(),
                        between(before.imported(), theirs.exported(), after.imported()),
                        Math.addExact(theirs.exported(), theirs.inFlight())),
                new Equation(slashes(self, peer), 0, before.compensated(), theirs.slashed()),
                new Equation(slashes(peer, self), 0, theirs.compensated(), after.slashed()));
    }

    /// What it was while the peer was asked: between what it was before and after, and as it must be, if it can.
    private static long between(long before, long wanted, long after) {
        return Math.max(before, Math.min(wanted, after));
    }

    private static String transfers(RegistryId from, RegistryId to) {
        return "exported(" + from + " → " + to + ") ≤ imported ≤ exported + in flight";
    }

    private static String slashes(RegistryId origin, RegistryId home) {
        return "compensated(" + origin + " : " + home + ") ≤ slashed";
    }
}
