package hanse.node.config;

import java.util.List;
import java.util.stream.Collectors;

/// The configuration cannot be used. Lists everything that is wrong with it.
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /// One thing that is wrong.
    ///
    /// @param path     the setting's path in the file, or the name of an environment variable
    /// @param wrong    what is wrong
    /// @param expected what would be right
    public record Problem(String path, String wrong, String expected) {
        @Override
        public String toString() {
            return path + ": " + wrong + "; expected " + expected;
        }
    }

    public ConfigException(String source, List<Problem> problems) {
        super(problems.stream()
                .map(problem -> "  " + problem)
                .collect(Collectors.joining(
                        "\n",
                        problems.size() + (problems.size() == 1 ? " error in " : " errors in ") + source + ":\n",
                        "")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
