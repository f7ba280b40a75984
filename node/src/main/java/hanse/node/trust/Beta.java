package hanse.node.trust;

/// What is believed of a chance after some good and some bad outcomes, when nothing was known before.
final class Beta {
    private Beta() {}

    /// The mean of Beta(1 + good, 1 + bad): uniform prior.
    static double mean(double good, double bad) {
        return (1 + good) / (2 + good + bad);
    }
}
