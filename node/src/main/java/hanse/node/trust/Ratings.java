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
    private int[] reports = new int[1 << 10];
    private Sums[] sums = new Sums[0];
    private long satisfactory;
    private long unsatisfactory;
    private long dealt;
    private long reported;
    private long retracted;

    /// What all rows that speak of one agent add up to.
    private static final class Sums {
        long satisfactory;
        long unsatisfactory;
        long dealings;
        long reports;
        int raters;
    }

    private static final Sums NOTHING = new Sums();

    /// Local trust: what went well less what went ill, and never less than nothing.
    static long local(long satisfactory, long unsatisfactory, long dealings, long reports) {
        return Math.max(satisfactory + dealings - unsatisfactory - reports, 0);
    }

    /// @param raterHome as it is stored: empty for this registry
    /// @param takenBack of what was `told`
    void add(
            UUID rater,
            String raterHome,
            UUID other,
            String otherHome,
            long well,
            long ill,
            long settled,
            long told,
            long takenBack) {
        if (rows == raters.length) {
            raters = Arrays.copyOf(raters, rows * 2);
            rated = Arrays.copyOf(rated, rows * 2);
            trust = Arrays.copyOf(trust, rows * 2);
            dealings = Arrays.copyOf(dealings, rows * 2);
            reports = Arrays.copyOf(reports, rows * 2);
        }
        raters[rows] = agents.number(rater, raterHome);
        rated[rows] = agents.number(other, otherHome);
        long standing = told - takenBack;
        trust[rows] = local(well, ill, settled, standing);
        dealings[rows] = settled;
        reports[rows] = Math.toIntExact(standing);
        Sums of = sums(rated[rows]);
        of.satisfactory += well;
        of.unsatisfactory += ill;
        of.dealings += settled;
        of.reports += standing;
        of.raters++;
        satisfactory += well;
        unsatisfactory += ill;
        dealt += settled;
        reported += told;
        retracted += takenBack;
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
        return new TrustRun.Inputs(rows, satisfactory, unsatisfactory, dealt, reported, retracted);
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

    /// Per agent, the malpractice of it that is on record, each time weighted by the reporter's eigentrust.
    double[] weightedReports(double[] eigentrust) {
        double[] weighted = new double[agents.size()];
        for (int i = 0; i < rows; i++) {
            weighted[rated[i]] += eigentrust[raters[i]] * reports[i];
        }
        return weighted;
    }

    /// An agent's score, once all rows are read.
    Score score(int agent, double eigentrust, double weighted, double weightedReports) {
        Sums of = agent < sums.length && sums[agent] != null ? sums[agent] : NOTHING;
        return new Score(
                eigentrust,
                of.satisfactory,
                of.unsatisfactory,
                of.dealings,
                weighted,
                of.raters,
                of.reports,
                weightedReports);
    }
}
