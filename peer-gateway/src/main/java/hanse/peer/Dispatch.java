package hanse.peer;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.UUID;

/// A message on its way to its outcome. Changed under the pump's [Signal] only.
final class Dispatch {
    private final OutgoingMessage message;
    private final ByteString digest;

    /// The stream that it was last sent on.
    Optional<ExchangeStream> sentOn = Optional.empty();

    long sentAt;
    boolean sentBefore;

    /// How often it came back without an outcome.
    int undecided;

    long retryAt;

    Dispatch(OutgoingMessage message) {
        this.message = message;
        this.digest = ByteString.copyFrom(SignedBytes.sha256(message.signed().getMessage()));
    }

    UUID id() {
        return message.id();
    }

    OutgoingMessage message() {
        return message;
    }

    /// SHA-256 of the message, as its outcome has to name it.
    ByteString digest() {
        return digest;
    }
}
