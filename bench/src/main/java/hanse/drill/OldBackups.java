package hanse.drill;

import hanse.audit.v1.AuditServiceGrpc;
import hanse.audit.v1.GetCheckpointRequest;
import hanse.audit.v1.GetReceiptRequest;
import hanse.error.v1.Reason;
import hanse.sdk.HanseException;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// A registry's machine is gone, and the registry is made anew from a backup that lacks the last of what it has done.
/// Its peers notice; it pays nothing until its operator has seen to what is lost; and that is known to the last
/// micro-AVT.
final class OldBackups implements Misfortune {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Optional<Reason> RECONCILING = Optional.of(Reason.RECONCILING);

    private final Ground ground;
    private final Load load;
    private final Losses losses;
    private final Faults faults;
    private final Tally tally;

    OldBackups(Ground ground, Load load, Losses losses, Faults faults, Tally tally) {
        this.ground = ground;
        this.load = load;
        this.losses = losses;
        this.faults = faults;
        this.tally = tally;
    }

    @Override
    public void strike(Random random, Duration about) throws Exception {
        Town town = ground.any(
                random, ground.towns().stream().filter(Town::ownsItsDatabase).toList());
        List<Town> peers =
                ground.towns().stream().filter(other -> !other.equals(town)).toList();
        // What a registry still knows of half a payment or contract is another story, and nobody misses a canary's.
        for (Town each : ground.towns()) {
            each.letCanaryPay(false);
        }
        faults.require(load.transfersOnly(town.registry(), PATIENCE), "payments and contracts do not end");
        awaitSettled(town, peers);
        Set<Deed> safe = load.deeds().stream()
                .filter(deed -> mustBeIn(deed, town.registry()))
                .collect(Collectors.toSet());
        Path backup = beside(town, "backup");
        town.done("backup", backup.toString());
        tally.happens("backup of " + town.registry() + " while it serves");
        awaitWitnesses(town, peers);
        Thread.sleep(about.dividedBy(2).plusMillis(random.nextLong(about.toMillis())));
        town.first().killWithDatabase();
        long killed = System.nanoTime();
        Files.move(town.first().directory(), beside(town, "lost"));
        tally.happens("the end of " + town.registry() + "'s node and of all that it had written");
        restore(town, backup);
        long acknowledged = load.asking().acknowledgedBy(town.registry());
        requireReconciling(town);
        requireNotice(town, peers);
        Aftermath aftermath = new Aftermath(town, peers, losses, faults, tally);
        aftermath.find(load.deeds(), load.name(), safe);
        requireAudits(town, aftermath);
        aftermath.freeze();
        requireReconciling(town);
        faults.require(
                load.asking().acknowledgedBy(town.registry()) == acknowledged,
                town.registry() + " has changed something before it was reconciled");
        Callable<Boolean> goesOn = load.asking().twentyMoreBy(town.registry());
        long arrived = load.asking().arrivedFrom(town.registry());
        for (Town peer : peers) {
            town.done("peer", "accept-journal", peer.registry(), "--ours");
            peer.done("peer", "accept-journal", town.registry());
        }
        faults.requireSoon(
                () -> !town.refusal().equals(RECONCILING), town.registry() + " does not see that it is reconciled");
        aftermath.makeUp();
        faults.requireSoon(goesOn, town.registry() + " acknowledges nothing since it is reconciled");
        faults.requireSoon(
                () -> load.asking().arrivedFrom(town.registry()) > arrived,
                "no transfer from " + town.registry() + " arrives since it is reconciled");
        tally.took(
                "from the end of a registry until it paid again, put back to its backup and reconciled",
                Duration.ofNanos(System.nanoTime() - killed));
        for (Town each : ground.towns()) {
            each.letCanaryPay(true);
        }
        load.everything();
    }

    /// Whether a backup that begins now has all of it.
    private static boolean mustBeIn(Deed deed, String registry) {
        return deed.concerns(registry)
                && deed.state() == Deed.State.DONE
                && (deed.payer().registry().equals(registry)
                        || !(deed instanceof Crossing crossing)
                        || crossing.hasArrived());
    }

    private static Path beside(Town town, String what) {
        Path home = town.first().directory();
        int number = 1;
        while (Files.exists(home.resolveSibling(home.getFileName() + "-" + what + "-" + number))) {
            number++;
        }
        return home.resolveSibling(home.getFileName() + "-" + what + "-" + number);
    }

