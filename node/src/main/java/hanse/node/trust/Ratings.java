package hanse.node.trust;

import java.util.Arrays;
import java.util.UUID;

/// All rows, read one by one in any order and kept in primitive arrays: a million take some 30 MB.
final class Ratings {
    private final AgentIndex agents = new AgentIndex();
    private int rows;
    private int[] raters = new int[1 << 10];
    private int[] rated = new int[1 << 10];
    private long[] trust = new long[1 << 10];
    private long[] dealings = new long[1 << 10];
    private Sums[] sums = new Sums[0];
    private long satisfactory;
    private long unsatisfactory;
    private long dealt;

    /// What all rows that speak of one agent add up to.
    private static final class Sums {
        long satisfactory;
        long unsatisfactory;
        long dealings;
        int raters;
    }

    private static final Sums NOTHING = new Sums();

    /// Local trust: what went well less what went ill, and never less than nothing.
    static long local(long satisfactory, long unsatisfactory, long dealings) {
        return Math.max(satisfactory + dealings - unsatisfactory, 0);
    }

    /// @param raterHome as it is stored: empty for this registry
    void add(UUID rater, String raterHome, UUID other, String otherHome, long well, long ill, long settled) {
        if (rows == raters.length) {
            raters = Arrays.copyOf(raters, rows * 2);
            rated = Arrays.copyOf(rated, rows * 2);
            trust = Arrays.copyOf(trust, rows * 2);
            dealings = Arrays.copyOf(dealings, rows * 2);
        }
        raters[rows] = agents.number(rater, raterHome);
        rated[rows] = agents.number(other, otherHome);
        trust[rows] = local(well, ill, settled);
        dealings[rows] = settled;
        Sums of = sums(rated[rows]);
        of.satisfactory += well;
        of.unsatisfactory += ill;
        of.dealings += settled;
        of.raters++;
        satisfactory += well;
        unsatisfactory += ill;
        dealt += settled;
        rows++;
    }

    private Sums sums(int agent) {
        if (agent >= sums.length) {
            sums = Arrays.copyOf(sums, Math.max(agent + 1, sums.length * 2));
        }
        if (sums[agent] == null) {
            sums[agent] = new Sums();
        }
        return sums[agent];
    }

    AgentIndex agents() {
        return agents;
    }

    TrustRun.Inputs inputs() {
        return new TrustRun.Inputs(rows, satisfactory, unsatisfactory, dealt);
    }

    TrustGraph graph() {
        return TrustGraph.of(agents.size(), rows, raters, rated, trust);
    }

    /// Per agent, the dealings that it was paid for, each weighted by the payer's eigentrust.
    double[] weighted(double[] eigentrust) {
        double[] weighted = new double[agents.size()];
        for (int i = 0; i < rows; i++) {
            weighted[rated[i]] += eigentrust[raters[i]] * dealings[i];
        }
        return weighted;
    }

    /// An agent's score, once all rows are read.
    Score score(int agent, double eigentrust, double weighted) {
        Sums of = agent < sums.length && sums[agent] != null ? sums[agent] : NOTHING;
        return new Score(eigentrust, of.satisfactory, of.unsatisfactory, of.dealings, weighted, of.raters);
    }
}
