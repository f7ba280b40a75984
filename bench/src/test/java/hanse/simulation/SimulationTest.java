package hanse.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/// What every build plays of the simulation. More: `./hanse simulate --seeds 1..20000`.
@Timeout(3_600)
class SimulationTest {
    private static final String SEEDS = System.getProperty("hanse.simulation.seeds", "1..200");

    /// Where the build runs this module's tests.
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    @Test
    void noScheduleLosesDoublesOrMakesMoney() {
        assertThat(new CommandLine(new Simulate()).execute("--seeds", SEEDS)).isZero();
    }

    @Test
    void aScheduleIsTheSameAgainByItsSeed() throws Exception {
        List<String> once = new ArrayList<>();
        List<String> again = new ArrayList<>();
        try (var server = Simulate.server();
                Stage stage = new Stage(directory, server, Schedule.MOST_REGISTRIES)) {
            new Simulation(Schedule.of(20_261_121), stage, new Coverage(), once).run();
            new Simulation(Schedule.of(1), stage, new Coverage(), new ArrayList<>()).run();
            new Simulation(Schedule.of(20_261_121), stage, new Coverage(), again).run();
        }
        assertThat(once).hasSizeGreaterThan(100);
        assertThat(again).isEqualTo(once);
    }

    @ParameterizedTest
    @EnumSource(Bug.class)
    void everyFaultThatIsPlantedStillFitsTheCode(Bug bug) throws IOException {
        String source = Files.readString(HOME.resolve(BugHunt.SOURCES + bug.file + ".java"));
        assertThat(bug.plant(source)).isNotEqualTo(source);
    }

    /// The others: `./hanse simulate --bugs`.
    @ParameterizedTest
    @EnumSource(
            value = Bug.class,
            names = {"NO_DEDUPE", "REFUND_ON_TIMEOUT"})
    void aFaultThatIsPlantedIsFound(Bug bug) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        assertThat(new BugHunt(HOME, directory, out).hunt(bug, 500)).isPresent();
    }
}
