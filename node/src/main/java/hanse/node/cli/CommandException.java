package hanse.node.cli;

/// A command cannot go on; the message is for the person at the terminal and says what to do.
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandException(String message, int exitCode) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /// Something went wrong: exit code 1.
    public static CommandException failed(String message) {
        return new CommandException(message, Failures.FAILED);
    }

    /// The command was given in a way that cannot work: exit code 2.
    public static CommandException usage(String message) {
        return new CommandException(message, Failures.USAGE);
    }

    /// The node could not be reached: exit code 3.
    public static CommandException unreachable(String message) {
        return new CommandException(message, Failures.UNREACHABLE);
    }

    int exitCode() {
        return exitCode;
    }
}
