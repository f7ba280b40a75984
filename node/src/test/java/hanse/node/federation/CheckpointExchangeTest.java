package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import hanse.certs.SigningKey;
import hanse.federation.v1.ExchangeCheckpointsRequest;
import hanse.federation.v1.SignedCheckpoint;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.node.call.AgentId;
import hanse.node.ledger.EntryKind;
import hanse.peer.v1.Peer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two registries keep each other's checkpoints, and find out what one has lost of its journal.
@Timeout(120)
final class CheckpointExchangeTest {
    private Pair pair;
    private TestNode alpha;
    private TestNode beta;

    @BeforeEach
    void open(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = pair.alpha();
        beta = pair.beta();
        alpha.database.write(tx -> tx.sql()
                .execute("insert into registry (id, signing_key, token_secret) values ('alpha.example',"
                        + " decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'))"));
        grow(alpha);
        grow(beta);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void eachKeepsTheOthersNewestOne() {
        exchange();
        assertThat(shown(alpha, beta).getCheckpoint()).isEqualTo(1);
        assertThat(shown(beta, alpha).getCheckpoint()).isEqualTo(1);
        assertThat(shown(alpha, beta).getOurCheckpoint()).isEqualTo(1);
        grow(alpha);
        exchange();
        assertThat(shown(beta, alpha).getCheckpoint()).isEqualTo(2);
        assertThat(shown(alpha, beta).getOurCheckpoint()).isEqualTo(2);
        assertThat(shown(alpha, beta).getOurCheckpointMissing()).isEmpty();
        assertThat(alpha.federation.witnesses().isReconciling()).isFalse();
        assertThat(alpha.fault()).isEmpty();
    }

    @Test
    void ofAYearOfMinutesOneADayIsKept() {
        for (int minute = 0; minute < 20; minute++) {
            grow(alpha);
            alpha.federation.witnesses().exchange();
            pair.pass(Duration.ofHours(3));
        }
        assertThat(count(beta, "witness")).isEqualTo(1);
        assertThat(count(beta, "witness_day")).isBetween(3, 4);
    }

    @Test
    void aRolledBackJournalIsNoticedByBothAndPaysNothingUntilItsOperatorSaysSo() {
        AgentId payer = beta.agent("100");
        AgentId payee = alpha.agent("0");
        grow(alpha);
        long before = entries(alpha);
        grow(alpha);
        exchange();
        assertThat(shown(beta, alpha).getCheckpoint()).isEqualTo(3);

        rollBackTo(before);
        assertThat(alpha.fault()).as("its own peer has told it").isPresent();
        assertThat(alpha.fault().orElseThrow().toString())
                .contains("checkpoint 3")
                .contains("as beta.example keeps it")
                .contains("gone");
        pair.pass(Duration.ofMinutes(1));
        exchange();
        assertThat(shown(beta, alpha).getCheckpointAlarm()).contains("its newest checkpoint is 2, and was 3");
        assertThat(beta.federation.witnesses().alarms()).isEqualTo(1);
        assertThat(shown(alpha, beta).getOurCheckpointMissing()).contains("gone");
        assertThat(alpha.federation.witnesses().isReconciling()).isTrue();
        assertThat(beta.federation.witnesses().isReconciling()).isFalse();

        CompletableFuture<CrossRegistryTransferResponse> sent = beta.send(payer, alpha, payee, "5");
        eventually(
                "alpha was asked",
                () -> beta.federation.metrics().snapshot("alpha.example").undecided() > 0);
        assertThat(alpha.balance(payee)).isEqualTo("0");
        assertThat(sent.join().getState()).isEqualTo(CrossRegistryTransferResponse.State.PREPARED);

        alpha.federation.peers().accept(alpha.operator(), beta.id, true);
        beta.federation.peers().accept(beta.operator(), alpha.id, false);
        eventually("it goes on", () -> !alpha.federation.witnesses().isReconciling());
        eventually("what waited is paid", () -> alpha.balance(payee).equals("4.975"));
        assertThat(alpha.fault()).isEmpty();
        exchange();
        assertThat(shown(beta, alpha).getCheckpointAlarm()).isEmpty();
        assertThat(shown(beta, alpha).getCheckpoint()).isEqualTo(2);
        assertThat(alpha.federation.witnesses().isReconciling()).isFalse();
    }

    @Test
    void aRewrittenPastIsFoundByItsOwnVerification() {
        grow(alpha);
        exchange();
        rollBackTo(1);
        for (int i = 0; i < 4; i++) {
            grow(alpha);
        }
        assertThat(alpha.fault().orElseThrow().toString())
                .contains("as beta.example keeps it")
                .contains("another one now");
    }

    @Test
    void aLyingPeerStopsNobody() {
        exchange();
        SigningKey stranger = SigningKey.generate();
        byte[] text = "hanse-checkpoint-v1\nalpha.example\n99\n2026-01-01T00:00:00Z\n1 9 9 %s\n"
                .formatted("ab".repeat(32))
                .getBytes(StandardCharsets.UTF_8);
        beta.database.write(tx ->
                tx.sql().execute("update witness set number = 99, body = ?, signature = ?", text, stranger.sign(text)));
        alpha.federation.witnesses().exchange();
        assertThat(alpha.federation.witnesses().isReconciling()).isFalse();
        assertThat(alpha.fault()).isEmpty();
    }

    @Test
    void whatAPeerHasNotSignedIsNotKept() {
        byte[] text =
                alpha.federation.witnesses().journal().newest().orElseThrow().text();
        ExchangeCheckpointsRequest forged = ExchangeCheckpointsRequest.newBuilder()
                .setNewest(SignedCheckpoint.newBuilder()
                        .setText(ByteString.copyFrom(text))
                        .setSignature(ByteString.copyFrom(new byte[64])))
                .build();
        assertThatThrownBy(() -> beta.federation.witnesses().received(alpha.id, forged))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
        assertThat(count(beta, "witness")).isZero();
    }

    @Test
    void aRestoredDatabaseWaitsUntilEveryPeerHasAnswered() {
        exchange();
        pair.pass(Duration.ofMinutes(1));
        alpha.database.write(tx -> tx.sql()
                .execute(
                        "update registry set restored_at = cast(? as timestamptz)",
                        tx.now().atOffset(ZoneOffset.UTC)));
        eventually("it knows that", () -> alpha.federation.witnesses().isReconciling());
        pair.pass(Duration.ofMinutes(1));
        exchange();
        assertThat(alpha.federation.witnesses().isReconciling()).isFalse();
        assertThat(alpha.database.<Integer>read(tx -> tx.sql()
                        .fetchOne("select count(restored_at) from registry")
                        .get(0, Integer.class)))
                .isZero();
    }

    @Test
    void aCheckpointThatAFormerKeyHasSignedIsShownUnderTodays() {
        byte[] former = SigningKey.generate().sign(new byte[0]);
        alpha.database.write(tx -> tx.sql().execute("update checkpoint set signature = ?", former));
        exchange();
        assertThat(shown(beta, alpha).getCheckpoint()).isEqualTo(1);
        assertThat(shown(alpha, beta).getOurCheckpoint()).isEqualTo(1);
    }

    @Test
    void aPeerThatAsksForManyAtOnceIsToldToWait() throws Exception {
        exchange();
        ExchangeCheckpointsRequest shown = ExchangeCheckpointsRequest.newBuilder()
                .setNewest(alpha.federation
                        .witnesses()
                        .journal()
                        .newest()
                        .orElseThrow()
                        .message())
                .build();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        CompletableFuture<?> holder = CompletableFuture.runAsync(
                () -> beta.database.write(tx -> {
                    tx.sql().fetch("select peer from witness for update");
                    held.countDown();
                    return await(enough);
                }),
                Thread::startVirtualThread);
        held.await();
        List<CompletableFuture<?>> waiting = Stream.generate(() -> CompletableFuture.runAsync(
                        () -> beta.federation.inbox().checkpoints(alpha.id.value(), shown), Thread::startVirtualThread))
                .limit(2)
                .collect(Collectors.toList());
        eventually(
                "both are under way",
                () -> beta.database.<Integer>read(tx -> tx.sql().fetchOne("""
                        select count(*) from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'
                        """).get(0, Integer.class)) == 2);
        assertThatThrownBy(() -> beta.federation.inbox().checkpoints(alpha.id.value(), shown))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        enough.countDown();
        holder.join();
        waiting.forEach(CompletableFuture::join);
        assertThat(beta.federation
                        .inbox()
                        .checkpoints(alpha.id.value(), shown)
                        .toCompletableFuture()
                        .join()
                        .hasKept())
                .isTrue();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void exchange() {
        alpha.federation.witnesses().exchange();
        beta.federation.witnesses().exchange();
    }

    private static Peer shown(TestNode at, TestNode peer) {
        return at.federation.peers().get(peer.id);
    }

    /// Something happens that no account is changed by, and a checkpoint covers it.
    private static void grow(TestNode node) {
        node.database.write(tx -> node.ledger.record(tx, EntryKind.AGENT_UPDATED, UUID.randomUUID(), "{}"));
        assertThat(node.checkpoints.make()).isTrue();
    }

    /// Entries of the lane in which [#grow] writes.
    private static long entries(TestNode node) {
        return node.database.read(tx -> tx.sql()
                .fetchOne("select max(position) & 1099511627775 from journal where kind = 41")
                .get(0, Long.class));
    }

    /// As if a backup had been restored: of the lane in which only events are written nothing later is left.
    private void rollBackTo(long number) {
        alpha.database.write(tx -> {
            long lane = tx.sql()
                    .fetchOne("select min(position >> 40) from journal where kind = 41")
                    .get(0, Long.class);
            long last = (lane << 40) + number;
            tx.sql().execute("delete from block where lane = ? and last > ?", lane, last);
            tx.sql().execute("delete from journal where position >> 40 = ? and position > ?", lane, last);
            tx.sql().execute("delete from checkpoint where number > (select count(*) from journal where kind = 41)");
            tx.sql().execute("""
                            update lane l set position = b.last - (b.lane::bigint << 40), block = b.number, head = b.head
                            from (select * from block where lane = ? order by number desc limit 1) b
                            where l.id = b.lane
                            """, lane);
            return lane;
        });
    }

    private static int count(TestNode node, String table) {
        return node.database.read(
                tx -> tx.sql().fetchOne("select count(*) from " + table).get(0, Integer.class));
    }
}
