package hanse.bench;

import java.time.Duration;
import java.util.List;

/// Two processes of one registry on one database, beside one of them alone: the same load, by turns.
final class ProcessesBench {
    private static final int TURNS = 2;
    private static final Duration COMPILED = Duration.ofSeconds(40);
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private ProcessesBench() {}

    static Report run(Options options) throws Exception {
        Report report = new Report("processes", options.seconds(), options.clients());
        try (WireStage stage = WireStage.shared()) {
            List<WireStage.Agent> first = stage.agents(stage.alpha(), WireBenches.agents(options));
            List<WireStage.Agent> second = stage.over(stage.beta(), first);
            ClosedLoop.Client alone = client -> WireBenches.transfer(first, client);
            ClosedLoop.Client other = client -> WireBenches.transfer(second, client);
            ClosedLoop.Client both = client -> WireBenches.transfer(client % 2 == 0 ? first : second, client / 2);
            // Each has compiled what it needs before either is measured: the second gets less to do in the turns.
            for (ClosedLoop.Client cold : List.of(alone, other)) {
                var unused = ClosedLoop.virtual().run(options.clients(), COMPILED, Duration.ofSeconds(1), cold);
            }
            double byOne = 0;
            double byTwo = 0;
            for (int turn = 1; turn <= TURNS; turn++) {
                byOne += report.line(
                                options.clients() + " in flight, one process, turn " + turn,
                                measure(stage, options, alone))
                        .rate();
                ClosedLoop.Result shared = measure(stage, options, both);
                String name = options.clients() + " in flight, two processes, turn " + turn;
                byTwo += (turn == TURNS ? report.main(name, shared) : report.line(name, shared)).rate();
            }
            report.ratio("one process", byTwo / byOne);
        }
        return report;
    }

    private static ClosedLoop.Result measure(WireStage stage, Options options, ClosedLoop.Client client)
            throws Exception {
        stage.servers().forEach(Server::settle);
        return ClosedLoop.virtual().run(options.clients(), WARM_UP, WireBenches.time(options), client);
    }
}