    private void awaitSettled(Town town, List<Town> peers) throws Exception {
        String settling = "select count(*) from frame where state = 1 and attempt > 0";
        faults.requireSoon(
                () -> count(town, settling) == 0, "payments of " + town.registry() + "'s agents do not arrive");
        for (Town peer : peers) {
            faults.requireSoon(
                    () -> count(peer, settling + " and peer = '" + town.registry() + "'") == 0,
                    "payments to " + town.registry() + "'s agents do not arrive");
        }
    }

    /// Until each peer keeps a checkpoint that covers something the backup lacks.
    private void awaitWitnesses(Town town, List<Town> peers) throws Exception {
        int begun = load.deeds().size();
        Channel operator = town.first().operator().channel();
        faults.requireSoon(
                () -> load.deeds().stream()
                        .skip(begun)
                        .filter(deed ->
                                deed.isLocal() && deed.payer().registry().equals(town.registry()))
                        .flatMap(deed -> deed.answer("transfer").stream())
                        .findFirst()
                        .filter(transfer -> isProven(operator, transfer))
                        .isPresent(),
                town.registry() + " makes no checkpoint");
        long newest = AuditServiceGrpc.newBlockingStub(operator)
                .getCheckpoint(GetCheckpointRequest.getDefaultInstance())
                .getNumber();
        faults.requireSoon(
                () -> {
                    town.showCheckpoint();
                    for (Town peer : peers) {
                        if (peer.peer(town.registry()).getCheckpoint() < newest) {
                            return false;
                        }
                    }
                    return true;
                },
                "no peer keeps checkpoint " + newest + " of " + town.registry());
    }

    private static boolean isProven(Channel operator, String transfer) {
        try {
            var unused = AuditServiceGrpc.newBlockingStub(operator)
                    .getReceipt(GetReceiptRequest.newBuilder().setId(transfer).build());
            return true;
        } catch (StatusRuntimeException e) {
            if (HanseException.of(e).reason() == Reason.NOT_YET_PROVEN) {
                return false;
            }
            throw e;
        }
    }

    private void restore(Town town, Path backup) throws Exception {
        town.done("restore", backup.toString());
        Town.launch(town.first());
        town.first().awaitReady();
        town.door().knock();
        tally.happens(town.registry() + " is put back to its backup");
    }

    /// Nothing is paid there, and whoever asks is told why.
    private void requireReconciling(Town town) {
        Optional<Reason> told = town.refusal();
        faults.require(told.equals(RECONCILING), town.registry() + " does not refuse with RECONCILING, but: " + told);
    }

    /// Its peers see that it has gone back, it sees what they keep, and it learns what has become of all that it had on
    /// its way when the backup was written.
    private void requireNotice(Town town, List<Town> peers) throws Exception {
        for (Town peer : peers) {
            faults.requireSoon(
                    () -> {
                        town.showCheckpoint();
                        return !peer.peer(town.registry()).getCheckpointAlarm().isEmpty()
                                && !town.peer(peer.registry())
                                        .getOurCheckpointMissing()
                                        .isEmpty();
                    },
                    peer.registry() + " does not notice that " + town.registry() + " has gone back");
            tally.happens("seen by a peer: "
                    + peer.peer(town.registry()).getCheckpointAlarm().replaceAll("\\d+", "N"));
        }
        faults.requireSoon(
                () -> count(town, Reckoning.UNFINISHED) == 0,
                town.registry() + " does not learn what has become of what it had sent");
    }

    private void requireAudits(Town town, Aftermath aftermath) {
        requireSaid(town.hanse("peer", "list"), 0, "RECONCILING");
        requireSaid(town.hanse("audit", "verify"), 1, "keeps it");
        if (aftermath.hasHalves()) {
            requireSaid(town.hanse("audit", "federation"), 1, "DOES NOT HOLD");
        }
    }

    private void requireSaid(Town.Said said, int code, String words) {
        faults.require(said.code() == code && said.words().contains(words), "does not say " + words + ": " + said);
    }

    private static long count(Town town, String query) throws SQLException, IOException {
        try (Connection database = town.database()) {
            return Rows.of(database, query).getFirst().number(0);
        }
    }
}
