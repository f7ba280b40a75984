package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.testing.NodeHome;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;

/// What a command has printed, and its exit code.
record Said(int code, String out, String err) {

    /// Runs one as the operator of a node.
    static Said of(NodeHome home, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Hanse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(
                                Stream.of(words),
                                Stream.of("--dir", home.config().directory().toString()))
                        .toArray(String[]::new));
        return new Said(code, out.toString(), err.toString());
    }

    /// What it printed, as it succeeded.
    String done() {
        assertThat(code).as(out + err).isZero();
        return out;
    }

    /// The node did not do it, and said why.
    void refused(String... why) {
        assertThat(code).as(out + err).isEqualTo(1);
        assertThat(err).contains(why).doesNotContain("\tat ");
        assertThat(out).isEmpty();
    }

    /// It was not even asked, because the command cannot be read.
    void misused(String what) {
        assertThat(code).as(out + err).isEqualTo(2);
        assertThat(err).containsIgnoringCase(what).contains("--help").doesNotContain("\tat ");
    }
}
