package hanse.node.trust;

import java.util.Arrays;

/// Who trusts whom, and how much: rows by rater, in primitive arrays (compressed sparse rows), as the iteration reads
/// them.
final class TrustGraph {
    private final int agents;
    private final int[] first;
    private final int[] rated;
    private final double[] share;

    /// @param first per agent, where its row begins; one more at the end
    /// @param share per place, the part of its rater's trust that `rated` gets
    private TrustGraph(int agents, int[] first, int[] rated, double[] share) {
        this.agents = agents;
        this.first = first;
        this.rated = rated;
        this.share = share;
    }

    /// Sorts rows that came in any order by their rater.
    ///
    /// @param rows how many of the following places are used
    /// @param trust local trust; what is not positive counts for nothing, and nobody vouches for itself
    static TrustGraph of(int agents, int rows, int[] raters, int[] others, long[] trust) {
        int[] first = new int[agents + 1];
        double[] sums = new double[agents];
        for (int i = 0; i < rows; i++) {
            if (counts(raters[i], others[i], trust[i])) {
                first[raters[i] + 1]++;
                sums[raters[i]] += trust[i];
            }
        }
        for (int i = 0; i < agents; i++) {
            first[i + 1] += first[i];
        }
        int[] next = Arrays.copyOf(first, agents);
        int[] rated = new int[first[agents]];
        double[] share = new double[first[agents]];
        for (int i = 0; i < rows; i++) {
            if (counts(raters[i], others[i], trust[i])) {
                int place = next[raters[i]]++;
                rated[place] = others[i];
                share[place] = trust[i] / sums[raters[i]];
            }
        }
        return new TrustGraph(agents, first, rated, share);
    }

    private static boolean counts(int rater, int other, long trust) {
        return trust > 0 && rater != other;
    }

    int agents() {
        return agents;
    }

    /// Adds to `to` what each agent's trust in `from` gives to others. Answers what those had who trust nobody.
    double shareOut(double[] from, double[] to) {
        double dangling = 0;
        for (int rater = 0; rater < agents; rater++) {
            double trust = from[rater];
            int end = first[rater + 1];
            int place = first[rater];
            if (place == end) {
                dangling += trust;
            } else if (trust != 0) {
                for (; place < end; place++) {
                    to[rated[place]] += trust * share[place];
                }
            }
        }
        return dangling;
    }
}
