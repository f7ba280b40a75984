package hanse.node.federation;

import hanse.certs.TrustBundle;
import hanse.certs.VerifyKey;
import hanse.node.call.RegistryId;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows this registry's card to its peers whenever its CAs or keys have changed, so that old and new are
/// believed side by side before the new are used. Each process does so once for each peer, also after its start:
/// what it shows may be known.
final class CardRenewals {
    private static final Logger LOG = LoggerFactory.getLogger(CardRenewals.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration LONG_PAUSE = Duration.ofHours(1);

    private final Supplier<Content> content;
    private final Function<RegistryId, CompletionStage<?>> show;
    private final Map<RegistryId, Shown> shown = new ConcurrentHashMap<>();

    /// What of a card changes.
    record Content(TrustBundle bundle, List<VerifyKey> furtherKeys) {}

    /// @param again when it may be shown again, by [System#nanoTime]
    private record Shown(Content content, boolean isKnown, long again) {}

    CardRenewals(Supplier<Content> content, Function<RegistryId, CompletionStage<?>> show) {
        this.content = content;
        this.show = show;
    }

    /// Shows it to a peer unless that knows it. Never waits for the answer.
    void show(RegistryId peer) {
        Content now = content.get();
        Shown last = shown.get(peer);
        if (last != null && last.content.equals(now) && (last.isKnown || System.nanoTime() - last.again < 0)) {
            return;
        }
        shown.put(peer, new Shown(now, false, System.nanoTime() + PAUSE.toNanos()));
        show.apply(peer).whenComplete((answer, failure) -> {
            if (failure == null) {
                shown.put(peer, new Shown(now, true, 0));
                return;
            }
            LOG.debug("{} has not taken over our card yet", peer, failure);
            if (Status.fromThrowable(failure).getCode() == Status.Code.UNIMPLEMENTED) {
                // It is too old to be shown one, until it is upgraded.
                shown.put(peer, new Shown(now, false, System.nanoTime() + LONG_PAUSE.toNanos()));
            }
        });
    }

    /// Whether a peer is known to know the card as it is now.
    boolean isKnown(RegistryId peer) {
        Shown last = shown.get(peer);
        return last != null && last.isKnown && last.content.equals(content.get());
    }
}
