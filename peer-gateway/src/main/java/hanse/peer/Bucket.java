package hanse.peer;

import java.util.concurrent.TimeUnit;

/// So many at once, and so many a second from then on.
final class Bucket {
    private final double most;
    private final double perSecond;
    private double left;
    private long at = System.nanoTime();

    Bucket(int most, int perSecond) {
        this.most = most;
        this.perSecond = perSecond;
        this.left = most;
    }

    /// Takes one; false when there is none left.
    synchronized boolean take() {
        long now = System.nanoTime();
        left = Math.min(most, left + (now - at) * perSecond / TimeUnit.SECONDS.toNanos(1));
        at = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
