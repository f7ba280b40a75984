package hanse.bench;

import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse bench`: closed-loop load, measured side by side with yardsticks on the same server in the same run.
@Command(
        name = "hanse bench",
        mixinStandardHelpOptions = true,
        description = "Measures this build beside pgbench and beside one transaction per transfer. Only ratios last.")
public final class Bench implements Callable<Integer> {
    /// What can be measured.
    enum What {
        ledger,
        grpc,
        payments,
        contracts,
        rest,
        processes,
        federation,
        settlements,
        trust,
        proof,
        overload
    }

    @Parameters(index = "0", description = "One of: ${COMPLETION-CANDIDATES}")
    private What what = What.ledger;

    @Option(names = "--seconds", defaultValue = "10", description = "Of each measurement (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--clients",
            defaultValue = "0",
            description = "In flight at once (default 512 for ledger, payments, contracts and proof, 256 for others)")
    private int clients;

    @Option(names = "--accounts", defaultValue = "1000", description = "To pay between (default ${DEFAULT-VALUE})")
    private int accounts;

    @Option(names = "--history", description = "ledger: also on 1,000,000 accounts and 5,000,000 past transfers")
    private boolean history;

    @Option(names = "--json", description = "Ends with one JSON object on a line of its own")
    private boolean json;

    public static void main(String[] arguments) {
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME))
                .setLevel(ch.qos.logback.classic.Level.WARN);
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        int usual = EnumSet.of(What.ledger, What.payments, What.contracts, What.proof)
                        .contains(what)
                ? 512
                : 256;
        Options options = new Options(seconds, clients == 0 ? usual : clients, accounts, history);
        Report report = switch (what) {
            case ledger -> LedgerBench.run(options);
            case grpc -> WireBenches.grpc(options);
            case payments -> WireBenches.payments(options);
            case contracts -> WireBenches.contracts(options);
            case rest -> WireBenches.rest(options);
            case processes -> ProcessesBench.run(options);
            case federation -> WireBenches.federation(options);
            case settlements -> WireBenches.settlements(options);
            case trust -> TrustBench.run(options);
            case proof -> ProofBench.run(options);
            case overload -> OverloadBench.run(options);
        };
        if (json) {
            System.out.println(report.json());
        }
        return 0;
    }
}
