package hanse.bench;

import java.time.Duration;
import java.util.List;

/// Two processes of one registry on one database, beside one of them alone: the same load, by turns.
final class ProcessesBench {
    private static final int TURNS = 2;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private ProcessesBench() {}

    static Report run(Options options) throws Exception {
        Report report = new Report("processes", options.seconds(), options.clients());
        try (WireStage stage = WireStage.shared()) {
            List<WireStage.Agent> first = stage.agents(stage.alpha(), WireBenches.agents(options));
            List<WireStage.Agent> second = stage.over(stage.beta(), first);
            ClosedLoop.Client alone = client -> WireBenches.transfer(first, client);
            ClosedLoop.Client both = client -> WireBenches.transfer(client % 2 == 0 ? first : second, client / 2);
            double byOne = 0;
            double byTwo = 0;
            for (int turn = 1; turn <= TURNS; turn++) {
                Duration warmUp = turn == 1 ? WireBenches.WARM_UP : PAUSE;
                byOne += report.line(
                                options.clients() + " in flight, one process, turn " + turn,
                                measure(stage, options, warmUp, alone))
                        .rate();
                ClosedLoop.Result shared = measure(stage, options, warmUp, both);
                String name = options.clients() + " in flight, two processes, turn " + turn;
                byTwo += (turn == TURNS ? report.main(name, shared) : report.line(name, shared)).rate();
            }
            report.ratio("one process", byTwo / byOne);
        }
        return report;
    }

    private static ClosedLoop.Result measure(
            WireStage stage, Options options, Duration warmUp, ClosedLoop.Client client) throws Exception {
        stage.servers().forEach(Server::settle);
        return ClosedLoop.virtual().run(options.clients(), warmUp, WireBenches.time(options), client);
    }
}
