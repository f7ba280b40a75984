package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Claim;
import hanse.node.dispute.Slash;
import hanse.node.dispute.Subject;
import hanse.node.ledger.Avt;
import hanse.node.settlement.Settlement.Role;
import hanse.node.settlement.Settlement.State;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The saga's picture in ARCHITECTURE.md shows the code's own states and transitions, all of them and no others.
class SagaPictureTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", ".")).resolve("../ARCHITECTURE.md");

    private static final Pattern PICTURE = Pattern.compile("```\n(origin .*?)```", Pattern.DOTALL);
    private static final Pattern STATE = Pattern.compile("[A-Z]{3,}(_[A-Z]+)*");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /// From one state to another.
    private record Arrow(State from, State to) {}

    @Test
    void showsTheStatesThatThereAre() throws IOException {
        Set<String> shown =
                STATE.matcher(picture()).results().map(MatchResult::group).collect(Collectors.toSet());
        assertThat(shown)
                .isEqualTo(Arrays.stream(State.values()).map(Enum::name).collect(Collectors.toSet()))
                .isEqualTo(Arrays.stream(hanse.dispute.v1.Settlement.Status.values())
                        .map(Enum::name)
                        .filter(name -> !name.equals("STATUS_UNSPECIFIED") && !name.equals("UNRECOGNIZED"))
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"ORIGIN", "HOME"})
    void showsTheTransitionsThatThereAre(Role role) throws IOException {
        assertThat(shown(role)).isEqualTo(made(role));
    }

    /// Whatever any method of [Settlement] makes of one that is pending, and of what comes of that. With SLASHING left
    /// out, in which none ever is.
    private static Set<Arrow> made(Role role) {
        Set<Arrow> arrows = new HashSet<>();
        Set<List<?>> seen = new HashSet<>();
        Deque<Settlement> open = new ArrayDeque<>(List.of(pending(role)));
        while (!open.isEmpty()) {
            Settlement before = open.remove();
            if (seen.add(List.of(before.state(), before.isFinal()))) {
                next(before).forEach(after -> {
                    open.add(after);
                    arrows.add(new Arrow(before.state(), after.state()));
                });
            }
        }
        assertThat(arrows).noneMatch(arrow -> arrow.to() == State.SLASHING);
        return changes(arrows);
    }

    private static Set<Arrow> changes(Set<Arrow> arrows) {
        return arrows.stream().filter(arrow -> arrow.from() != arrow.to()).collect(Collectors.toSet());
    }

    private static Stream<Settlement> next(Settlement before) {
        return Arrays.stream(Settlement.class.getDeclaredMethods())
                .filter(method -> method.getReturnType() == Settlement.class)
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !Modifier.isPrivate(method.getModifiers()))
                .flatMap(method -> Arrays.stream(Reason.values())
                        .limit(takesReason(method) ? Long.MAX_VALUE : 1)
                        .flatMap(reason -> tried(before, method, reason).stream()));
    }

    private static boolean takesReason(Method method) {
        return List.of(method.getParameterTypes()).contains(Reason.class);
    }

    private static Optional<Settlement> tried(Settlement before, Method method, Reason reason) {
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(type -> argument(type, reason))
                .toArray();
        try {
            return Optional.of((Settlement) method.invoke(before, arguments));
        } catch (InvocationTargetException refused) {
            assertThat(refused.getCause()).isInstanceOf(IllegalStateException.class);
            return Optional.empty();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static Object argument(Class<?> type, Reason reason) {
        List<Object> all = List.of(Avt.parse("1"), NOW.plus(Duration.ofHours(1)), reason, Slash.Held.NOTHING);
        return all.stream().filter(type::isInstance).findFirst().orElseThrow();
    }

    private static Settlement pending(Role role) {
        RegistryId origin = new RegistryId("alpha.example");
        RegistryId home = new RegistryId("beta.example");
        AgentId agent = new AgentId(new UUID(0, 1));
        Claim claim = new Claim(
                new UUID(0, 2),
                new Subject(Subject.Kind.PAYMENT, new UUID(0, 3), ""),
                new Did(origin, agent),
                new Did(home, agent),
                Avt.parse("1"),
                "",
                List.of(),
                NOW);
        return Settlement.pending(claim.dispute(), role, Optional.of(role == Role.ORIGIN ? home : origin), claim, NOW);
    }

    private static String picture() throws IOException {
        return PICTURE.matcher(Files.readString(DOCUMENT))
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElseThrow();
    }

    /// What a column of the picture shows: a line goes from state to state, and one that begins with a branch comes
    /// from the state above the branch. What only passes through SLASHING is one transition.
    private static Set<Arrow> shown(Role role) throws IOException {
        List<String> lines = picture().lines().toList();
        int middle = lines.getFirst().indexOf("home");
        List<String> column = lines.stream()
                .map(line -> role == Role.ORIGIN
                        ? line.substring(0, Math.min(line.length(), middle))
                        : line.substring(Math.min(line.length(), middle)))
                .toList();
        Set<Arrow> arrows = new HashSet<>();
        for (int i = 0; i < column.size(); i++) {
            Optional<State> from = branch(column, i);
            for (MatchResult state : STATE.matcher(column.get(i)).results().toList()) {
                State to = State.valueOf(state.group());
                from.ifPresent(known -> arrows.add(new Arrow(known, to)));
                from = Optional.of(to);
            }
        }
        Set<Arrow> whole = new HashSet<>();
        for (Arrow arrow : arrows) {
            if (arrow.to() != State.SLASHING && arrow.from() != State.SLASHING) {
                whole.add(arrow);
            }
            for (Arrow next : arrows) {
                if (arrow.to() == State.SLASHING && next.from() == State.SLASHING) {
                    whole.add(new Arrow(arrow.from(), next.to()));
                }
            }
        }
        return whole;
    }

    private static Optional<State> branch(List<String> column, int line) {
        String text = column.get(line);
        int at = Math.max(text.indexOf('├'), text.indexOf('└'));
        for (int above = line - 1; at >= 0 && above >= 0; above--) {
            Optional<MatchResult> state = STATE.matcher(column.get(above))
                    .results()
                    .filter(match -> match.start() <= at && at < match.end())
                    .findFirst();
            if (state.isPresent()) {
                return state.map(match -> State.valueOf(match.group()));
            }
        }
        return Optional.empty();
    }
}
