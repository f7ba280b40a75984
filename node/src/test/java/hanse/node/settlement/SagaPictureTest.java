package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The saga's picture in ARCHITECTURE.md shows the code's own states, all of them and no others.
class SagaPictureTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", ".")).resolve("../ARCHITECTURE.md");

    private static final Pattern PICTURE = Pattern.compile("```\norigin .*?```", Pattern.DOTALL);
    private static final Pattern STATE = Pattern.compile("[A-Z]{3,}(_[A-Z]+)*");

    @Test
    void showsTheStatesThatThereAre() throws IOException {
        String picture = PICTURE.matcher(Files.readString(DOCUMENT))
                .results()
                .map(MatchResult::group)
                .findFirst()
                .orElseThrow();
        Set<String> shown =
                STATE.matcher(picture).results().map(MatchResult::group).collect(Collectors.toSet());
        assertThat(shown)
                .isEqualTo(
                        Arrays.stream(Settlement.State.values()).map(Enum::name).collect(Collectors.toSet()))
                .isEqualTo(Arrays.stream(hanse.dispute.v1.Settlement.Status.values())
                        .map(Enum::name)
                        .filter(name -> !name.equals("STATUS_UNSPECIFIED") && !name.equals("UNRECOGNIZED"))
                        .collect(Collectors.toSet()));
    }
}
