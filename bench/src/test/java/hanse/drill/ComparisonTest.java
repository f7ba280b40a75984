package hanse.drill;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.drill.Books.Moved;
import hanse.drill.Books.Sent;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// That a drill would see it.
final class ComparisonTest {
    private static final String ALPHA = "alpha.example";
    private static final String BETA = "beta.example";
    private static final String FRAME = "00000000-0000-7000-8000-000000000001";

    private final Party alice = party(ALPHA);
    private final Party bob = party(ALPHA);
    private final Party weather = party(BETA);

    @Test
    void acceptsATransferThatIsThereOnce() {
        assertThat(faults(transfer(), books(Map.of("t", new Moved(1, 5_000))), Books.EMPTY))
                .isEmpty();
    }

    @Test
    void findsATransferThatIsLostOrDoubledOrOfAnotherAmount() {
        assertThat(faults(transfer(), Books.EMPTY, Books.EMPTY)).hasSize(1);
        assertThat(faults(transfer(), books(Map.of("t", new Moved(2, 10_000))), Books.EMPTY))
                .hasSize(1);
        assertThat(faults(transfer(), books(Map.of("t", new Moved(1, 5_001))), Books.EMPTY))
                .hasSize(1);
    }

    @Test
    void findsWhatNobodyWasToldOf() {
        assertThat(faults(transfer(), books(Map.of("t", new Moved(1, 5_000), "u", new Moved(1, 1))), Books.EMPTY))
                .singleElement()
                .asString()
                .contains("that nobody was told of: u");
    }

    @Test
    void acceptsACrossingThatHasEndedOnBothSides() {
        assertThat(faults(crossing(), sender(2, new Sent(1, 1, 0)), receiver(1)))
                .isEmpty();
    }

    @Test
    void findsACrossingThatIsCreditedTwiceOrNotAtAllOrRefundedAsWell() {
        assertThat(faults(crossing(), sender(2, new Sent(1, 1, 0)), receiver(2)))
                .isNotEmpty();
        assertThat(faults(crossing(), sender(2, new Sent(1, 1, 0)), Books.EMPTY))
                .isNotEmpty();
        assertThat(faults(crossing(), sender(3, new Sent(1, 0, 1)), receiver(1)))
                .isNotEmpty();
        assertThat(faults(crossing(), sender(2, new Sent(1, 1, 1)), receiver(1)))
                .isNotEmpty();
        assertThat(faults(crossing(), sender(1, new Sent(1, 0, 0)), receiver(1)))
                .isNotEmpty();
        assertThat(faults(crossing(), Books.EMPTY, receiver(1))).isNotEmpty();
    }

    @Test
    void findsAnAnswerThatIsAnotherTheSecondTime() {
        Faults faults = new Faults();
        Asking asking = new Asking(faults);
        Deed deed = transfer();
        asking.same(deed, "transfer", "one");
        asking.same(deed, "transfer", "one");
        assertThat(faults.count()).isZero();
        asking.same(deed, "transfer", "another");
        assertThat(faults.count()).isEqualTo(1);
    }

    @Test
    void excusesWhatIsKnownToBeLostAndNothingElse() {
        Transfer lost = transfer();
        lost.lost();
        assertThat(faults(lost, new Losses(), Books.EMPTY, Books.EMPTY)).isEmpty();
        assertThat(faults(lost, new Losses(), books(Map.of("t", new Moved(1, 5_000))), Books.EMPTY))
                .hasSize(1);
        Crossing forgotten = crossing();
        forgotten.lost();
        assertThat(faults(forgotten, bySender(forgotten), Books.EMPTY, receiver(1)))
                .isEmpty();
        assertThat(faults(forgotten, bySender(forgotten), Books.EMPTY, receiver(2)))
                .isNotEmpty();
        assertThat(faults(forgotten, new Losses(), Books.EMPTY, receiver(1))).isNotEmpty();
        Crossing kept = crossing();
        kept.done();
        assertThat(faults(kept, bySender(kept), Books.EMPTY, receiver(1)))
                .as("it was not the registry that lost it")
                .isNotEmpty();
        Losses atReceiver = new Losses();
        atReceiver.forgottenByReceiver(FRAME, kept);
        assertThat(faults(kept, atReceiver, sender(2, new Sent(1, 1, 0)), Books.EMPTY))
                .isEmpty();
        assertThat(faults(kept, new Losses(), sender(2, new Sent(1, 1, 0)), Books.EMPTY))
                .isNotEmpty();
        assertThat(faults(kept, atReceiver, sender(1, new Sent(1, 0, 0)), Books.EMPTY))
                .isNotEmpty();
    }

    private static Losses bySender(Crossing crossing) {
        Losses losses = new Losses();
        losses.forgottenBySender(FRAME, crossing);
        return losses;
    }

    private static List<String> faults(Deed deed, Books alpha, Books beta) {
        deed.done();
        return faults(deed, new Losses(), alpha, beta);
    }

    private static List<String> faults(Deed deed, Losses losses, Books alpha, Books beta) {
        Faults faults = new Faults();
        new Comparison(Map.of(ALPHA, alpha, BETA, beta), losses, faults, new Tally(told -> {})).compare(List.of(deed));
        return faults.all();
    }

    private Transfer transfer() {
        return new Transfer("t", alice, bob, 5_000);
    }

    private Crossing crossing() {
        Crossing crossing = new Crossing("c", alice, weather, 5_000);
        assertThat(crossing.told("transfer", FRAME)).isEmpty();
        return crossing;
    }

    private static Books books(Map<String, Moved> transfers) {
        return new Books(
                transfers, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(),
                Map.of(), Map.of(), 0, 0);
    }

    private static Books sender(long state, Sent sent) {
        return new Books(
                Map.of(),
                Map.of("c", new Moved(1, 5_000)),
                Map.of(),
                Map.of(FRAME, sent),
                Map.of(),
                Map.of(FRAME, state),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                0,
                0);
    }

    private static Books receiver(long times) {
        return new Books(
                Map.of(),
                Map.of(),
                Map.of("c", new Moved(times, 5_000 * times)),
                Map.of(),
                Map.of(FRAME, times),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                0,
                0);
    }

    private static Party party(String registry) {
        Credentials credentials = Credentials.agent(UUID.randomUUID().toString(), AgentKey.generate(), registry);
        return new Party(credentials, number -> {
            throw new IllegalStateException("nobody asks here");
        });
    }
}
