package hanse.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/// What every build drills. More: `./hanse drill kill --seconds 600`.
@Timeout(600)
final class DrillTest {
    @Test
    void nothingIsLostWhenNodesAreKilledAndTheWayBetweenThemBreaksButWhatABackupLacks() {
        StringWriter said = new StringWriter();
        int code = run(
                said, "kill", "partition", "processes", "restore", "--rounds", "1", "--seconds", "8", "--clients", "8");
        assertThat(code).as(said.toString()).isZero();
        assertThat(said.toString())
                .contains(
                        "kill -9 of ",
                        "the way to ",
                        "one process among several",
                        "is put back to its backup",
                        "journal entries verified");
    }

    @Test
    void whatCannotBeDrilledIsSaidAtOnce() {
        StringWriter said = new StringWriter();
        assertThat(run(said, "kill", "--rounds", "0")).isEqualTo(2);
        assertThat(run(said, "kill", "--seconds", "4")).isEqualTo(2);
        assertThat(run(said, "processes", "database")).isEqualTo(2);
        assertThat(run(said, "flood")).isEqualTo(2);
        assertThat(run(said)).isEqualTo(2);
    }

    private static int run(StringWriter said, String... arguments) {
        PrintWriter writer = new PrintWriter(said);
        return new CommandLine(new Drill()).setOut(writer).setErr(writer).execute(arguments);
    }
}
