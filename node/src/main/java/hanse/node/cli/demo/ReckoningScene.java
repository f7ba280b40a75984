package hanse.node.cli.demo;

import hanse.audit.v1.AuditServiceGrpc;
import hanse.audit.v1.VerifyJournalRequest;
import hanse.audit.v1.VerifyJournalResponse;
import hanse.ledger.v1.PeerSupply;
import hanse.ledger.v1.Supply;
import hanse.node.cli.Books;
import hanse.node.cli.LocalFederation.Member;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;

/// What is left at the end: both books, both journals, and logs without a secret.
final class ReckoningScene {
    private final Stage stage;
    private final Member alpha;
    private final Member beta;
    private final Steps steps;

    ReckoningScene(Stage stage) {
        this.stage = stage;
        this.alpha = stage.alpha;
        this.beta = stage.beta;
        this.steps = stage.steps;
    }

    void books() throws IOException {
        Supply here = stage.supply(alpha);
        Supply there = stage.supply(beta);
        Books.print(steps.out(), alpha.registry(), here);
        steps.out().println();
        Books.print(steps.out(), beta.registry(), there);
        steps.out().println();
        steps.check("alpha's supply equation holds", here.getHolds() && equation(here));
        steps.check("beta's supply equation holds", there.getHolds() && equation(there));
        steps.same(
                "exported by alpha to beta",
                stage.exported.setScale(Stage.MICROS),
                Stage.amount(peer(here, beta).getExported()).setScale(Stage.MICROS));
        steps.same(
                "imported by beta from alpha",
                stage.exported.setScale(Stage.MICROS),
                Stage.amount(peer(there, alpha).getImported()).setScale(Stage.MICROS));
        steps.same("still in flight", BigDecimal.ZERO, Stage.amount(here.getInFlight()));
        steps.same(
                "alpha's agents and treasury hold what was issued or compensated, and not exported",
                Stage.DEPOSIT.add(stage.compensated).subtract(stage.exported).setScale(Stage.MICROS),
                Stage.amount(here.getAgents())
                        .add(Stage.amount(here.getTreasury()))
                        .setScale(Stage.MICROS));
    }

    void audit() throws IOException {
        for (Member member : stage.members()) {
            Iterator<VerifyJournalResponse> answers = AuditServiceGrpc.newBlockingStub(
                            member.operator().channel())
                    .verifyJournal(VerifyJournalRequest.getDefaultInstance());
            VerifyJournalResponse last = VerifyJournalResponse.getDefaultInstance();
            while (answers.hasNext()) {
                last = answers.next();
            }
            steps.check(
                    member.registry() + ": " + last.getEntriesChecked() + " entries verified"
                            + (last.getFault().isEmpty() ? "" : "; " + last.getFault()),
                    last.getFinished() && last.getHolds() && last.getEntriesChecked() > 0);
        }
    }

    void logs() throws IOException {
        for (Member member : stage.members()) {
            List<String> found = stage.secrets.findIn(member.log());
            found.forEach(steps::say);
            steps.check(
                    member.registry() + "/" + member.log().getFileName() + ": " + Files.size(member.log()) / 1024
                            + " KiB searched for " + stage.secrets.count()
                            + " tokens, secrets, signatures and keys; found "
                            + found.size(),
                    found.isEmpty());
        }
    }

    private static PeerSupply peer(Supply supply, Member other) {
        return supply.getPeersList().stream()
                .filter(peer -> peer.getRegistryId().equals(other.registry()))
                .findFirst()
                .orElse(PeerSupply.getDefaultInstance());
    }

    /// The equation, computed here from the terms.
    private static boolean equation(Supply s) {
        BigDecimal made = Stage.amount(s.getIssued())
                .add(Stage.amount(s.getCompensated()))
                .add(Stage.amount(s.getImported()));
        BigDecimal gone =
                Stage.amount(s.getDestroyed()).add(Stage.amount(s.getSlashed())).add(Stage.amount(s.getExported()));
        BigDecimal there = Stage.amount(s.getAgents())
                .add(Stage.amount(s.getTreasury()))
                .add(Stage.amount(s.getEscrow()))
                .add(Stage.amount(s.getBonds()))
                .add(Stage.amount(s.getInFlight()));
        return made.subtract(gone).compareTo(there) == 0;
    }
}
