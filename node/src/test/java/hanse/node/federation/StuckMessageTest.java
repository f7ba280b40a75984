package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.call.AgentId;
import hanse.peer.Answers;
import hanse.peer.MessageIds;
import hanse.peer.v1.StuckMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Messages that beta decides never, among others.
@Timeout(120)
class StuckMessageTest {
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    private static final UUID DAMAGED = new UUID(0, 1);

    @TempDir
    Path directory;

    private Pair pair;
    private AgentId alice;
    private AgentId bob;
    private final Set<ByteString> poison = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void peer() {
        pair = new Pair(directory);
        alice = pair.alpha().agent("100000");
        bob = pair.beta().agent("0");
    }

    @AfterEach
    void everythingHasEndedAndTheBooksHold() {
        try {
            Pair.requireWhole(pair.alpha(), pair.beta());
        } finally {
            pair.close();
        }
    }

    @Test
    void areSetAsideListedAndSentAgainWhenTheOperatorSays() {
        int many = 40;
        pair.beta().network.told = answer ->
                poison.size() < many && poison.add(answer.getId()) || isPoison(answer.getId())
                        ? Answers.undecided(MessageIds.parse(answer.getId()).orElseThrow(), "MESSAGE_UNREADABLE")
                        : answer;
        for (int i = 0; i < many; i++) {
            var unused = pair.alpha().send(alice, pair.beta(), bob, "1");
        }
        eventually("all are set aside", () -> stuck().size() == many);
        assertThat(stuck()).allSatisfy(message -> {
            assertThat(message.getReason()).isEqualTo("MESSAGE_UNREADABLE");
            assertThat(message.getKind()).isEqualTo("CREDIT_TRANSFER");
            assertThat(message.hasSince() && message.hasSetAsideAt()).isTrue();
        });
        // Others are not held up.
        assertThat(pair.alpha().send(alice, pair.beta(), bob, "1").join().getState())
                .isEqualTo(State.EXPORTED);
        UUID one = UUID.fromString(stuck().getFirst().getMessageId());
        pair.beta().network.told = answer -> answer;
        assertThat(retry(Optional.of(one))).isEqualTo(1);
        eventually("it has ended", () -> pair.alpha().frames().get(one) == Frame.State.EXPORTED);
        assertThat(retry(Optional.of(one))).isZero();
        retry(Optional.empty());
        eventually("all have ended", () -> pair.alpha().unanswered() == 0);
        assertThat(stuck()).isEmpty();
    }

    private boolean isPoison(ByteString id) {
        return poison.contains(id);
    }

    @Test
    void ofOursThatCannotBeReadHoldUpNoOther() {
        pair.alpha()
                .database
                .write(tx -> tx.sql()
                        .execute(
                                "insert into outbox (peer, id, created_at, message) values (?, ?, now(), ?)",
                                pair.beta().id.value(),
                                DAMAGED,
                                new byte[] {(byte) 0xff}));
        assertThat(pair.alpha().send(alice, pair.beta(), bob, "1").join().getState())
                .isEqualTo(State.EXPORTED);
        eventually("it is set aside", () -> stuck().size() == 1);
        assertThat(stuck().getFirst().getReason()).isEqualTo("UNSENDABLE");
        assertThat(stuck().getFirst().getKind()).isEmpty();
        pair.alpha().database.write(tx -> tx.sql().execute("delete from outbox where id = ?", DAMAGED));
    }

    private List<StuckMessage> stuck() {
        return pair.alpha().federation.stuck().page(pair.beta().id, BEFORE_ALL, 10_000);
    }

    private int retry(Optional<UUID> message) {
        return pair.alpha()
                .federation
                .stuck()
                .retry(pair.alpha().operator(), pair.beta().id, message)
                .getRetried();
    }
}
