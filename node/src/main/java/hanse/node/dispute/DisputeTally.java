package hanse.node.dispute;

/// How the disputes of an agent have ended: those that it filed, and those against it.
record DisputeTally(
        int filed,
        int filedAndWon,
        int filedAndLost,
        int filedAndDismissed,
        int filedAndWithdrawn,
        int defended,
        int defendedAndLost) {}
