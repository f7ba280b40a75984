package hanse.peer;

/// A peering card that cannot be trusted. The text is for the operator who was given the card.
public final class BadCardException extends Exception {
    private static final long serialVersionUID = 1L;

    BadCardException(String message) {
        super(message);
    }
}
