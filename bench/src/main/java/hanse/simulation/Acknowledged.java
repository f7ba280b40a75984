package hanse.simulation;

import hanse.node.ledger.EntryKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What clients have asked for and been told, to be compared with the books. Each amount is moved by one operation
/// only, so an amount that is there twice has been moved twice.
final class Acknowledged {
    private final List<Claim> claims = new ArrayList<>();

    /// @param once a query for amounts and how often each is there
    private record Claim(Operation<?> operation, long micros, String once) {
        private Claim {
            operation.bind();
        }
    }

    private static final String TRANSFERS =
            "select amount, count(*) from journal where kind = " + EntryKind.TOKENS_TRANSFERRED.code() + " group by 1";
    private static final String CROSSINGS =
            "select amount, count(*) from frame where payment is null and contract is null group by 1";
    private static final String AUTHORIZATIONS = "select amount, count(*) from payment group by 1";

    void transfer(Operation<?> operation, long micros) {
        claims.add(new Claim(operation, micros, TRANSFERS));
    }

    void crossing(Operation<?> operation, long micros) {
        claims.add(new Claim(operation, micros, CROSSINGS));
    }

    void authorization(Operation<?> operation, long micros) {
        claims.add(new Claim(operation, micros, AUTHORIZATIONS));
    }

    int count() {
        return claims.size();
    }

    /// Throws when something is lost that was acknowledged, or is there twice, or although it was refused.
    void check(List<House> houses) {
        for (House house : houses) {
            Map<String, Map<Long, Long>> found = new HashMap<>();
            for (Claim claim : claims) {
                if (claim.operation.house == house) {
                    check(claim, found.computeIfAbsent(claim.once, query -> counts(house, query)));
                }
            }
        }
    }

    private static void check(Claim claim, Map<Long, Long> found) {
        long times = found.getOrDefault(claim.micros, 0L);
        boolean fits = switch (claim.operation.state()) {
            case DONE -> times == 1;
            case REFUSED -> times == 0;
            case OPEN -> times <= 1;
        };
        if (!fits) {
            throw new Violation("is there " + times + " times, and its client was told " + claim.operation.state()
                    + ": " + claim.operation.what);
        }
    }

    private static Map<Long, Long> counts(House house, String query) {
        Map<Long, Long> counts = new HashMap<>();
        house.query(query).forEach(row -> counts.put(row.get(0, Long.class), row.get(1, Long.class)));
        return counts;
    }
}
