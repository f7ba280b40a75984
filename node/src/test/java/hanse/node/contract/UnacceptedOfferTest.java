package hanse.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.contract.v1.Terms;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.DisputedSubject;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SlashRequest;
import hanse.node.federation.Pair;
import hanse.peer.MessageIds;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A peer pays under a contract that it has offered, and wants that slashed: only what the provider has accepted is a
/// dealing.
@Timeout(120)
final class UnacceptedOfferTest {
    private Pair pair;
    private Voyage voyage;

    @BeforeEach
    void offer(@TempDir Path directory) {
        pair = new Pair(directory);
        voyage = new Voyage(pair::alpha, pair::beta, Terms.Funding.ON_APPROVAL, "10");
        voyage.create("create").join();
        pair.rest();
    }

    @AfterEach
    void holds() {
        pair.rest();
        assertThat(pair.beta().fault()).isEmpty();
        pair.close();
    }

    @Test
    void whatIsPaidUnderAnOfferThatNobodyHasAcceptedIsNotSlashedBack() {
        assertThat(paid()).isEmpty();
        assertThat(asked(1)).isEqualTo("DEALING_NOT_PROVEN");
        voyage.accept("accept").join();
        assertThat(asked(1)).isEqualTo("SLASH_ABOVE_RECEIVED");
        assertThat(paid()).isEmpty();
        assertThat(asked(10_000_001)).isEqualTo("SLASH_ABOVE_RECEIVED");
        assertThat(asked(10_000_000)).isEmpty();
    }

    /// Alpha says that it has paid the milestone.
    private String paid() {
        return refusal(message()
                .setCreditTransfer(CreditTransfer.newBuilder()
                        .setPayer(voyage.terms.getContractor())
                        .setPayee(voyage.terms.getProvider())
                        .setAmountMicros(10_000_000)
                        .setBucketDay(pair.alpha().now().getEpochSecond() / 86_400)
                        .setContractId(MessageIds.bytes(voyage.id))
                        .setMilestone(1)
                        .setAttempt(1)));
    }

    private String asked(long micros) {
        return refusal(message()
                .setSlashRequest(SlashRequest.newBuilder()
                        .setDisputeId(MessageIds.bytes(UUID.randomUUID()))
                        .setSubject(DisputedSubject.newBuilder().setKind(2).setId(MessageIds.bytes(voyage.id)))
                        .setComplainant(voyage.terms.getContractor())
                        .setDefendant(voyage.terms.getProvider())
                        .setAmountMicros(micros)));
    }

    private Message.Builder message() {
        return Message.newBuilder()
                .setFrom(pair.alpha().id.value())
                .setTo(pair.beta().id.value())
                .setProtocol(1)
                .setId(MessageIds.bytes(UUID.randomUUID()));
    }

    /// Why beta refuses it for good; empty when it does not.
    private String refusal(Message.Builder message) {
        try {
            return Outcome.parseFrom(pair.beta()
                            .receive(pair.alpha(), message.build())
                            .getOutcome()
                            .getOutcome())
                    .getRefused()
                    .getReason();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
