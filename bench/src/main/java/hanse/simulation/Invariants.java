package hanse.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Outcome;
import hanse.node.audit.Fault;
import hanse.node.audit.Verification;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.EntryKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Record;

/// What must hold of all books at every moment, and what must hold when nothing is under way.
final class Invariants {
    /// How a slash may have ended at its origin and at its home: 4 SETTLED, 5 FAILED, 6 EXPIRED.
    private static final Set<List<Integer>> LEGAL_SETTLEMENTS =
            Set.of(List.of(4, 4), List.of(5, 5), List.of(6, 6), List.of(6, 5));

    private final List<House> houses;
    private final Map<House, Totals> totals = new HashMap<>();

    /// What a registry's accounts sum up to.
    ///
    /// @param byPeer magnitudes of what concerns a peer, micro-AVT
    private record Totals(long sum, Map<AccountKind, Map<String, Long>> byPeer) {
        long of(AccountKind kind, House peer) {
            return byPeer.getOrDefault(kind, Map.of()).getOrDefault(peer.id.value(), 0L);
        }
    }

    Invariants(List<House> houses) {
        this.houses = houses;
    }

    /// Checks the equations between all registries.
    ///
    /// @param touched whose books have changed since the last time
    void always(Set<House> touched) {
        touched.forEach(house -> totals.put(house, read(house)));
        for (House house : houses) {
            Totals here = of(house);
            if (here.sum != 0) {
                throw new Violation("the books of " + house + " do not sum up to 0 but to " + here.sum);
            }
            for (House peer : houses) {
                if (peer != house) {
                    pair(house, peer);
                }
            }
        }
    }

    private Totals of(House house) {
        return Objects.requireNonNull(totals.get(house));
    }

    private void pair(House from, House to) {
        Totals source = of(from);
        Totals destination = of(to);
        long exported = source.of(AccountKind.EXPORTED, to);
        long imported = destination.of(AccountKind.IMPORTED, from);
        long inFlight = source.of(AccountKind.IN_FLIGHT, to);
        if (exported > imported || imported > exported + inFlight) {
            throw new Violation(from + " has exported " + exported + " to " + to + " with " + inFlight
                    + " in flight, and " + imported + " was imported there");
        }
        long compensated = source.of(AccountKind.COMPENSATED, to);
        long slashed = destination.of(AccountKind.SLASHED, from);
        if (compensated > slashed) {
            throw new Violation(
                    from + " has compensated " + compensated + " for what " + to + " slashed, which is " + slashed);
        }
    }

    private static Totals read(House house) {
        Map<AccountKind, Map<String, Long>> byPeer = new HashMap<>();
        long sum = 0;
        for (Record row : house.query("select kind, peer, sum(balance)::bigint from account group by 1, 2")) {
            long micros = row.get(2, Long.class);
            sum += micros;
            String peer = row.get(1, String.class);
            if (peer != null) {
                byPeer.computeIfAbsent(AccountKind.of(row.get(0, Short.class)), kind -> new HashMap<>())
                        .put(peer, Math.abs(micros));
            }
        }
        return new Totals(sum, byPeer);
    }

    /// Checks what must hold when everything has arrived and been decided.
    void atRest() {
        always(Set.copyOf(houses));
        for (House house : houses) {
            open(house).forEach((what, number) -> {
                if (number != 0) {
                    throw new Violation("at rest, " + house + " has " + what + ": " + number);
                }
            });
            for (House peer : houses) {
                if (peer != house) {
                    equal(house, peer);
                    transfers(house, peer);
                    settlements(house, peer);
                }
            }
            audit(house);
        }
    }

    private void equal(House house, House peer) {
        Totals here = of(house);
        Totals there = of(peer);
        if (here.of(AccountKind.EXPORTED, peer) != there.of(AccountKind.IMPORTED, house)
                || here.of(AccountKind.COMPENSATED, peer) != there.of(AccountKind.SLASHED, house)
                || here.of(AccountKind.IN_FLIGHT, peer) != 0) {
            throw new Violation("at rest, " + house + " and " + peer + " do not say the same of each other: "
                    + here.byPeer + " and " + there.byPeer);
        }
    }

