package hanse.schema;

/// The embedded PostgreSQL did not start, stop or come back. The message is for the operator and says what to do.
public final class PostgresException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PostgresException(String message) {
        super(message);
    }

    PostgresException(String message, Throwable cause) {
        super(message, cause);
    }
}
