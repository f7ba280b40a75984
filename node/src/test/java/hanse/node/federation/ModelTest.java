package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.federation.v1.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The models in `proto/model` are checked by `proto/model/check`, which `.ci/run` calls. Here: that they speak of the
/// states that the code has.
final class ModelTest {
    private static final Path MODELS =
            Path.of(System.getProperty("basedir", ".")).resolve("../proto/model");
    private static final Pattern GUARD = Pattern.compile("/\\*([^*]*)\\*/\\n#ifndef (GUARD_\\w+)");
    private static final Pattern PLACE = Pattern.compile("([A-Z][a-zA-Z]+)(?:\\.[a-zA-Z]+)*");

    @Test
    void aFrameHasTheStatesOfTheModel() throws IOException {
        assertThat(states("transfer", "frame")).containsExactly(names(Frame.State.values()));
    }

    @Test
    void aSettlementHasTheStatesOfTheModel() throws Exception {
        Object[] states =
                Class.forName("hanse.node.settlement.Settlement$State").getEnumConstants();
        assertThat(states("slash", "settlement")).containsExactly(names(states));
    }

    @Test
    void aPeerHasTheStatusOfTheModel() throws IOException {
        assertThat(states("link", "status")).containsExactly(names(PeerStatus.values()));
    }

    @Test
    void anOutcomeHasTheResultsOfTheModel() throws IOException {
        assertThat(states("link", "outcome"))
                .containsExactly(Arrays.stream(Outcome.ResultCase.values())
                        .filter(result -> result != Outcome.ResultCase.RESULT_NOT_SET)
                        .map(Enum::name)
                        .toArray(String[]::new));
    }

    /// Each guard of a model says which class of the code keeps it.
    @Test
    void everyGuardOfTheModelNamesItsPlaceInTheCode() throws IOException {
        int guards = 0;
        for (String model : List.of("link", "transfer", "slash")) {
            Matcher guard = GUARD.matcher(Files.readString(model(model)));
            while (guard.find()) {
                guards++;
                String said = guard.group(1).strip();
                String places = said.substring(said.lastIndexOf(". ", said.length() - 2) + 2);
                assertThat(PLACE.matcher(places).results().map(place -> place.group(1)))
                        .as("%s in %s", guard.group(2), model)
                        .isNotEmpty()
                        .allMatch(ModelTest::isClass);
            }
        }
        assertThat(guards).isGreaterThan(25);
    }

    private static boolean isClass(String name) {
        return Stream.of("federation", "settlement", "payment")
                        .map(capability -> Path.of("src/main/java/hanse/node", capability, name + ".java"))
                        .map(Path.of(System.getProperty("basedir", "."))::resolve)
                        .anyMatch(Files::exists)
                || Files.exists(MODELS.resolve("../../peer-gateway/src/main/java/hanse/peer/" + name + ".java"));
    }

    private static List<String> states(String model, String kind) throws IOException {
        Matcher declared = Pattern.compile("^mtype:" + kind + " = \\{ (.*) };$", Pattern.MULTILINE)
                .matcher(Files.readString(model(model)));
        assertThat(declared.find()).isTrue();
        return List.of(declared.group(1).split(", "));
    }

    private static Path model(String name) {
        return MODELS.resolve(name + ".pml");
    }

    private static String[] names(Object[] constants) {
        return Arrays.stream(constants)
                .map(constant -> ((Enum<?>) constant).name())
                .toArray(String[]::new);
    }
}
