package hanse.node.federation;

import com.google.protobuf.ByteString;
import hanse.federation.v1.SignedCheckpoint;
import hanse.wire.journal.CheckpointText;

/// A checkpoint as its registry has signed it.
///
/// @param read what the text says
public record SealedCheckpoint(CheckpointText read, byte[] text, byte[] signature) {
    public static SealedCheckpoint of(byte[] text, byte[] signature) {
        return new SealedCheckpoint(
                CheckpointText.parse(text).orElseThrow(() -> new IllegalArgumentException("that is not a checkpoint")),
                text,
                signature);
    }

    /// @throws IllegalArgumentException when it is no checkpoint
    static SealedCheckpoint of(SignedCheckpoint message) {
        return of(message.getText().toByteArray(), message.getSignature().toByteArray());
    }

    SignedCheckpoint message() {
        return SignedCheckpoint.newBuilder()
                .setText(ByteString.copyFrom(text))
                .setSignature(ByteString.copyFrom(signature))
                .build();
    }

    long number() {
        return read.number();
    }
}
