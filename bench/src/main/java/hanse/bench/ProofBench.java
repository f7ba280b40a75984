package hanse.bench;

import com.zaxxer.hikari.HikariDataSource;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Chain;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.ledger.TradeParties;
import hanse.schema.EmbeddedPostgres;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.PGConnection;

/// What proof costs: the ledger's rate while receipts and statements are made, beside its rate while none are; and a
/// verification of the journal, beside PostgreSQL's reading it out once.
final class ProofBench {
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final int PAIRS = 5;
    private static final int READINGS = 5;
    private static final int DAY = 20_000;
    private static final int OF_THE_DAY = 100_000;
    private static final long RECEIPTS_A_SECOND = 20;
    private static final long ENTRIES = 500_000;
    private static final List<String> TABLES = List.of("journal", "block", "account");

    private ProofBench() {}

    static Report run(Options options) throws Exception {
        Report report = new Report("proof", options.seconds(), options.clients());
        Path directory = Files.createTempDirectory("hanse-bench");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary(EmbeddedPostgres.Options.defaults())) {
            Server.of(postgres).age();
            try (ProofStage stage = new ProofStage(postgres, directory, "proof", options.accounts())) {
                rates(stage, options, report);
            }
            try (ProofStage stage = new ProofStage(postgres, directory, "audit", options.accounts())) {
                audit(stage, options, report);
            }
        }
        return report;
    }

    private static void rates(ProofStage stage, Options options, Report report) throws Exception {
        Duration time = Duration.ofSeconds(Math.max(2, options.seconds() / 2));
        stage.receive(OF_THE_DAY, DAY);
        double[] with = new double[PAIRS];
        double[] without = new double[PAIRS];
        // The first pair warms up the machine's code.
        for (int i = -1; i < PAIRS; i++) {
            ClosedLoop.Result off = stage.pay(options.clients(), WARM_UP, time);
            AtomicInteger receipts = new AtomicInteger();
            ClosedLoop.Result on = proving(stage, receipts, () -> stage.pay(options.clients(), WARM_UP, time));
            if (i >= 0) {
                without[i] = off.rate();
                with[i] = on.rate();
            }
            if (i == PAIRS - 1) {
                report.line("nothing is proven meanwhile", off);
                report.main("receipts, checkpoints and statements meanwhile", on);
                report.line(
                        "receipts made",
                        receipts.get() / (double) (time.plus(WARM_UP).toSeconds()));
            }
        }
        report.ratio("without_proof", median(with) / median(without));
        report.line("entries sealed and hashed, one core", hashing());
    }

    /// What every entry costs whether or not anybody asks for its receipt.
    private static double hashing() {
        UUID secret = UUID.randomUUID();
        Entry entry = new Entry(
                Position.at(1, 1),
                Instant.EPOCH,
                EntryKind.TOKENS_TRANSFERRED,
                Optional.of(new Entry.Side(UUID.randomUUID(), 1, 0, 1, 0)),
                Optional.of(new Entry.Side(UUID.randomUUID(), 1, 0, 1, 0)),
                Avt.parse("1"),
                0,
                Optional.empty(),
                Optional.empty(),
                "",
                TradeParties.NONE);
        Chain chain = new Chain();
        long rate = 0;
        for (int second = 0; second < 3; second++) {
            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            for (rate = 0; System.nanoTime() < end; rate++) {
                chain.leaf(entry, secret);
            }
        }
        return rate;
    }

    /// Each second all that a registry else does each minute, and a peer that goes through a whole day's transfers;
    /// receipts of what was paid in the last seconds.
    private static <T> T proving(ProofStage stage, AtomicInteger receipts, Callable<T> work) throws Exception {
        try (ScheduledExecutorService beside = Executors.newScheduledThreadPool(3)) {
            List<ScheduledFuture<?>> proofs = List.of(
                    beside.scheduleWithFixedDelay(stage::keepProof, 0, 1, TimeUnit.SECONDS),
                    beside.scheduleWithFixedDelay(() -> stage.state(DAY), 0, 1, TimeUnit.SECONDS),
                    beside.scheduleAtFixedRate(
                            () -> stage.receipt().ifPresent(receipt -> receipts.incrementAndGet()),
                            0,
                            1_000 / RECEIPTS_A_SECOND,
                            TimeUnit.MILLISECONDS));
            T result = work.call();
            for (ScheduledFuture<?> proof : proofs) {
                if (proof.isDone()) {
                    // It has failed, and would not be called again.
                    proof.get();
                }
            }
            beside.shutdownNow();
            return result;
        }
    }

    private static void audit(ProofStage stage, Options options, Report report) throws SQLException, IOException {
        stage.fill(ENTRIES, options.clients());
        stage.keepProof();
        stage.execute("vacuum analyze", "checkpoint");
        long entries = stage.entries();
        double[] reading = new double[READINGS];
        double[] verifying = new double[READINGS];
        for (int i = -1; i < READINGS; i++) {
            long began = System.nanoTime();
            read(stage.source());
            long read = System.nanoTime();
            stage.verify();
            long verified = System.nanoTime();
            if (i >= 0) {
                reading[i] = (read - began) / 1e9;
                verifying[i] = (verified - read) / 1e9;
            }
        }
        report.line("entries read out once by PostgreSQL", entries / median(reading));
        report.line("entries verified", entries / median(verifying));
        System.out.printf(
                Locale.ROOT,
                "%-58s %12.2f s to read, %.2f s to verify %d entries%n",
                "median of " + READINGS,
                median(reading),
                median(verifying),
                entries);
        report.ratio("reading", median(verifying) / median(reading));
    }

    private static void read(HikariDataSource source) throws SQLException, IOException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            for (String table : TABLES) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("copy " + table + " to stdout", OutputStream.nullOutputStream());
            }
            connection.rollback();
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
