package hanse.bench;

import hanse.schema.EmbeddedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The ledger alone: durable transfers with a fee to the treasury, journal and events on.
final class LedgerBench {
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final int WRITERS = 2;
    private static final List<Integer> ONE_BY_ONE_CLIENTS = List.of(1, 2, 4, 8, 16);

    private LedgerBench() {}

    static Report run(Options options) {
        Duration time = Duration.ofSeconds(options.seconds());
        Report report = new Report("ledger", options.seconds(), options.clients());
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary(EmbeddedPostgres.Options.defaults());
                LedgerStage stage = new LedgerStage(postgres, "ledger", options.accounts(), 0)) {
            Server server = Server.of(postgres);
            server.age();
            Optional<Pgbench> pgbench = Pgbench.prepare(server);
            ClosedLoop.Result grouped = report.main(
                    options.clients() + " in flight, group commit",
                    stage.grouped(WRITERS, options.clients(), WARM_UP, time, 0));
            ClosedLoop.Result alone =
                    report.line("1 in flight, group commit", stage.grouped(WRITERS, 1, WARM_UP, time, 0));
            ClosedLoop.Result oneAlone = stage.oneByOne(1, WARM_UP, time);
            ClosedLoop.Result best = oneAlone;
            int bestClients = 1;
            for (int clients : ONE_BY_ONE_CLIENTS) {
                ClosedLoop.Result result = clients == 1 ? oneAlone : stage.oneByOne(clients, WARM_UP, time);
                report.line("one transaction each, " + clients + " clients", result);
                if (result.rate() > best.rate()) {
                    best = result;
                    bestClients = clients;
                }
            }
            ClosedLoop.Result half = report.line(
                    "group commit at half its rate",
                    stage.grouped(WRITERS, options.clients(), WARM_UP, time, grouped.rate() / 2));
            if (pgbench.isPresent()) {
                report.ratio(
                        "tpcb",
                        grouped.rate()
                                / report.line(
                                        "pgbench TPC-B, scale 10, 32 clients",
                                        pgbench.get().tpcb(time)));
            } else {
                report.missing("pgbench TPC-B, scale 10, 32 clients", "no pgbench here: install PostgreSQL's packages");
            }
            report.ratio("one_tx", grouped.rate() / best.rate());
            report.ratio("one_tx_1_client", alone.rate() / oneAlone.rate());
            report.ratio("half_rate_p99_by_p50", half.p99Millis() / half.p50Millis());
            if (options.history()) {
                try (LedgerStage large = new LedgerStage(postgres, "large", 1_000_000, 5_000_000)) {
                    ClosedLoop.Result aged = report.line(
                            "1,000,000 accounts, 5,000,000 past transfers",
                            large.grouped(WRITERS, options.clients(), WARM_UP, time, 0));
                    ClosedLoop.Result young = report.line(
                            options.accounts() + " accounts, again",
                            stage.grouped(WRITERS, options.clients(), WARM_UP, time, 0));
                    report.ratio("history", aged.rate() / young.rate());
                }
            }
            if (bestClients == ONE_BY_ONE_CLIENTS.getLast()) {
                System.out.println("one transaction each is still rising at its largest client count");
            }
        }
        return report;
    }
}
