package hanse.node.audit;

import hanse.audit.v1.AuditServiceGrpc;
import hanse.audit.v1.Checkpoint;
import hanse.audit.v1.GetCheckpointRequest;
import hanse.audit.v1.GetReceiptRequest;
import hanse.audit.v1.Receipt;
import hanse.audit.v1.VerifyJournalRequest;
import hanse.audit.v1.VerifyJournalResponse;
import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.RefusedException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;

/// The journal's proof on the wire.
public final class AuditGrpc extends AuditServiceGrpc.AuditServiceImplBase {
    private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(250);
    private static final Duration COME_BACK = Duration.ofSeconds(10);

    private final Checkpoints checkpoints;
    private final Receipts receipts;
    private final Verification verification;

    /// A verification reads everything there is: one at a time.
    private final Semaphore turn = new Semaphore(1);

    public AuditGrpc(Checkpoints checkpoints, Receipts receipts, Verification verification) {
        this.checkpoints = checkpoints;
        this.receipts = receipts;
        this.verification = verification;
    }

    @Override
    public void getCheckpoint(GetCheckpointRequest request, StreamObserver<Checkpoint> observer) {
        Cold.run(
                observer,
                () -> checkpoints
                        .newest()
                        .map(AuditWire::checkpoint)
                        .orElseThrow(() -> new RefusedException(Reason.NO_CHECKPOINT)));
    }

    @Override
    public void getReceipt(GetReceiptRequest request, StreamObserver<Receipt> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> receipts.get(call.caller(), request.getId()));
    }

    @Override
    public void verifyJournal(VerifyJournalRequest request, StreamObserver<VerifyJournalResponse> observer) {
        ServerCallStreamObserver<VerifyJournalResponse> caller =
                (ServerCallStreamObserver<VerifyJournalResponse>) observer;
        caller.setOnCancelHandler(() -> {});
        Cold.stream(observer, () -> {
            if (!turn.tryAcquire()) {
                throw RefusedException.retryAfter(Reason.OVERLOADED, COME_BACK);
            }
            try {
                Verification.Report report = verification.run(new ToCaller(caller));
                caller.onNext(AuditWire.report(report));
            } finally {
                turn.release();
            }
        });
    }

    /// Says how far it is, as often as the caller can hear it; ends the work of a caller who has gone.
    private static final class ToCaller implements Progress {
        private final ServerCallStreamObserver<VerifyJournalResponse> caller;
        private long next = System.nanoTime();

        ToCaller(ServerCallStreamObserver<VerifyJournalResponse> caller) {
            this.caller = caller;
        }

        @Override
        public void at(long checked, long total) {
            if (caller.isCancelled()) {
                throw new CancellationException("the caller has gone");
            }
            if (System.nanoTime() - next >= 0 && caller.isReady()) {
                next = System.nanoTime() + BETWEEN_MESSAGES.toNanos();
                caller.onNext(AuditWire.progress(checked, total));
            }
        }
    }
}
