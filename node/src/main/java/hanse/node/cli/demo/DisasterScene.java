package hanse.node.cli.demo;

import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.ledger.v1.LedgerServiceGrpc.LedgerServiceBlockingStub;
import hanse.node.cli.LocalFederation.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;

/// Transfers between the registries while nodes and databases are killed.
final class DisasterScene {
    private final Stage stage;
    private final Member alpha;
    private final Member beta;
    private final Steps steps;
    private final int transfers;

    DisasterScene(Stage stage) {
        this.stage = stage;
        this.alpha = stage.alpha;
        this.beta = stage.beta;
        this.steps = stage.steps;
        this.transfers = stage.transfers;
    }

    void storm() throws Exception {
        Storm storm = new Storm(
                alpha,
                stage.alice().credentials(),
                stage.weather().did(),
                Stage.STORM_AMOUNT.toPlainString(),
                transfers);
        storm.begin();

        storm.awaitAcknowledged(transfers / 8);
        int acknowledged = storm.acknowledgedSoFar();
        int underWay = storm.underWay();
        beta.kill();
        steps.check(
                "beta's node killed: " + acknowledged + " acknowledged, " + underWay + " under way",
                acknowledged > 0 && underWay > 0);
        beta.launch();
        beta.awaitReady();
        steps.say("beta is back; meanwhile " + storm.unfinished() + " were acknowledged that wait for it");

        storm.awaitAcknowledged(transfers * 3 / 8);
        acknowledged = storm.acknowledgedSoFar();
        underWay = storm.underWay();
        alpha.kill();
        steps.check(
                "alpha's node killed: " + acknowledged + " acknowledged, " + underWay + " under way",
                acknowledged > 0 && underWay > 0);
        alpha.launch();
        alpha.awaitReady();
        steps.say("alpha is back");

        storm.awaitAcknowledged(transfers * 5 / 8);
        killDatabase(alpha, storm);
        storm.awaitAcknowledged(transfers * 6 / 8);
        killDatabase(beta, storm);

        storm.awaitEnd();
        storm.failures().stream().distinct().limit(5).forEach(steps::say);
        steps.check(
                "all " + transfers + " acknowledged; " + storm.repeats()
                        + " calls were repeated under their request id",
                storm.acknowledgedSoFar() == transfers && storm.failures().isEmpty());
        steps.same("transfers with an id of their own", transfers, new HashSet<>(storm.transferIds()).size());
        outcomes(storm.transferIds());
    }

    private void killDatabase(Member member, Storm storm) throws Exception {
        long before = member.databasePid();
        int underWay = storm.underWay();
        member.killDatabase();
        steps.check(
                member.registry() + "'s PostgreSQL killed: " + storm.acknowledgedSoFar() + " acknowledged, " + underWay
                        + " under way",
                underWay > 0);
        Instant deadline = Instant.now().plus(Stage.OUTCOMES);
        while (!member.databaseIsAnotherThan(before) && Instant.now().isBefore(deadline)) {
            Thread.sleep(Duration.ofMillis(50));
        }
        member.awaitReady();
        steps.check(
                "its node has started another, and is ready", member.databaseIsAnotherThan(before) && member.isAlive());
    }

    private void outcomes(List<String> transferIds) throws Exception {
        LedgerServiceBlockingStub ledger = alpha.operator().ledger();
        Instant deadline = Instant.now().plus(Stage.OUTCOMES);
        int done = 0;
        int refunded = 0;
        for (String id : transferIds) {
            GetCrossRegistryTransferRequest question = GetCrossRegistryTransferRequest.newBuilder()
                    .setTransferId(id)
                    .build();
            CrossRegistryTransferResponse transfer = ledger.getCrossRegistryTransfer(question);
            while (transfer.getState() == State.PREPARED && Instant.now().isBefore(deadline)) {
                Thread.sleep(Duration.ofMillis(100));
                transfer = ledger.getCrossRegistryTransfer(question);
            }
            switch (transfer.getState()) {
                case EXPORTED -> done++;
                case REFUNDED -> refunded++;
                case PREPARED, STATE_UNSPECIFIED, UNRECOGNIZED -> steps.say(id + " is still " + transfer.getState());
            }
        }
        steps.check(
                "every transfer has ended: " + done + " arrived, " + refunded + " were refunded",
                done + refunded == transferIds.size());
        steps.same("all arrived", transfers, done);
        stage.sent(Stage.STORM_AMOUNT, done);
        stage.expectAliceAndWeather();
    }
}
