package hanse.node.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.SystemAccount;
import hanse.node.testing.TestRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class StatementTest {
    private final Random jitter = new Random(3);

    /// Transactions begin in one order and commit in another, and the clocks of two nodes differ: times in the journal
    /// need not rise along an account.
    private final InstantSource disagreeing =
            () -> Instant.parse("2026-01-01T00:00:00Z").plusMillis(jitter.nextInt(50));

    @Test
    void showsEveryEntryOnceWithTheBalanceAfterItWhateverThePagesSize() {
        try (TestRegistry registry = TestRegistry.fresh(disagreeing)) {
            AgentId alice = registry.agent("100");
            AgentId bob = registry.agent("100");
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                answers.add(registry.commit.submit(registry.transfer(
                        Optional.empty(), i % 2 == 0 ? alice : bob, i % 2 == 0 ? bob : alice, Avt.parse("0.5"))));
                if (i % 7 == 0) {
                    answers.forEach(CompletableFuture::join);
                }
            }
            answers.forEach(CompletableFuture::join);
            for (int size : List.of(1, 2, 7, 50, 200)) {
                List<Statement.Line> lines = pages(registry, List.of(AccountId.of(alice)), size);
                assertThat(lines).hasSize((int) registry.account(alice).version());
                requireRunningBalance(registry, alice, lines);
            }
        }
    }

    @Test
    void mergesTheTreasurysStripesWithoutLosingOrRepeatingAnEntry() {
        try (TestRegistry registry = TestRegistry.fresh(disagreeing)) {
            AgentId alice = registry.agent("100");
            AgentId bob = registry.agent("100");
            for (int i = 0; i < 40; i++) {
                registry.pay(alice, bob, "0.5");
            }
            List<AccountId> stripes =
                    registry.database.read(tx -> registry.ledger.stripes(tx, AccountKind.TREASURY)).stream()
                            .map(SystemAccount::id)
                            .toList();
            for (int size : List.of(1, 3, 50)) {
                List<Statement.Line> lines = pages(registry, stripes, size);
                assertThat(lines).hasSize(40);
                assertThat(new HashSet<>(lines.stream()
                                .map(line -> line.entry().position())
                                .toList()))
                        .hasSize(40);
            }
        }
    }

    @Test
    void refusesAPageTokenThatThisListDidNotMake() {
        try (TestRegistry registry = TestRegistry.fresh()) {
            AgentId alice = registry.agent("100");
            AgentId bob = registry.agent("100");
            AgentId carol = registry.agent("100");
            registry.pay(bob, carol, "1");
            for (int i = 0; i < 3; i++) {
                registry.pay(bob, carol, "1");
            }
            String bobs = registry.database
                    .read(tx -> Statement.read(registry.ledger, tx, List.of(AccountId.of(bob)), "", 1))
                    .next()
                    .orElseThrow();
            for (String token : List.of("x", "AAAA", "!!", bobs)) {
                assertThatThrownBy(() -> registry.database.read(
                                tx -> Statement.read(registry.ledger, tx, List.of(AccountId.of(alice)), token, 5)))
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.BAD_PAGE_TOKEN));
            }
        }
    }

    private static List<Statement.Line> pages(TestRegistry registry, List<AccountId> stripes, int size) {
        List<Statement.Line> lines = new ArrayList<>();
        String token = "";
        do {
            String from = token;
            Statement page = registry.database.read(tx -> Statement.read(registry.ledger, tx, stripes, from, size));
            assertThat(page.lines()).hasSizeLessThanOrEqualTo(size);
            lines.addAll(page.lines());
            token = page.next().orElse("");
        } while (!token.isEmpty());
        return lines;
    }

    private static void requireRunningBalance(TestRegistry registry, AgentId agent, List<Statement.Line> newestFirst) {
        assertThat(newestFirst.getFirst().side().balance()).isEqualTo(registry.balance(agent));
        for (int i = 0; i < newestFirst.size(); i++) {
            Statement.Line line = newestFirst.get(i);
            long change = line.isDebit()
                    ? -line.entry().amount().micros()
                    : line.entry().amount().micros();
            long before =
                    i + 1 < newestFirst.size() ? newestFirst.get(i + 1).side().balance() : 0;
            assertThat(line.side().version()).isEqualTo(newestFirst.size() - i);
            assertThat(line.side().balance()).isEqualTo(before + change);
        }
    }
}
