package hanse.node.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.event.v1.Event;
import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.WatchRequest;
import hanse.event.v1.WatchResponse;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Parties;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.node.testing.TestRegistry;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/// A node that serves nothing but Watch, and callers of it.
public final class WatchedNode implements AutoCloseable {
    private final AtomicReference<Caller> caller = new AtomicReference<>();
    private final Server server;
    private final ManagedChannel channel;
    final Tail tail;

    WatchedNode(TestRegistry registry) {
        this(registry.database, registry.ledger, registry.parties);
    }

    public WatchedNode(Database database, Ledger ledger, Parties parties) {
        tail = new Tail(database, ledger);
        String name = UUID.randomUUID().toString();
        try {
            server = InProcessServerBuilder.forName(name)
                    .addService(new EventGrpc(new Watches(database, ledger, tail, parties), () -> () -> {}))
                    .intercept(new AsCaller())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = InProcessChannelBuilder.forName(name).build();
    }

    /// Watches, and waits for the first message or the refusal.
    ///
    /// @param receivesAll or nothing after the first message, until it is told to
    public Watch watch(Caller as, String position, boolean receivesAll, String... types) {
        Watch watch = new Watch(receivesAll);
        caller.set(as);
        EventServiceGrpc.newStub(channel)
                .watch(
                        WatchRequest.newBuilder()
                                .setPosition(position)
                                .addAllTypes(List.of(types))
                                .build(),
                        watch);
        await().until(() -> !watch.messages.isEmpty() || watch.failure().isPresent());
        return watch;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        tail.close();
        server.shutdownNow();
        await().until(server::isTerminated);
    }

    /// What the edge does for a handler.
    private final class AsCaller implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            Call made =
                    new Call(caller.get(), Optional.empty(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            return Contexts.interceptCall(made.in(Context.current()), call, headers, next);
        }
    }

    /// A caller of Watch.
    public static final class Watch implements ClientResponseObserver<WatchRequest, WatchResponse>, AutoCloseable {
        final Queue<WatchResponse> messages = new ConcurrentLinkedQueue<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final boolean receivesAll;
        private volatile boolean flowing;
        private ClientCallStreamObserver<WatchRequest> call;

        Watch(boolean receivesAll) {
            this.receivesAll = receivesAll;
            this.flowing = receivesAll;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            call = stream;
            if (!receivesAll) {
                call.disableAutoRequestWithInitial(1);
            }
        }

        void receiveAll() {
            flowing = true;
            call.request(1);
        }

        @Override
        public void onNext(WatchResponse message) {
            messages.add(message);
            if (!receivesAll && flowing) {
                call.request(1);
            }
        }

        @Override
        public void onError(Throwable t) {
            failure.set(t);
        }

        @Override
        public void onCompleted() {}

        Optional<Throwable> failure() {
            return Optional.ofNullable(failure.get());
        }

        void awaitStart() {
            await().until(() -> !messages.isEmpty());
            assertThat(messages.element().hasEvent()).isFalse();
            assertThat(messages.element().getPosition()).isNotEmpty();
        }

        public void awaitEvents(int count) {
            await().atMost(Duration.ofSeconds(30)).until(() -> withEvents().size() >= count);
        }

        List<WatchResponse> withEvents() {
            return messages.stream().filter(WatchResponse::hasEvent).toList();
        }

        public List<Event> events() {
            return withEvents().stream().map(WatchResponse::getEvent).toList();
        }

        List<String> ids() {
            return events().stream().map(Event::getId).toList();
        }

        @Override
        public void close() {
            call.cancel("the test has seen enough", null);
        }
    }
}
