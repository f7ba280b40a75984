package hanse.node.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Request;
import hanse.node.event.WatchedNode.Watch;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.Postgres;
import hanse.node.testing.Spender;
import hanse.node.testing.TestRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Two node processes write one hot account and one of them is killed again and again, in the midst of its batches.
@Timeout(180)
final class TwoProcessesTest {
    private static final int KILLS = 4;
    private static final int BETWEEN_KILLS = 300;

    @Test
    void chainsAreWholeNoEventIsSkippedAndNoAnswerWasALie() {
        try (Postgres.Fresh postgres = Postgres.fresh();
                TestRegistry registry = TestRegistry.on(postgres.pool());
                WatchedNode node = new WatchedNode(registry)) {
            AgentId hot = registry.agent("1000000");
            AgentId payee = registry.agent("0");
            Queue<String> lines = new ConcurrentLinkedQueue<>();
            try (Watch watch = node.watch(new Caller.Operator("admin", 1), "start", true);
                    Child survivor = Child.start(postgres, hot, payee, "survivor", lines)) {
                for (int round = 0; round < KILLS; round++) {
                    String name = "victim" + round;
                    try (Child victim = Child.start(postgres, hot, payee, name, lines)) {
                        victim.awaitLines(BETWEEN_KILLS);
                    }
                }
                survivor.awaitLines(BETWEEN_KILLS);
                survivor.close();
                awaitOnlyOurs(registry);

                assertThat(lines).allMatch(line -> line.startsWith("done "));
                requireAnswersWereTrue(registry, hot, lines);
                long transfers = number(registry, "select count(*) from journal where kind = 1");
                assertThat(transfers).isGreaterThanOrEqualTo(lines.size());
                assertThat(transfers)
                        .isEqualTo(number(registry, "select count(*) from outcome where get_byte(result, 0) = 0"));
                assertThat(registry.balance(hot)).isEqualTo(1_000_000_000_000L - transfers * 10_000);
                assertThat(registry.balance(payee)).isEqualTo(transfers * 9_950);
                assertThat(registry.total(AccountKind.TREASURY)).isEqualTo(transfers * 50);
                assertThat(registry.verify().fault()).isEmpty();

                List<String> journal = registry.database.read(tx -> tx.sql()
                        .fetch("select lpad(to_hex(position), 16, '0') from journal order by position")
                        .getValues(0, String.class));
                watch.awaitEvents(journal.size());
                List<String> seen = watch.ids();
                assertThat(new HashSet<>(seen)).hasSize(seen.size()).isEqualTo(new HashSet<>(journal));
            }
        }
    }

    /// What a killed process had sent to PostgreSQL may still be committing.
    private static void awaitOnlyOurs(TestRegistry registry) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> number(
                                registry,
                                "select count(*) from pg_stat_activity where datname = current_database()"
                                        + " and (state <> 'idle' or wait_event_type = 'Lock') and pid <> pg_backend_pid()")
                        == 0);
    }

    private static void requireAnswersWereTrue(TestRegistry registry, AgentId hot, Queue<String> lines) {
        Caller caller = new Caller.Agent(hot, 1, false, "t");
        Set<UUID> remembered = new HashSet<>(registry.database.read(
                tx -> tx.sql().fetch("select key from outcome").getValues(0, UUID.class)));
        List<String> lies = new ArrayList<>();
        for (String line : lines) {
            if (!remembered.contains(Request.key(caller, "test/Rpc", line.substring("done ".length())))) {
                lies.add(line);
            }
        }
        assertThat(lies).isEmpty();
    }

    private static long number(TestRegistry registry, String sql) {
        return registry.database.read(tx -> tx.sql().fetchSingle(sql).get(0, Long.class));
    }

    /// One more process; killed, not asked, when closed.
    private record Child(Process process, Queue<String> own) implements AutoCloseable {
        static Child start(Postgres.Fresh postgres, AgentId payer, AgentId payee, String name, Queue<String> lines) {
            try {
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx256m",
                                "-Dorg.jooq.no-logo=true",
                                "-Dorg.jooq.no-tips=true",
                                "-cp",
                                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                                Spender.class.getName(),
                                postgres.url(),
                                postgres.username(),
                                postgres.password(),
                                payer.toString(),
                                payee.toString(),
                                name)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                Queue<String> own = new ConcurrentLinkedQueue<>();
                Thread.ofVirtual().start(() -> read(process, own, lines));
                return new Child(process, own);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void read(Process process, Queue<String> own, Queue<String> all) {
            try (BufferedReader reader = process.inputReader()) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    // The log shares standard output; and what was cut off by the kill was not said.
                    if ((line.startsWith("done ") || line.startsWith("failed ")) && line.endsWith(";")) {
                        String whole = line.substring(0, line.length() - 1);
                        all.add(whole);
                        own.add(whole);
                    }
                }
            } catch (IOException e) {
                own.add("ended");
            }
        }

        void awaitLines(int count) {
            await().atMost(Duration.ofSeconds(60)).until(() -> own.size() >= count);
        }

        @Override
        public void close() {
            process.destroyForcibly();
            await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
        }
    }
}
