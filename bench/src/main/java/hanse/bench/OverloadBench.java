package hanse.bench;

import com.google.common.util.concurrent.ListenableFuture;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import hanse.node.config.Setting;
import hanse.schema.EmbeddedPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Ten times as much as a node gets done. Over the wire the node is held to one transfer a transaction by one
/// writer, on a disk that takes ten milliseconds, so that the load, which signs every call, can offer ten times
/// that from the same machine. The ledger alone is as it always is.
final class OverloadBench {
    private static final Map<Setting, String> SLOW = Map.of(Setting.WRITERS, "1", Setting.LARGEST_BATCH, "1");
    private static final Duration SLOW_COMMIT = Duration.ofMillis(10);
    private static final int TIMES = 10;
    private static final int WRITERS = 2;
    private static final int LEDGER_CLIENTS = 512;
    private static final int AGENTS = 100;

    /// So few that none of them is turned away.
    private static final List<Integer> CLIENTS = List.of(1, 2);

    private static final Duration COMPILED = Duration.ofSeconds(20);
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    /// Share of the best rate that counts as reaching it.
    private static final double NEARLY = 0.95;

    private OverloadBench() {}

    static Report run(Options options) throws Exception {
        Duration time = Duration.ofSeconds(options.seconds());
        Report report = new Report("overload", options.seconds(), CLIENTS.getLast());
        try (WireStage stage = WireStage.alone(SLOW)) {
            for (Server server : stage.servers()) {
                server.slow(SLOW_COMMIT);
            }
            List<WireStage.Agent> agents = stage.agents(stage.alpha(), AGENTS);
            ClosedLoop.Client transfer = client -> WireStage.await(transfer(agents, client));
            var unused = ClosedLoop.virtual().run(CLIENTS.getLast(), COMPILED, Duration.ofSeconds(1), transfer);
            List<ClosedLoop.Result> results = new ArrayList<>();
            for (int clients : CLIENTS) {
                results.add(report.line(
                        clients + " in flight, one transfer a transaction",
                        ClosedLoop.virtual().run(clients, WARM_UP, time, transfer)));
            }
            ClosedLoop.Result capacity = capacity(results);
            OpenLoop.Result over = OpenLoop.run(
                    TIMES * capacity.rate(), WARM_UP, time, number -> OpenLoop.call(transfer(agents, number)));
            report.main(TIMES + " times as many offered: those accepted", over.accepted());
            ratios(report, "wire", capacity, over);
        }
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary(EmbeddedPostgres.Options.defaults());
                LedgerStage ledger = new LedgerStage(postgres, "ledger", options.accounts(), 0)) {
            Server.of(postgres).age();
            ClosedLoop.Result capacity = report.line(
                    LEDGER_CLIENTS + " in flight, group commit",
                    ledger.grouped(WRITERS, LEDGER_CLIENTS, WARM_UP.multipliedBy(2), time, 0));
            OpenLoop.Result over = ledger.offered(WRITERS, TIMES * capacity.rate(), WARM_UP, time);
            report.line(TIMES + " times as many offered: those accepted", over.accepted());
            ratios(report, "ledger", capacity, over);
        }
        return report;
    }

    private static void ratios(Report report, String of, ClosedLoop.Result capacity, OpenLoop.Result over) {
        report.ratio(of + "_offered_by_capacity", over.offered() / capacity.rate());
        report.ratio(of + "_accepted_by_capacity", over.accepted().rate() / capacity.rate());
        report.ratio(of + "_p99_by_capacity_p99", over.accepted().p99Millis() / capacity.p99Millis());
        report.ratio(of + "_shed", over.shed());
        report.ratio(of + "_shed_without_retry_time", over.shedForNoTime());
    }

    /// Of the fewest clients who reach nearly the best rate.
    private static ClosedLoop.Result capacity(List<ClosedLoop.Result> results) {
        double best =
                results.stream().mapToDouble(ClosedLoop.Result::rate).max().orElseThrow();
        return results.stream()
                .filter(result -> result.rate() >= NEARLY * best)
                .findFirst()
                .orElseThrow();
    }

    private static ListenableFuture<TransferResponse> transfer(List<WireStage.Agent> agents, int client) {
        WireStage.Agent payer = WireStage.any(agents);
        return LedgerServiceGrpc.newFutureStub(payer.on(client).channel())
                .transfer(TransferRequest.newBuilder()
                        .setTo(WireStage.anyBut(agents, payer).credentials().subject())
                        .setAmount("0.01")
                        .setRequestId(WireStage.id())
                        .build());
    }
}
