package hanse.node.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import hanse.access.v1.Tier;
import hanse.node.call.Caller;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Counts calls in token buckets: an agent's per tier, a stranger's per address. Operators are not counted.
public final class Limiter {
    private static final int BUCKETS = 500_000;

    private final Map<Tier, RateLimits.Limit> limits = new EnumMap<>(Tier.class);
    private final Strikes strikes;
    private final InstantSource clock;
    private final TimeMeter meter;
    private final Cache<Owner, Bucket> buckets;

    public Limiter(RateLimits limits, Strikes strikes, InstantSource clock) {
        this.strikes = strikes;
        this.clock = clock;
        Duration slowest = Duration.ZERO;
        for (Tier tier : Tier.values()) {
            if (tier != Tier.UNLIMITED && tier != Tier.TIER_UNSPECIFIED && tier != Tier.UNRECOGNIZED) {
                RateLimits.Limit limit = limits.of(tier);
                this.limits.put(tier, limit);
                Duration toFull = limit.period().multipliedBy(limit.capacity() / limit.refill() + 1);
                slowest = slowest.compareTo(toFull) < 0 ? toFull : slowest;
            }
        }
        this.meter = new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                Instant now = clock.instant();
                return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
        // A bucket that was left alone long enough to be full again is the same as a new one.
        this.buckets = Caffeine.newBuilder()
                .maximumSize(BUCKETS)
                .expireAfterAccess(slowest)
                .ticker(meter::currentTimeNanos)
                .build();
    }

    /// Counts a call; empty when it is of a kind that is not counted. An agent that is turned away too often collects
    /// strikes.
    ///
    /// @param address where the call comes from
    public Optional<Quota> count(Tier tier, Caller caller, String address) {
        if (tier == Tier.UNLIMITED || caller instanceof Caller.Operator) {
            return Optional.empty();
        }
        RateLimits.Limit limit = limits.get(tier);
        if (limit == null) {
            throw new IllegalArgumentException(tier + " has no bucket");
        }
        Object who = tier != Tier.REGISTRATION && caller instanceof Caller.Agent agent
                ? agent.id()
                : Addresses.network(address);
        Bucket bucket = buckets.get(new Owner(who, tier), _ -> bucket(limit));
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        Instant fullAt = clock.instant().plusNanos(probe.getNanosToWaitForReset());
        if (probe.isConsumed()) {
            return Optional.of(new Quota(limit.capacity(), probe.getRemainingTokens(), fullAt, Optional.empty()));
        }
        if (caller instanceof Caller.Agent limited) {
            strikes.turnedAway(limited.id());
        }
        Duration wait = Duration.ofNanos(probe.getNanosToWaitForRefill());
        return Optional.of(new Quota(limit.capacity(), 0, fullAt, Optional.of(wait)));
    }

    /// Counts a look for a caller whom memory does not know, by its address and in the widest bucket: many agents may
    /// share an address, and each of them is looked for once a second at most.
    public Optional<Quota> countLookUp(String address) {
        return count(Tier.PAYMENT, new Caller.Anyone(address), address);
    }

    private Bucket bucket(RateLimits.Limit limit) {
        return Bucket.builder()
                .addLimit(
                        bandwidth -> bandwidth.capacity(limit.capacity()).refillGreedy(limit.refill(), limit.period()))
                .withCustomTimePrecision(meter)
                .build();
    }

    private record Owner(Object who, Tier tier) {}
}
