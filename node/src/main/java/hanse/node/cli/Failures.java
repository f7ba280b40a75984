package hanse.node.cli;

import hanse.error.v1.Reason;
import hanse.error.v1.ReasonOuterClass;
import hanse.node.config.ConfigException;
import hanse.schema.PostgresException;
import hanse.sdk.HanseException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says what went wrong and what to do about it, never where in the code.
public final class Failures implements IExecutionExceptionHandler {
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int UNREACHABLE = 3;

    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        Said said = said(failure);
        line.getErr().println(line.getColorScheme().errorText(said.text()));
        line.getErr().flush();
        if (said.unforeseen()) {
            LoggerFactory.getLogger(Failures.class).debug("unforeseen", failure);
        }
        return said.exitCode();
    }

    /// Says what of a command line cannot be taken, and where the help is.
    static int wrongUsage(ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        line.getErr().println(line.getColorScheme().errorText(message(failure)));
        UnmatchedArgumentException.printSuggestions(failure, line.getErr());
        line.getErr().println("See " + line.getCommandSpec().qualifiedName() + " --help.");
        line.getErr().flush();
        return USAGE;
    }

    /// What to tell of a failure.
    public static String text(Throwable failure) {
        return said(failure).text();
    }

    /// What to tell, and the exit code.
    record Said(String text, int exitCode, boolean unforeseen) {
        Said(String text, int exitCode) {
            this(text, exitCode, false);
        }
    }

    static Said said(Throwable failure) {
        return switch (failure) {
            case CommandException e -> new Said(message(e), e.exitCode());
            case ConfigException e -> new Said(message(e), USAGE);
            case PostgresException e -> new Said(message(e), FAILED);
            case HanseException e -> refusal(e);
            case StatusRuntimeException e -> refusal(HanseException.of(e));
            case UncheckedIOException e -> said(e.getCause() == null ? e : new IOException(message(e), e.getCause()));
            case NoSuchFileException e -> new Said("There is no file " + e.getFile() + ".", FAILED);
            case AccessDeniedException e -> new Said("This user may not use " + e.getFile() + ".", FAILED);
            case FileAlreadyExistsException e ->
                new Said(e.getFile() + " is there already; it is not overwritten.", FAILED);
            case IOException e -> new Said(message(e), FAILED);
            case IllegalArgumentException e -> new Said(message(e), USAGE);
            case IllegalStateException e -> new Said(message(e), FAILED);
            default -> new Said(failure.getClass().getSimpleName() + ": " + message(failure), FAILED, true);
        };
    }

    private static Said refusal(HanseException e) {
        if (e.reason() == Reason.REASON_UNSPECIFIED) {
            Throwable cause = e.getCause();
            Status status = cause == null ? Status.UNKNOWN : Status.fromThrowable(cause);
            String why = innermost(status.getCause());
            return new Said(
                    "The node could not be reached: "
                            + (why.isEmpty() ? status.getCode() + " " + status.getDescription() : why)
                            + "\nIs it running, is this its gRPC port, and is --ca its CA?",
                    UNREACHABLE);
        }
        StringBuilder text = new StringBuilder(e.reason().name()).append(": ").append(advice(e.reason()));
        e.violations()
                .forEach(v -> text.append("\n  ").append(v.field()).append(": ").append(v.description()));
        e.retryAfter()
                .ifPresent(wait ->
                        text.append("\n  retry after ").append(wait.toMillis()).append(" ms"));
        return new Said(text.toString(), FAILED);
    }

    /// The reason's advice, as the definition of the reasons gives it.
    static String advice(Reason reason) {
        return reason.getValueDescriptor()
                .getOptions()
                .getExtension(ReasonOuterClass.wire)
                .getAdvice();
    }

    private static String innermost(@Nullable Throwable thrown) {
        Throwable cause = thrown;
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null ? "" : message(cause);
    }

    private static String message(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : message;
    }
}
