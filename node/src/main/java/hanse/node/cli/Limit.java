package hanse.node.cli;

import picocli.CommandLine.Option;

/// How much of a list is printed.
final class Limit {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    int most() {
        return limit;
    }
}
