package hanse.node.access;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What a bucket says after a call was counted in it.
///
/// @param remaining calls that would be admitted now
/// @param fullAt when the bucket is full again
/// @param retryAfter how long to wait for the next token; present exactly when this call was turned away
public record Quota(long limit, long remaining, Instant fullAt, Optional<Duration> retryAfter) {}
