package hanse.simulation;

import hanse.schema.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// A stage of as many registries as most schedules need, and one of all there are; each is made when first wanted. What
/// registries have dealt in costs time in every schedule, also with those that take no part in it.
final class Stages implements AutoCloseable {
    private static final int USUAL = 3;

    private final Path directory;
    private final EmbeddedPostgres server;
    private final Map<Integer, Stage> stages = new HashMap<>();

    Stages(Path directory, EmbeddedPostgres server) {
        this.directory = directory;
        this.server = server;
    }

    /// One with at least so many registries.
    Stage of(int registries) {
        return stages.computeIfAbsent(
                registries <= USUAL ? USUAL : Schedule.MOST_REGISTRIES,
                size -> new Stage(directory.resolve("stage-of-" + size), server, size));
    }

    @Override
    public void close() {
        stages.values().forEach(Stage::close);
    }
}
