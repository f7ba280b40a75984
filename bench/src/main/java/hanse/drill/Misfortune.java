package hanse.drill;

import java.time.Duration;
import java.util.Random;

/// A way to do harm, again and again.
interface Misfortune {
    /// Does harm once, mends it, and returns when all is well again.
    ///
    /// @param about how long the harm may last, where that is a matter of choice
    void strike(Random random, Duration about) throws Exception;
}
