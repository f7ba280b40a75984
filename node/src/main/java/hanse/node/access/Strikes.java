package hanse.node.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import hanse.node.call.AgentId;
import hanse.node.operator.Suspensions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices agents that go on calling when they are turned away. What is written down is at most one strike per agent
/// and minute, so that a flood of refused calls is no flood of writes.
public final class Strikes {
    private static final Logger log = LoggerFactory.getLogger(Strikes.class);
    private static final int AGENTS = 100_000;

    private final RateLimits.Strikes policy;
    private final Suspensions suspensions;
    private final KeyDirectory keys;
    private final InstantSource clock;
    private final Executor background;
    private final Cache<Minute, AtomicInteger> refusals;

    /// @param background where the database is asked, off the event loop
    public Strikes(
            RateLimits.Strikes policy,
            Suspensions suspensions,
            KeyDirectory keys,
            InstantSource clock,
            Executor background) {
        this.policy = policy;
        this.suspensions = suspensions;
        this.keys = keys;
        this.clock = clock;
        this.background = background;
        this.refusals = Caffeine.newBuilder()
                .maximumSize(AGENTS)
                .expireAfterWrite(2, TimeUnit.MINUTES)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    void turnedAway(AgentId agent) {
        Minute minute = new Minute(agent, clock.instant().truncatedTo(ChronoUnit.MINUTES));
        int count = refusals.get(minute, _ -> new AtomicInteger()).incrementAndGet();
        if (count == policy.refusals()) {
            background.execute(() -> strike(minute));
        }
    }

    private void strike(Minute minute) {
        if (suspensions.strike(minute.agent, minute.start, policy.strikes(), policy.window())) {
            log.info("agent {} is suspended for calling beyond its limits", minute.agent);
            keys.forget(new Holder.Agent(minute.agent));
        }
    }

    private record Minute(AgentId agent, Instant start) {}
}