    private static void transfers(House source, House destination) {
        Map<UUID, Outcome> decided = new HashMap<>();
        rows(destination, "select id, outcome from inbox where peer = '" + source + "'")
                .forEach(row -> decided.put(row.get(0, UUID.class), outcome(row.get(1, byte[].class))));
        for (Record row : rows(source, "select id, state from frame where peer = '" + destination + "'")) {
            Outcome outcome = decided.get(row.get(0, UUID.class));
            int legal = outcome == null ? 1 : outcome.hasAccepted() ? 2 : 3;
            if (row.get(1, Integer.class) != legal) {
                throw new Violation("transfer " + row.get(0) + " from " + source + " stands at " + row.get(1) + ", and "
                        + destination + " has decided " + outcome);
            }
        }
    }

    private static void settlements(House origin, House home) {
        Map<UUID, Record> homes = new HashMap<>();
        rows(
                        home,
                        "select dispute, state, burned, requested from settlement where role = 3 and peer = '" + origin
                                + "'")
                .forEach(row -> homes.put(row.get(0, UUID.class), row));
        for (Record row : rows(
                origin,
                "select dispute, state, burned, requested from settlement where role = 2 and peer = '" + home + "'")) {
            Record other = homes.get(row.get(0, UUID.class));
            boolean isLegal = other != null
                    && LEGAL_SETTLEMENTS.contains(List.of(row.get(1, Integer.class), other.get(1, Integer.class)))
                    && row.get(2, Long.class).equals(other.get(2, Long.class))
                    && row.get(3, Long.class).equals(other.get(3, Long.class));
            if (!isLegal) {
                throw new Violation("a slash ended at " + origin + " as " + row + " and at " + home + " as " + other);
            }
        }
    }

    private static void audit(House house) {
        Optional<Fault> fault = new Verification(house.observed(), house.id, (text, signature) -> true)
                .run((checked, total) -> {})
                .fault();
        if (fault.isPresent()) {
            throw new Violation("the audit of " + house + " finds " + fault.get());
        }
    }

    /// Whether there is something that may still come to rest with time.
    boolean isSomethingOpen() {
        return houses.stream().flatMap(house -> open(house).values().stream()).anyMatch(number -> number != 0);
    }

    /// How much there is of what there must be nothing of at rest.
    private Map<String, Long> open(House house) {
        String toPeers =
                houses.stream().map(peer -> "'" + peer + "'").collect(Collectors.joining(", ", "peer in (", ")"));
        Map<String, String> queries = Map.of(
                "messages without an outcome",
                "count(*) from outbox where " + toPeers,
                "transfers in flight",
                "count(*) from frame where state = 1 and " + toPeers,
                "headroom reserved",
                "coalesce(sum(reserved), 0)::bigint from peer_position where " + toPeers,
                "slashes pending",
                "count(*) from settlement where state in (1, 2, 3) or not final",
                "transfers that came back to payers who had their money already",
                "count(*) from frame f join journal j on j.subject = f.id and j.kind = "
                        + EntryKind.TRANSFER_REFUNDED.code()
                        + " where f.advanced_at is not null and j.credit = f.payer");
        List<String> names = queries.keySet().stream().sorted().toList();
        Record numbers = rows(
                        house,
                        names.stream()
                                .map(name -> "(select " + queries.get(name) + ")")
                                .collect(Collectors.joining(", ", "select ", "")))
                .getFirst();
        Map<String, Long> open = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            open.put(names.get(i), numbers.get(i, Long.class));
        }
        return open;
    }

    private static List<Record> rows(House house, String query) {
        return house.query(query);
    }

    private static Outcome outcome(byte[] bytes) {
        try {
            return Outcome.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
