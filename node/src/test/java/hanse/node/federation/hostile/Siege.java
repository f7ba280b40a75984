package hanse.node.federation.hostile;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Outcome;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.node.call.AgentId;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Ledger;
import hanse.node.testing.Postgres;
import hanse.peer.PeerLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Alpha and beta, honest, and mallory, a peer of beta, who attacks it. After each attack an honest transfer goes each
/// way; at the end all books hold.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Siege {
    static final String STRANGER = "(stranger)";
    private static final String SAID_BY = "hanse.peer.Refusals";

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            said.add(event.getFormattedMessage());
        }
    };

    Path directory = Path.of("");
    TestNode alpha;
    TestNode beta;
    HostilePeer mallory;
    private AgentId alice;
    private AgentId bob;

    /// What beta's peer port allows.
    PeerLimits limits() {
        return PeerLimits.DEFAULTS;
    }

    /// Where mallory can be reached.
    int port() {
        return 1;
    }

    @BeforeAll
    void begin(@TempDir Path temporary) {
        directory = temporary;
        ((Logger) LoggerFactory.getLogger(SAID_BY)).addAppender(appender);
        appender.start();
        alpha = new TestNode("alpha.example", directory.resolve("alpha"), Postgres.fresh()).start();
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh()).start(limits());
        alpha.trust(beta);
        beta.trust(alpha);
        eventually("both have greeted", () -> alpha.isActive(beta) && beta.isActive(alpha));
        mallory = new HostilePeer("mallory.example", directory.resolve("mallory"));
        beta.trust(mallory.card(port()));
        alice = alpha.agent("10000");
        bob = beta.agent("10000");
    }

    @AfterEach
    void theHonestLinkWorks() {
        CompletableFuture<CrossRegistryTransferResponse> there = alpha.send(alice, beta, bob, "1");
        CompletableFuture<CrossRegistryTransferResponse> back = beta.send(bob, alpha, alice, "1");
        getsThrough(alpha, alice, there.join());
        getsThrough(beta, bob, back.join());
    }

    /// Also when its payer was told first to ask again.
    private static void getsThrough(TestNode from, AgentId payer, CrossRegistryTransferResponse transfer) {
        UUID id = UUID.fromString(transfer.getTransferId());
        eventually(
                "an honest transfer gets through",
                () -> from.transfer(payer, id).getState() == CrossRegistryTransferResponse.State.EXPORTED);
    }

    @AfterAll
    void theBooksHold() throws Exception {
        try {
            mallory.close();
            eventually("every honest message is answered", () -> alpha.unanswered() == 0);
            requireWhole();
            assertThat(beta.fault()).isEmpty();
            assertThat(beta.sum()).isZero();
            assertThat(said).allSatisfy(line -> assertThat(line).matches("[\\x20-\\x7e]{1,400}"));
        } finally {
            ((Logger) LoggerFactory.getLogger(SAID_BY)).detachAppender(appender);
            for (TestNode node : List.of(alpha, beta)) {
                node.close();
                node.fresh.close();
            }
        }
    }

    /// Between alpha and beta.
    void requireWhole() {
        Pair.requireWhole(alpha, beta);
    }

    /// All that beta has of money, and every row of its journal.
    record Books(Set<Ledger.Total> totals, long rows, List<String> positions, String held) {}

    Books books() {
        return beta.read(tx -> new Books(
                // An account that was opened, and has nothing, is nothing.
                beta.ledger.totals(tx).stream()
                        .filter(total -> total.micros() != 0)
                        .collect(Collectors.toSet()),
                tx.sql().fetchSingle("select count(*) from journal").get(0, Long.class),
                tx
                        .sql()
                        .fetch("select peer, position, reserved from peer_position order by peer")
                        .map(Object::toString)
                        .stream()
                        .collect(Collectors.toList()),
                String.valueOf(tx.sql()
                        .fetchSingle("select coalesce(sum(held), 0) from account")
                        .get(0))));
    }

    /// Does what must move no money; that it was asked may be on record.
    void movesNoMoney(Runnable attack) {
        Books before = books();
        attack.run();
        Books after = books();
        assertThat(new Books(after.totals, before.rows, after.positions, after.held))
                .isEqualTo(before);
    }

    /// Does what must move nothing.
    void movesNothing(Runnable attack) {
        Books before = books();
        attack.run();
        assertThat(books()).isEqualTo(before);
    }

    /// Metrics have counted it, and the operator could read it.
    void assertSeen(String of, String reason) {
        eventually(of + ": " + reason, () -> count(of, reason) > 0);
        assertThat(said).anySatisfy(line -> assertThat(line).startsWith("refused of " + of + ": " + reason + ", "));
    }

    long count(String of, String reason) {
        return beta.federation.metrics().refusals(of).getOrDefault(reason, 0L);
    }

    List<String> said() {
        return List.copyOf(said);
    }

    /// Why a message was refused, for now or for good; empty if it was carried out.
    static String reason(Answer answer) {
        return answer.hasUndecided()
                ? answer.getUndecided().getReason()
                : outcome(answer).getRefused().getReason();
    }

    static Outcome outcome(Answer answer) {
        try {
            return Outcome.parseFrom(answer.getOutcome().getOutcome());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
