package hanse.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.ledger.TradeParties;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Changes of accounts in any order, one of which is not what it was.
final class HistoriesTest {
    private static final int ENTRIES = 300;

    private final UUID[] accounts = {UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID()};
    private final UUID issued = accounts[0];
    private final long[] balance = new long[accounts.length];
    private final long[] held = new long[accounts.length];
    private final long[] version = new long[accounts.length];
    private final long[] last = new long[accounts.length];
    private final List<Entry> entries = new ArrayList<>();

    @BeforeEach
    void aJournalInTwoLanes() {
        Random random = new Random(7);
        for (int i = 0; i < ENTRIES; i++) {
            long position = Position.at(1 + i % 2, 1 + i / 2).value();
            int debit = i < 10 ? 0 : random.nextInt(accounts.length);
            int credit = (debit + 1 + random.nextInt(accounts.length - 1)) % accounts.length;
            boolean isHold = i % 5 == 4 && debit > 0 && balance[debit] > held[debit];
            long amount = isHold || debit > 0 && balance[debit] - held[debit] < 9 || credit == 0 ? 0 : 9;
            Entry.Side from = side(debit, position, -amount, isHold ? 1 : 0);
            Optional<Entry.Side> to = isHold ? Optional.empty() : Optional.of(side(credit, position, amount, 0));
            entries.add(entry(position, Optional.of(from), to, amount, isHold ? 1 : 0));
        }
        Collections.shuffle(entries, random);
    }

    @Test
    void areWholeInWhateverOrderTheyCome() {
        assertThat(areWhole(entries, UnaryOperator.identity())).isTrue();
    }

    @Test
    void areNotWholeWithoutOneOfTheirChanges() {
        for (int i = 0; i < ENTRIES; i++) {
            List<Entry> fewer = new ArrayList<>(entries);
            fewer.remove(i);
            assertThat(areWhole(fewer, UnaryOperator.identity())).isFalse();
        }
    }

    @Test
    void areNotWholeWithAChangeThatStandsThereTwice() {
        for (Entry entry : entries) {
            List<Entry> more = new ArrayList<>(entries);
            more.add(entry);
            assertThat(areWhole(more, UnaryOperator.identity())).isFalse();
        }
    }

    @Test
    void areNotWholeWhereAFigureIsAnother() {
        for (int i = 0; i < ENTRIES; i++) {
            Entry entry = entries.get(i);
            Entry.Side side = entry.debit().orElseThrow();
            for (Entry.Side other : List.of(
                    new Entry.Side(issued, side.balance() - 1, side.held(), side.version(), side.previous()),
                    new Entry.Side(side.account(), side.balance() - 1, side.held(), side.version(), side.previous()),
                    new Entry.Side(side.account(), side.balance(), side.held(), side.version() + 1, side.previous()),
                    new Entry.Side(side.account(), side.balance(), side.held(), side.version(), side.previous() + 1))) {
                List<Entry> altered = new ArrayList<>(entries);
                altered.set(
                        i,
                        entry(
                                entry.position().value(),
                                Optional.of(other),
                                entry.credit(),
                                entry.amount().micros(),
                                entry.heldChange()));
                assertThat(areWhole(altered, UnaryOperator.identity())).isFalse();
            }
        }
    }

    @Test
    void areNotWholeWhereAnAccountSaysAnother() {
        assertThat(areWhole(
                        entries,
                        row -> row.id().equals(issued)
                                ? row
                                : new AuditStore.Row(
                                        row.id(),
                                        row.kind(),
                                        row.named(),
                                        row.balance() + 1,
                                        row.held(),
                                        row.version(),
                                        row.lastEntry())))
                .isFalse();
    }

    @Test
    void areNotWholeWhereAnAccountWasOverdrawnMeanwhile() {
        UUID account = UUID.randomUUID();
        long first = Position.at(3, 1).value();
        List<Entry> overdrawn = List.of(
                entry(first, Optional.of(new Entry.Side(account, -5, 0, 1, 0)), Optional.empty(), 5, 0),
                entry(first + 1, Optional.empty(), Optional.of(new Entry.Side(account, 0, 0, 2, first)), 5, 0));
        Histories histories = new Histories(Set.of());
        overdrawn.forEach(histories::add);
        histories.add(new AuditStore.Row(account, AccountKind.AGENT, Optional.empty(), 0, 0, 2, first + 1));
        assertThat(histories.areWhole()).isFalse();
    }

    private boolean areWhole(List<Entry> journal, UnaryOperator<AuditStore.Row> said) {
        Histories histories = new Histories(Set.of(issued));
        journal.forEach(histories::add);
        for (int i = 0; i < accounts.length; i++) {
            histories.add(said.apply(new AuditStore.Row(
                    accounts[i],
                    i == 0 ? AccountKind.ISSUED : AccountKind.AGENT,
                    Optional.empty(),
                    balance[i],
                    held[i],
                    version[i],
                    last[i])));
        }
        return histories.areWhole();
    }

    private Entry.Side side(int account, long position, long change, long heldChange) {
        long previous = last[account];
        balance[account] += change;
        held[account] += heldChange;
        version[account]++;
        last[account] = position;
        return new Entry.Side(accounts[account], balance[account], held[account], version[account], previous);
    }

    private static Entry entry(
            long position, Optional<Entry.Side> debit, Optional<Entry.Side> credit, long amount, long heldChange) {
        return new Entry(
                new Position(position),
                Instant.EPOCH,
                EntryKind.TOKENS_TRANSFERRED,
                debit,
                credit,
                new Avt(amount),
                heldChange,
                Optional.empty(),
                Optional.empty(),
                "",
                TradeParties.NONE);
    }
}
