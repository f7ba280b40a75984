package hanse.node.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/// Runs batches on the thread that submits, one after the other: a simulation says by that what happens when. What is
/// submitted while a batch runs comes in the next one.
final class InTurn {
    private final Queue<Pending<?>> queue;
    private final Writer writer;
    private final int largestBatch;
    private boolean busy;

    InTurn(Queue<Pending<?>> queue, Writer writer, int largestBatch) {
        this.queue = queue;
        this.writer = writer;
        this.largestBatch = largestBatch;
    }

    synchronized void inOneBatch(Runnable asking) {
        if (busy) {
            throw new IllegalStateException("a batch is being gathered or run");
        }
        busy = true;
        try {
            asking.run();
        } finally {
            busy = false;
        }
        run();
    }

    synchronized void run() {
        if (busy) {
            return;
        }
        busy = true;
        try {
            while (!queue.isEmpty()) {
                List<Pending<?>> batch = new ArrayList<>();
                while (!queue.isEmpty() && batch.size() < largestBatch) {
                    batch.add(queue.remove());
                }
                writer.run(batch, () -> {});
            }
        } finally {
            busy = false;
        }
    }

    void close() {
        writer.disconnect();
    }
}
