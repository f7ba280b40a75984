package hanse.node.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/// What is measured of batches.
///
/// @param batchSize commands in one transaction
/// @param batchTime from the first lock to the last answer
/// @param commitTime the COMMIT alone
/// @param turnedAway what was refused with `OVERLOADED`, because it would have waited too long
record CommitMeters(DistributionSummary batchSize, Timer batchTime, Timer commitTime, Counter turnedAway) {
    static CommitMeters of(MeterRegistry registry) {
        return new CommitMeters(
                DistributionSummary.builder("hanse.commit.batch.size")
                        .description("Commands in one transaction")
                        .publishPercentiles(0.5, 0.99)
                        .register(registry),
                Timer.builder("hanse.commit.batch.time")
                        .description("From the first lock to the last answer")
                        .publishPercentiles(0.5, 0.99)
                        .register(registry),
                Timer.builder("hanse.commit.time")
                        .description("The COMMIT alone")
                        .publishPercentiles(0.5, 0.99)
                        .register(registry),
                Counter.builder("hanse.commit.turned.away")
                        .description("Refused with OVERLOADED, because it would have waited too long")
                        .register(registry));
    }
}
