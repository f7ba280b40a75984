package hanse.node.trust;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Numbers agents from 0 in the order in which they are first named. Open addressing over primitive arrays: the names
/// of a million rows are looked up here, and an object for each would cost more than all the arithmetic.
final class AgentIndex {
    private final Map<String, Integer> homeNumbers = new HashMap<>();
    private final List<String> homes = new ArrayList<>();
    private int[] table = new int[1 << 12];
    private long[] high = new long[1 << 11];
    private long[] low = new long[1 << 11];
    private int[] home = new int[1 << 11];
    private int size;

    int size() {
        return size;
    }

    UUID agent(int number) {
        return new UUID(high[number], low[number]);
    }

    /// As it is stored: empty for this registry.
    String home(int number) {
        return homes.get(home[number]);
    }

    /// The number of an agent, old or new.
    int number(UUID agent, String homeName) {
        int at = homeNumber(homeName);
        long mostBits = agent.getMostSignificantBits();
        long leastBits = agent.getLeastSignificantBits();
        int mask = table.length - 1;
        int slot = hash(mostBits, leastBits, at) & mask;
        while (table[slot] != 0) {
            int known = table[slot] - 1;
            if (high[known] == mostBits && low[known] == leastBits && home[known] == at) {
                return known;
            }
            slot = (slot + 1) & mask;
        }
        if (size == high.length) {
            grow();
            return number(agent, homeName);
        }
        high[size] = mostBits;
        low[size] = leastBits;
        home[size] = at;
        table[slot] = ++size;
        return size - 1;
    }

    private int homeNumber(String name) {
        Integer known = homeNumbers.get(name);
        if (known == null) {
            known = homes.size();
            homes.add(name);
            homeNumbers.put(name, known);
        }
        return known;
    }

    private void grow() {
        int more = size * 2;
        high = Arrays.copyOf(high, more);
        low = Arrays.copyOf(low, more);
        home = Arrays.copyOf(home, more);
        table = new int[more * 2];
        int mask = table.length - 1;
        for (int number = 0; number < size; number++) {
            int slot = hash(high[number], low[number], home[number]) & mask;
            while (table[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            table[slot] = number + 1;
        }
    }

    private static int hash(long mostBits, long leastBits, int at) {
        long mixed = (mostBits ^ Long.rotateLeft(leastBits, 31) ^ at) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }
}
