package hanse.drill;

import hanse.audit.v1.AuditServiceGrpc;
import hanse.audit.v1.Equation;
import hanse.audit.v1.GetFederationReportRequest;
import hanse.audit.v1.PeerReport;
import hanse.audit.v1.StatementServiceGrpc;
import hanse.audit.v1.VerifyJournalRequest;
import hanse.audit.v1.VerifyJournalResponse;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.node.ledger.Avt;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// What agents were told, and what stands in the books.
final class Reckoning {
    /// How much waits for an outcome of a peer.
    static final String UNFINISHED =
            "select (select count(*) from frame where state = 1) + (select count(*) from outbox)";

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final Ground ground;
    private final Losses losses;
    private final Faults faults;
    private final Tally tally;

    Reckoning(Ground ground, Losses losses, Faults faults, Tally tally) {
        this.ground = ground;
        this.losses = losses;
        this.faults = faults;
        this.tally = tally;
    }

    /// Waits until nothing is on its way between registries, and nothing will be: databases are read one after the
    /// other.
    void awaitRest(Duration patience) throws SQLException, IOException, InterruptedException {
        for (Town town : ground.towns()) {
            town.letCanaryPay(false);
        }
        long began = System.nanoTime();
        for (Town town : ground.towns()) {
            try (Connection database = town.database()) {
                long left = unfinished(database);
                while (left > 0 && System.nanoTime() - began < patience.toNanos()) {
                    Thread.sleep(LOOK_AGAIN);
                    left = unfinished(database);
                }
                faults.require(left == 0, town.registry() + " still waits for " + left + " outcomes of its peers");
            }
        }
        tally.took("until every transfer had ended on both sides", Duration.ofNanos(System.nanoTime() - began));
    }

    private static long unfinished(Connection database) throws SQLException {
        return Rows.of(database, UNFINISHED).getFirst().number(0);
    }

    /// Compares all.
    ///
    /// @param name what the memos of all transfers begin with
    void compare(List<Deed> deeds, String name) throws SQLException, IOException {
        deeds.stream()
                .filter(deed -> deed.state() != Deed.State.DONE && !deed.isUndone())
                .forEach(deed -> faults.add("was not done although nothing is wrong with it: " + deed));
        Map<String, Books> books = new HashMap<>();
        for (Town town : ground.towns()) {
            try (Connection database = town.database()) {
                books.put(town.registry(), Books.read(database, name));
            }
        }
        new Comparison(books, losses, faults, tally).compare(deeds);
        balances(deeds, books);
        conservation(books);
        audit();
        reports();
    }

    /// Every agent has what it was told, to the last micro, and nothing of it is held.
    private void balances(List<Deed> deeds, Map<String, Books> books) {
        Map<String, Long> expected = new HashMap<>();
        long rich = Avt.parse(Town.RICH).micros();
        ground.towns().forEach(town -> town.agents().forEach(agent -> expected.put(agent.did(), rich)));
        for (Deed deed : deeds) {
            if (deed.state() == Deed.State.DONE) {
                long fee = Deed.FEE.of(new Avt(deed.micros())).micros();
                expected.merge(deed.payer().did(), -deed.micros(), Long::sum);
                expected.merge(deed.payee().did(), deed.micros() - fee, Long::sum);
            }
        }
        losses.forgottenBySenders().forEach(half -> {
            // The payee has it; of the payer's as much was destroyed.
            expected.merge(half.deed().payer().did(), -half.micros(), Long::sum);
            expected.merge(half.deed().payee().did(), half.afterFee(), Long::sum);
        });
        for (Town town : ground.towns()) {
            Books own = books.getOrDefault(town.registry(), Books.EMPTY);
            for (Party agent : town.agents()) {
                String id = agent.credentials().subject();
                long has = own.balances().getOrDefault(id, -1L);
                long wanted = expected.getOrDefault(agent.did(), 0L);
                faults.require(
                        has == wanted,
                        agent.did() + " has " + Avt.text(has) + " instead of " + Avt.text(wanted) + ", "
                                + Avt.text(has - wanted) + " more");
                faults.require(
                        own.held().getOrDefault(id, 0L) == 0, "of what " + agent.did() + " has, something is held");
            }
        }
    }

    /// Nothing was made or lost: what agents and treasuries have is what was deposited.
    private void conservation(Map<String, Books> books) {
        long deposited = 0;
        long there = 0;
        for (Town town : ground.towns()) {
            Books own = books.getOrDefault(town.registry(), Books.EMPTY);
            deposited += Avt.parse(Town.RICH).micros() * town.agents().size();
            there += own.circulating();
            faults.require(own.sum() == 0, "the balances of " + town.registry() + " come to " + own.sum());
            for (Town other : ground.towns()) {
                long exported = own.exported().getOrDefault(other.registry(), 0L);
                long imported = -books.getOrDefault(other.registry(), Books.EMPTY)
                        .imported()
                        .getOrDefault(town.registry(), 0L);
                faults.require(
                        imported - exported == losses.importedTooMuch(town.registry(), other.registry()),
                        town.registry() + " has exported " + exported + " to " + other.registry()
                                + ", which has imported " + imported);
            }
        }
        long expected = deposited - losses.fees();
        faults.require(
                there == expected,
                "deposited were " + Avt.text(deposited) + ", there are " + Avt.text(there) + " instead of "
                        + Avt.text(expected));
    }

    /// As `hanse audit verify` and `hanse supply` do.
    private void audit() throws IOException {
        for (Town town : ground.towns()) {
            var channel = town.first().operator().channel();
            Iterator<VerifyJournalResponse> answers =
                    AuditServiceGrpc.newBlockingStub(channel).verifyJournal(VerifyJournalRequest.getDefaultInstance());
            List<VerifyJournalResponse> all = new ArrayList<>();
            answers.forEachRemaining(all::add);
            VerifyJournalResponse last = all.getLast();
            faults.require(
                    last.getFinished() && last.getHolds(),
                    "the audit of " + town.registry() + " says: " + last.getFault());
            tally.add("journal entries verified", last.getEntriesChecked());
            faults.require(
                    LedgerServiceGrpc.newBlockingStub(channel)
                            .getSupply(GetSupplyRequest.getDefaultInstance())
                            .getHolds(),
                    "the supply equation of " + town.registry() + " does not hold");
        }
    }

    /// As `hanse audit federation`: it finds what was lost, in its exact amount, and nothing else.
    private void reports() throws IOException {
        for (Town town : ground.towns()) {
            var report = StatementServiceGrpc.newBlockingStub(
                            town.first().operator().channel())
                    .getFederationReport(GetFederationReportRequest.getDefaultInstance());
            for (PeerReport peer : report.getPeersList()) {
                requireEquation(peer.getEquations(0), town.registry(), peer.getRegistryId());
                requireEquation(peer.getEquations(1), peer.getRegistryId(), town.registry());
            }
        }
    }

    private void requireEquation(Equation equation, String from, String to) {
        long tooMuch = losses.importedTooMuch(from, to);
        Equation.State state = tooMuch == 0 ? Equation.State.HOLDS : Equation.State.DOES_NOT_HOLD;
        faults.require(
                equation.getText().startsWith("exported(" + from + " → " + to)
                        && equation.getState() == state
                        && Avt.parse(equation.getIs()).micros()
                                        - Avt.parse(equation.getLeast()).micros()
                                == tooMuch,
                "the federation report differs by another amount than " + tooMuch + " micro-AVT: " + equation);
    }
}
