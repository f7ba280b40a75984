package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.AccountKind;
import hanse.node.settlement.Settlement.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// What must hold of alpha's and beta's sagas when nothing is under way.
///
/// @param ends by dispute, as the origin has them
record AtRest(Map<UUID, Side> ends) {
    private static final Set<List<State>> LEGAL = Set.of(
            List.of(State.SETTLED, State.SETTLED),
            List.of(State.FAILED, State.FAILED),
            List.of(State.EXPIRED, State.EXPIRED),
            List.of(State.EXPIRED, State.FAILED));

    /// One registry's view of a settlement, micro-AVT.
    record Side(State state, long requested, long burned, long mitigated, int failure, boolean isFinal) {}

    /// @param alpha the origin of all
    /// @param most what was ever paid under one dealing, micro-AVT
    static AtRest require(TestNode alpha, TestNode beta, long most) {
        Map<UUID, Side> origins = sides(alpha);
        Map<UUID, Side> homes = sides(beta);
        assertThat(homes).hasSameSizeAs(origins);
        origins.forEach((dispute, origin) -> requireLegal(origin, homes.get(Settlement.atHome(alpha.id, dispute))));
        long minted = origins.values().stream().mapToLong(Side::burned).sum();
        assertThat(alpha.total(AccountKind.COMPENSATED, beta)).isEqualTo(minted);
        assertThat(beta.total(AccountKind.SLASHED, alpha)).isEqualTo(minted);
        assertThat(alpha.position(beta).reserved().isZero()).isTrue();
        assertThat(number(beta, "select sum(held) from account")).as("held").isZero();
        assertThat(number(alpha, "select count(*) from dispute where pending")).isZero();
        assertThat(number(
                        beta,
                        "select count(*) from settlement s join settlement_step t on t.settlement = s.id"
                                + " where t.state = 3 and t.at >= s.expires_at and t.by = 'node'"))
                .as("burned after it had expired")
                .isZero();
        for (TestNode node : List.of(alpha, beta)) {
            assertThat(number(
                            node,
                            "select coalesce(max(burned), 0) from"
                                    + " (select sum(burned) as burned from settlement group by subject) t"))
                    .as("of one dealing")
                    .isLessThanOrEqualTo(most);
        }
        Pair.requireWhole(alpha, beta);
        return new AtRest(new TreeMap<>(origins));
    }

    private static void requireLegal(Side origin, Side home) {
        assertThat(LEGAL).contains(List.of(origin.state, home.state));
        assertThat(origin.isFinal && home.isFinal).isTrue();
        assertThat(origin.requested).isEqualTo(home.requested);
        assertThat(origin.burned).isEqualTo(home.burned);
        assertThat(origin.mitigated).isEqualTo(home.mitigated);
        assertThat(origin.failure).isEqualTo(home.failure);
        assertThat(origin.burned + origin.mitigated).isEqualTo(origin.state == State.SETTLED ? origin.requested : 0);
        assertThat(origin.mitigated).isLessThanOrEqualTo(origin.requested / 2);
    }

    private static Map<UUID, Side> sides(TestNode node) {
        Map<UUID, Side> sides = new HashMap<>();
        node.read(tx -> tx.sql()
                        .fetch("select id, state, requested, burned, mitigated, failure, final from settlement"))
                .forEach(row -> sides.put(
                        row.get(0, UUID.class),
                        new Side(
                                State.of(row.get(1, Short.class)),
                                row.get(2, Long.class),
                                row.get(3, Long.class),
                                row.get(4, Long.class),
                                row.get(5, Integer.class),
                                row.get(6, Boolean.class))));
        return sides;
    }

    private static long number(TestNode node, String query) {
        return node.read(tx -> tx.sql().fetchSingle(query).get(0, Long.class));
    }
}
