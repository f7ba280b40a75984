package hanse.peer;

import com.google.protobuf.ByteString;
import hanse.federation.v1.Answer;
import hanse.federation.v1.SignedOutcome;
import hanse.federation.v1.Undecided;
import java.util.UUID;

/// The two answers there are to a message.
public final class Answers {
    private Answers() {}

    /// It was decided: final, stored before this is said.
    public static Answer decided(UUID id, SignedOutcome outcome) {
        return Answer.newBuilder()
                .setId(MessageIds.bytes(id))
                .setOutcome(outcome)
                .build();
    }

    /// Nothing was decided.
    ///
    /// @param reason stable, such as `UNAVAILABLE`
    public static Answer undecided(UUID id, String reason) {
        return undecided(MessageIds.bytes(id), reason);
    }

    static Answer undecided(ByteString id, String reason) {
        return Answer.newBuilder()
                .setId(id)
                .setUndecided(Undecided.newBuilder().setReason(reason))
                .build();
    }
}
