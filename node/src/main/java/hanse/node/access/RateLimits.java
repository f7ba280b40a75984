package hanse.node.access;

import hanse.access.v1.Tier;
import java.time.Duration;

/// How much a caller may call, per tier. A process counts for itself.
///
/// @param factor multiplies every capacity and refill: 1 in service; a benchmark raises it, so that limits are still
///     counted but never reached
/// @param strikes when hitting limits has consequences
public record RateLimits(
        Limit discovery,
        Limit read,
        Limit write,
        Limit job,
        Limit payment,
        Limit registration,
        long factor,
        Strikes strikes) {

    /// A token bucket.
    ///
    /// @param capacity calls that a full bucket admits at once
    /// @param refill tokens that flow in, evenly, in every `period`
    public record Limit(long capacity, long refill, Duration period) {
        public Limit {
            if (capacity < 1 || refill < 1 || !period.isPositive()) {
                throw new IllegalArgumentException("a limit has a capacity, a refill and a period greater than 0");
            }
        }

        private static Limit perMinute(long capacity, long refill) {
            return new Limit(capacity, refill, Duration.ofMinutes(1));
        }
    }

    /// A strike is a minute in which an agent was turned away `refusals` times. `strikes` of them within `window`
    /// suspend it.
    public record Strikes(int refusals, int strikes, Duration window) {}

    public RateLimits {
        if (factor < 1) {
            throw new IllegalArgumentException("the factor of the rate limits is 1 or more");
        }
    }

    /// The source document's tiers (spec/marketplace, Rate Limiting); a payment tier wide enough for commerce by the
    /// call; twenty registrations per address, ten more an hour.
    public static RateLimits defaults() {
        return new RateLimits(
                Limit.perMinute(60, 20),
                Limit.perMinute(120, 60),
                Limit.perMinute(30, 10),
                Limit.perMinute(20, 5),
                new Limit(2_000, 500, Duration.ofSeconds(1)),
                new Limit(20, 10, Duration.ofHours(1)),
                1,
                new Strikes(10, 5, Duration.ofHours(1)));
    }

    public RateLimits withFactor(long other) {
        return new RateLimits(discovery, read, write, job, payment, registration, other, strikes);
    }

    public RateLimits withRegistration(Limit other) {
        return new RateLimits(discovery, read, write, job, payment, other, factor, strikes);
    }

    /// The bucket of a tier.
    Limit of(Tier tier) {
        Limit limit = switch (tier) {
            case DISCOVERY -> discovery;
            case READ -> read;
            case WRITE -> write;
            case JOB -> job;
            case PAYMENT -> payment;
            case REGISTRATION -> registration;
            case UNLIMITED, TIER_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException(tier + " has no bucket");
        };
        return new Limit(
                Math.multiplyExact(limit.capacity, factor), Math.multiplyExact(limit.refill, factor), limit.period);
    }
}
