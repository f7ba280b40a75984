package hanse.node;

import java.time.Duration;

/// Work that is done again and again for a registry, by whichever of its processes finds it due.
///
/// @param every how long after its end it is due again
public record Chore(String name, Duration every, Runnable work) {}
