package hanse.bridge;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import hanse.error.v1.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// A request's body, whole.
///
/// One that is too large is read to its end but not kept, up to [#CUT_OFF]: a client that is cut off in the middle of
/// sending often reports a broken connection instead of the 413 that it was sent.
final class Body {
    /// What a body may hold, in bytes; the node's own limit is the same.
    static final long LARGEST = 1 << 20;

    /// From here on the connection is not worth being polite on.
    static final long CUT_OFF = 8 * LARGEST;

    private static final byte[] EMPTY = new byte[0];

    private Body() {}

    /// @return the bytes, or a [RefusedException] when there are too many
    static CompletableFuture<byte[]> of(HttpRequest request) {
        long announced = request.headers().contentLength();
        if (announced >= 0 && announced <= LARGEST) {
            return request.aggregate().thenApply(whole -> bytes(whole.content()));
        }
        AtomicLong seen = new AtomicLong();
        HttpRequest bounded =
                request.mapData(data -> seen.addAndGet(data.length()) > LARGEST ? HttpData.empty() : data);
        return bounded.aggregate().thenApply(whole -> {
            if (seen.get() > LARGEST) {
                throw RefusedException.because(Reason.BODY_TOO_LARGE);
            }
            return bytes(whole.content());
        });
    }

    private static byte[] bytes(HttpData content) {
        return content.isEmpty() ? EMPTY : content.array();
    }
}
