package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.federation.v1.GreetResponse;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import hanse.peer.LinkProbe;
import hanse.peer.MessageSigner;
import hanse.peer.v1.Diagnosis;
import hanse.peer.v1.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What was seen of a link, at one moment, and what it means. Pure.
///
/// @param sight how far the way to it goes; empty when it was not tried
/// @param greeting its answer; empty when there was none
/// @param waiting what has no outcome of it
/// @param canary how canary payments to it fare; empty where this registry sends none
/// @param knowsCard whether it has taken over our card
/// @param ownExpiry when our certificate ends
record Symptoms(
        Peer peer,
        Optional<LinkProbe.Sight> sight,
        Optional<GreetResponse> greeting,
        OutboxStore.Waiting waiting,
        Optional<CanaryState> canary,
        boolean knowsCard,
        Instant ownExpiry,
        Instant now) {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration OFF = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofDays(1);
    private static final int MUCH_PERCENT = 90;

    static Diagnosis judge(Symptoms seen) {
        Diagnosis.Builder found = Diagnosis.newBuilder().setRegistryId(seen.id());
        seen.status(found);
        seen.way(found);
        seen.answer(found);
        seen.backlog(found);
        seen.canary.ifPresent(state -> seen.canary(found, state));
        seen.exposure(found);
        seen.own(found);
        return found.setWell(found.getFindingsList().stream().noneMatch(Finding::getWrong))
                .build();
    }

    private String id() {
        return peer.id().value();
    }

    private void status(Diagnosis.Builder found) {
        switch (peer.status()) {
            case ACTIVE -> {}
            case PENDING ->
                add(
                        found,
                        Finding.Kind.PENDING,
                        true,
                        id() + " has not been reached yet, or does not know this registry",
                        "Have its operator `peer add` our card; what else is wrong with the link is said here.");
            case SUSPENDED ->
                add(
                        found,
                        Finding.Kind.SUSPENDED,
                        true,
                        "An operator of this registry has suspended it: no new work, what is under way ends",
                        "`peer resume " + id() + "` when it may go on.");
            case REMOVED ->
                add(
                        found,
                        Finding.Kind.REMOVED,
                        true,
                        "An operator of this registry has removed it: the link is cut",
                        "`peer add` with its card goes on with what is unfinished, if it still has its key.");
        }
    }

    private void way(Diagnosis.Builder found) {
        if (sight.isEmpty()) {
            return;
        }
        String endpoint = peer.trusted().endpoint();
        String detail = sight.get().detail();
        switch (sight.get().end()) {
            case ARRIVED -> {}
            case NAME ->
                add(
                        found,
                        Finding.Kind.NAME_UNKNOWN,
                        true,
                        "The name " + detail + " of its endpoint has no address here",
                        "Look at this host's DNS; if the peer has moved, `peer add` its new card.");
            case PORT ->
                add(
                        found,
                        Finding.Kind.PORT_CLOSED,
                        true,
                        "Nobody answers at " + endpoint + " (" + detail + ")",
                        "Its node may be down, or a firewall between; ask its operator. Money on its way waits.");
            case TLS ->
                add(
                        found,
                        Finding.Kind.NO_TLS,
                        true,
                        "Who answers at " + endpoint + " does not speak TLS 1.3 (" + detail + ")",
                        "Something else listens there, or stands between; ask its operator for the right endpoint.");
            case FOREIGN_CA ->
                add(
                        found,
                        Finding.Kind.FOREIGN_CA,
                        true,
                        "The certificate at " + endpoint + " comes from " + detail + ", no CA that is pinned of "
                                + id(),
                        "If it has a new CA, `peer add` its new card and compare the fingerprint; otherwise it is not the peer.");
            case OTHER_NAME ->
                add(
                        found,
                        Finding.Kind.OTHER_NAME,
                        true,
                        "Who answers at " + endpoint + " is somebody else: " + detail,
                        "The endpoint leads to another node; ask its operator for a new card.");
            case EXPIRED ->
                add(
                        found,
                        Finding.Kind.CERTIFICATE_EXPIRED,
                        true,
                        "Its certificate ended at " + detail + ", by the clock of this node",
                        "Its node renews it when it runs; if it does, compare the clocks of both hosts.");
            case NOT_YET_VALID ->
                add(
                        found,
                        Finding.Kind.CERTIFICATE_NOT_YET_VALID,
                        true,
                        "Its certificate is valid from " + detail
                                + " on, which is still to come by the clock of this node",
                        "Compare the clocks of both hosts: this one is behind, or the other was ahead.");
            case REVOKED ->
                add(
                        found,
                        Finding.Kind.CERTIFICATE_REVOKED,
                        true,
                        "It still shows the certificate " + detail + ", which an operator of this registry has revoked",
                        "Its operator must give its node a new key and certificate.");
        }
    }

    private void answer(Diagnosis.Builder found) {
        boolean arrived =
                sight.filter(seen -> seen.end() == LinkProbe.End.ARRIVED).isPresent();
        if (arrived && greeting.isEmpty()) {
            add(
                    found,
                    Finding.Kind.NOT_LET_IN,
                    true,
                    "It is there, and does not let this node in",
                    "It may have removed this registry, not know its CA, or have revoked its certificate: have its operator"
                            + " look at its log, and `peer add` our card.");
        }
        greeting.ifPresent(answer -> {
            if (!MessageSigner.isNeighbour(answer.getProtocol())) {
                add(
                        found,
                        Finding.Kind.VERSION,
                        true,
                        "It speaks version " + answer.getProtocol() + " of the protocol, this node "
                                + MessageSigner.PROTOCOL + ": not neighbours",
                        "The older of both must be updated.");
            } else if (!answer.getWelcomes()) {
                add(
                        found,
                        Finding.Kind.NOT_WELCOME,
                        true,
                        "It takes no new work of this registry: it has suspended it",
                        "Ask its operator; what is under way still ends.");
            }
            Optional.of(answer)
                    .filter(GreetResponse::hasNow)
                    .flatMap(told -> WireTime.read(told.getNow()))
                    .ifPresent(told -> clock(found, told));
        });
    }

    private void clock(Diagnosis.Builder found, Instant told) {
        Duration off = Duration.between(now, told);
        if (off.abs().compareTo(OFF) > 0) {
            add(
                    found,
                    Finding.Kind.CLOCK,
                    true,
                    "Its clock is " + off.abs().toSeconds() + " s " + (off.isNegative() ? "behind" : "ahead of")
                            + " this node's",
                    "Have both hosts synchronise their clocks: agents whose clocks are right are refused by one of them.");
        }
    }

    private void backlog(Diagnosis.Builder found) {
        waiting.oldest()
                .filter(oldest -> oldest.isBefore(now.minus(LONG)))
                .ifPresent(oldest -> add(
                        found,
                        Finding.Kind.BACKLOG,
                        true,
                        waiting.messages() + " messages have no outcome of it, the oldest since " + oldest,
                        "They go out by themselves when the link works; `hanse stuck` explains each."));
        if (waiting.aside() > 0) {
            add(
                    found,
                    Finding.Kind.SET_ASIDE,
                    true,
                    waiting.aside() + " messages are set aside, because it left them undecided too often",
                    "`peer stuck " + id() + "` shows why; `peer retry " + id() + "` sends them again.");
        }
    }

    private void canary(Diagnosis.Builder found, CanaryState state) {
        found.setCanary(state.wire());
        if (peer.status() != PeerStatus.ACTIVE) {
            return;
        }
        if (greeting.filter(answer -> answer.getCanary().isEmpty()).isPresent()) {
            add(
                    found,
                    Finding.Kind.CANARY_UNKNOWN,
                    false,
                    "It tells of no canary, so that no payment is tried: it is older, or its operator wants none",
                    "Nothing has to be done; payments begin by themselves when it tells of one.");
        }
        state.waitingSince()
                .filter(since -> since.isBefore(now.minus(LONG)))
                .ifPresent(since -> add(
                        found,
                        Finding.Kind.CANARY_WAITING,
                        true,
                        "The canary payment of " + since + " has no outcome yet, and none is sent after it",
                        "Agents' payments to it wait alike. It ends by itself when the link works."));
        state.refusal()
                .ifPresent(why -> add(
                        found,
                        Finding.Kind.CANARY_REFUSED,
                        true,
                        "It has refused the last canary payment: " + why,
                        why == Reason.EXPOSURE_EXCEEDED
                                ? "It holds as much of this registry's money as it will: have its operator raise the limit;"
                                        + " its payments to this registry lower what it holds."
                                : "Agents' payments to it may be refused alike: ask its operator; docs/reasons.md explains"
                                        + " the reason."));
        state.unsentFor().ifPresent(why -> unsent(found, state, why));
    }

    private static void unsent(Diagnosis.Builder found, CanaryState state, Reason why) {
        if (why == Reason.INSUFFICIENT_FUNDS) {
            add(
                    found,
                    Finding.Kind.CANARY_UNFUNDED,
                    false,
                    "No canary payment is sent: this registry's canary has no money, and the treasury too little for it",
                    "`deposit " + state.payer().agent()
                            + " 1` is enough for 500,000 payments; or turn them off by the setting peers.canary.");
        } else {
            add(
                    found,
                    Finding.Kind.CANARY_UNSENT,
                    true,
                    "The last canary payment could not be sent: " + why,
                    "Agents' payments to it may be refused alike; docs/reasons.md explains the reason.");
        }
    }

    private void exposure(Diagnosis.Builder found) {
        long limit = peer.position().limit().micros();
        long net = Math.max(0, peer.position().net());
        boolean isMuch = net * 100 >= limit * MUCH_PERCENT;
        if (limit > 0 && isMuch) {
            add(
                    found,
                    Finding.Kind.EXPOSURE,
                    net >= limit,
                    "Of its money " + Avt.text(net) + " AVT are held, of "
                            + peer.position().limit() + " at most" + (net >= limit ? ": its payments are refused" : ""),
                    "`peer limit " + id()
                            + "` raises it, if you would lose so much; payments to it lower what is held.");
        }
    }

    private void own(Diagnosis.Builder found) {
        if (ownExpiry.isBefore(now.plus(SOON))) {
            add(
                    found,
                    Finding.Kind.OWN_CERTIFICATE,
                    true,
                    "This node's own certificate ends at " + ownExpiry,
                    "It renews itself; if it did not, look at its log and at the key directory.");
        }
        if (greeting.isPresent() && !knowsCard) {
            add(
                    found,
                    Finding.Kind.CARD_UNKNOWN,
                    false,
                    "It has not taken over this registry's card as it is now",
                    "It is shown again by itself; if that stays so, have its operator `peer add` our card.");
        }
    }

    private static void add(Diagnosis.Builder found, Finding.Kind kind, boolean wrong, String what, String remedy) {
        found.addFindings(
                Finding.newBuilder().setKind(kind).setWrong(wrong).setWhat(what).setRemedy(remedy));
    }
}
