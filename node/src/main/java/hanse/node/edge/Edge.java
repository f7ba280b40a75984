package hanse.node.edge;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import hanse.access.v1.Role;
import hanse.error.v1.Reason;
import hanse.node.access.Authentication;
import hanse.node.access.Identified;
import hanse.node.access.Limiter;
import hanse.node.access.Presented;
import hanse.node.access.Quota;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.Request;
import hanse.node.call.SignedRequest;
import hanse.node.call.Trace;
import hanse.wire.Headers;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The order in which a call passes, stated once: [#admit].
///
/// All of it runs on the transport's event loop, except that an unknown key is fetched on a virtual thread. A call
/// that is turned away before its handler has moved nothing and may be repeated.
public final class Edge implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION = key(Headers.AUTHORIZATION);
    private static final Metadata.Key<String> TIMESTAMP = key(Headers.TIMESTAMP);
    private static final Metadata.Key<String> NONCE = key(Headers.NONCE);
    private static final Metadata.Key<String> AUDIENCE = key(Headers.AUDIENCE);
    private static final Metadata.Key<String> IDEMPOTENCY_KEY = key(Headers.IDEMPOTENCY_KEY);
    private static final Metadata.Key<String> TRACEPARENT = key(Headers.TRACEPARENT);

    private static final Metadata.Key<byte[]> HTTP_BODY =
            Metadata.Key.of(Headers.HTTP_BODY, Metadata.BINARY_BYTE_MARSHALLER);

    /// How much more than a request the transport reads. A refusal of that can say its reason; beyond it the transport
    /// cuts the call with RESOURCE_EXHAUSTED.
    private static final int MARGIN_BYTES = 64 << 10;

    /// A bridge passes on the path that was signed, with a position of up to 16 KiB in its query, or a body of up to
    /// 16 KiB.
    private static final int METADATA_BYTES = 32 << 10;

    private static final int LONGEST_REQUEST_ID = 128;

    /// After these, what memory knows of the caller is out of date.
    private static final Set<String> STALE_KEY = Set.of(
            Reason.KEY_CHANGED.name(),
            Reason.BAD_SIGNATURE.name(),
            Reason.SESSION_EXPIRED.name(),
            Reason.CALLER_SUSPENDED.name(),
            Reason.CALLER_DEACTIVATED.name(),
            Reason.UNKNOWN_CALLER.name());

    /// After these, a change's signature will never be accepted again.
    private static final Set<String> USED_SIGNATURE = Set.of("OK", Reason.SIGNATURE_REPLAYED.name());

    /// How long to wait while the registry reconciles its books; mostly an operator has to look first.
    private static final Duration RECONCILED = Duration.ofMinutes(1);

    private final RegistryId registry;
    private final Authentication authentication;
    private final Limiter limiter;
    private final Gate gate;
    private final Runnable room;
    private final EdgeLimits limits;
    private volatile BooleanSupplier reconciling = () -> false;
    private final Semaphore lookUps;
    private final LongSupplier entropy;
    private final MeterRegistry meters;
    private final HashedWheelTimer timer =
            new HashedWheelTimer(new DefaultThreadFactory("call-time", true), 100, TimeUnit.MILLISECONDS, 512, false);

    /// @param room refuses with `OVERLOADED` while agents' changes would wait too long
    /// @param entropy random numbers for trace ids and for telling executions apart; nothing secret is made of them
    public Edge(
            RegistryId registry,
            Authentication authentication,
            Limiter limiter,
            Gate gate,
            Runnable room,
            EdgeLimits limits,
            LongSupplier entropy,
            MeterRegistry meters) {
        this.registry = registry;
        this.authentication = authentication;
        this.limiter = limiter;
        this.gate = gate;
        this.room = room;
        this.limits = limits;
        this.lookUps = new Semaphore(limits.lookUps());
        this.entropy = entropy;
        this.meters = meters;
    }

    /// Lets nothing touch the books as long as `reconciling` says so.
    public Edge haltingWhile(BooleanSupplier reconciling) {
        this.reconciling = reconciling;
        return this;
    }

    /// Size and time were seen to when the call arrived; what is left, in order.
    <Q, A> void admit(Arrival<Q, A> arrival) {
        Received<Q> received = arrival.received();
        received.orRefuse();
        // room: whoever cannot be served in time is told so before a signature is checked.
        if (arrival.guarded().rpc().isAgentsChange()) {
            room.run();
        }
        Presented presented = presented(arrival, received);
        Optional<Identified> who = authentication.fromMemory(presented);
        if (who.isPresent()) {
            admit(arrival, presented, who.get());
        } else {
            // Whoever is not who it says it is costs the database this look, and no other bucket counts it.
            requireRoom(limiter.countLookUp(presented.address()));
            arrival.decideElsewhere(
                    lookUps,
                    () -> authentication.fromDatabase(presented),
                    decided -> admit(arrival, presented, decided));
        }
    }

    private <Q, A> void admit(Arrival<Q, A> arrival, Presented presented, Identified who) {
        Rpc rpc = arrival.guarded().rpc();
        Q message = arrival.received().orRefuse();
        arrival.answer().caller(who);
        // may
        rpc.requireRole(who.caller());
        rpc.requireSignature(who, (Message) message);
        // rate limit
        Optional<Quota> quota = limiter.count(rpc.tier(), who.caller(), presented.address());
        arrival.answer().quota(quota);
        requireRoom(quota);
        // the books
        if (rpc.touchesBooks() && reconciling.getAsBoolean()) {
            throw RefusedException.retryAfter(Reason.RECONCILING, RECONCILED);
        }
        // bond
        if (who.caller() instanceof Caller.Agent agent && gate.guards(rpc.name()) && !gate.remembers(agent.id())) {
            arrival.decideElsewhere(
                    lookUps,
                    () -> {
                        gate.require(agent.id());
                        return who;
                    },
                    bonded -> enter(arrival, presented, bonded));
        } else {
            enter(arrival, presented, who);
        }
    }

    private <Q, A> void enter(Arrival<Q, A> arrival, Presented presented, Identified who) {
        Rpc rpc = arrival.guarded().rpc();
        Q message = arrival.received().orRefuse();
        // validation
        arrival.guarded()
                .validation()
                .check((Message) message, arrival.received().zeros());
        // operation
        Optional<Request> request =
                rpc.changes() ? Optional.of(request(arrival, (Message) message, who)) : Optional.empty();
        Optional<SignedRequest> evidence = rpc.evidence() ? evidence(arrival, presented) : Optional.empty();
        Call call = new Call(who.caller(), request, arrival.traceparent(), evidence);
        arrival.answer().call(call);
        arrival.enter(message, who.in(call.in(arrival.context())));
    }

    private static void requireRoom(Optional<Quota> quota) {
        quota.flatMap(Quota::retryAfter).ifPresent(wait -> {
            throw RefusedException.retryAfter(Reason.RATE_LIMITED, wait);
        });
    }

    /// The body is what the caller signed: of the HTTP request, if a bridge translated one.
    private Optional<SignedRequest> evidence(Arrival<?, ?> arrival, Presented presented) {
        byte[] http = arrival.headers().get(HTTP_BODY);
        byte[] body = presented.envelope().isEmpty() ? arrival.received().bytes() : http;
        byte[] signed = presented.envelope().map(Presented.Envelope::bodySha256).orElse(presented.bodySha256());
        if (body == null || body.length == 0) {
            return Optional.empty();
        }
        if (!Arrays.equals(Received.sha256(body), signed)) {
            throw new RefusedException(Reason.ENVELOPE_REFUSED);
        }
        return authentication.evidence(presented, body);
    }

    private Request request(Arrival<?, ?> arrival, Message message, Identified who) {
        Rpc rpc = arrival.guarded().rpc();
        String signedId = rpc.requestId(message);
        String id = signedId.isEmpty() ? header(arrival.headers(), IDEMPOTENCY_KEY) : signedId;
        if (id.length() > LONGEST_REQUEST_ID) {
            throw RefusedException.invalid(Map.of(Headers.IDEMPOTENCY_KEY, "at most 128 characters"));
        }
        UUID key = id.isEmpty()
                ? who.signature().orElseGet(() -> new UUID(entropy.getAsLong(), entropy.getAsLong()))
                : Request.key(who.caller(), rpc.scope(who.caller(), message), id);
        return new Request(
                who.caller(),
                rpc.name(),
                key,
                rpc.contentDigest(message, arrival.received().sha256()),
                who.signature(),
                id.isEmpty() || !signedId.isEmpty(),
                entropy.getAsLong());
    }

    private <Q, A> Presented presented(Arrival<Q, A> arrival, Received<Q> received) {
        Rpc rpc = arrival.guarded().rpc();
        Metadata headers = arrival.headers();
        Origin origin = Origin.read(arrival.answer().getAttributes(), headers, registry);
        if (!origin.envelope().map(rpc.http()::cover).orElse(true)) {
            throw new RefusedException(Reason.ENVELOPE_REFUSED);
        }
        return new Presented(
                header(headers, AUTHORIZATION),
                header(headers, TIMESTAMP),
                header(headers, NONCE),
                header(headers, AUDIENCE),
                arrival.guarded().path(),
                received.sha256(),
                origin.envelope(),
                rpc.changes(),
                !rpc.changes() || rpc.roles().contains(Role.TENANT_ADMIN),
                origin.address());
    }

    /// Puts services behind the edge.
    ///
    /// @throws IllegalStateException that lists every RPC which does not declare roles, tier and effect, or which
    ///     cannot be served here
    public List<ServerServiceDefinition> guard(List<? extends BindableService> services) {
        List<ServerServiceDefinition> bound =
                services.stream().map(BindableService::bindService).toList();
        List<String> problems = new ArrayList<>();
        List<Descriptor> requests = new ArrayList<>();
        Map<String, Rpc> rpcs = new HashMap<>();
        for (ServerServiceDefinition service : bound) {
            for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
                String name = method.getMethodDescriptor().getFullMethodName();
                if (method.getMethodDescriptor().getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier proto) {
                    rpcs.put(name, Rpc.read(proto.getMethodDescriptor(), problems));
                    requests.add(proto.getMethodDescriptor().getInputType());
                } else {
                    problems.add(name + " has no definition in a .proto file");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalStateException("these RPCs cannot be served:\n  " + String.join("\n  ", problems));
        }
        Validation validation = new Validation(requests);
        return bound.stream().map(service -> guarded(service, rpcs, validation)).toList();
    }

    /// Serves `guarded` on a server, with the transport's limits and a reasoned answer for what is not served.
    /// Whatever belongs to gRPC itself (health, reflection) is added beside it and is not guarded.
    public <B extends ServerBuilder<B>> B serve(B server, List<ServerServiceDefinition> guarded) {
        guarded.forEach(server::addService);
        return server.fallbackHandlerRegistry(new NotServed(entropy))
                .maxInboundMessageSize(limits.requestBytes() + MARGIN_BYTES)
                .maxInboundMetadataSize(METADATA_BYTES)
                .directExecutor();
    }

    @Override
    public void close() {
        timer.stop();
    }

    private ServerServiceDefinition guarded(
            ServerServiceDefinition service, Map<String, Rpc> rpcs, Validation validation) {
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
            Rpc rpc = rpcs.get(method.getMethodDescriptor().getFullMethodName());
            if (rpc == null) {
                throw new IllegalStateException("an RPC was not read");
            }
            methods.add(guarded(method, rpc, validation));
        }
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(
                        service.getServiceDescriptor().getName())
                .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder guarded = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(guarded::addMethod);
        return guarded.build();
    }

    private <Q, A> ServerMethodDefinition<Received<Q>, A> guarded(
            ServerMethodDefinition<Q, A> method, Rpc rpc, Validation validation) {
        MethodDescriptor<Q, A> inner = method.getMethodDescriptor();
        MethodDescriptor<Received<Q>, A> outer = inner.toBuilder(
                        new Received.Reader<>(inner.getRequestMarshaller(), limits.requestBytes()),
                        inner.getResponseMarshaller())
                .build();
        Guarded<Q, A> guarded = new Guarded<>(rpc, "/" + rpc.name(), validation, inner, method.getServerCallHandler());
        Timer served = timer(rpc.name(), "OK");
        return ServerMethodDefinition.create(outer, (call, headers) -> arrive(guarded, call, headers, served));
    }

    private <Q, A> Arrival<Q, A> arrive(
            Guarded<Q, A> guarded, ServerCall<Received<Q>, A> transport, Metadata headers, Timer served) {
        long start = System.nanoTime();
        String traceparent = Trace.next(header(headers, TRACEPARENT), entropy);
        TimeLimit timeLimit = new TimeLimit();
        Answer<Q, A> answer = new Answer<>(transport, guarded.method(), traceparent, (outcome, who) -> {
            timeLimit.cancel();
            Timer timer = outcome.equals("OK") ? served : timer(guarded.rpc().name(), outcome);
            timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            if (STALE_KEY.contains(outcome)) {
                authentication.forget(who.caller());
            }
            if (guarded.rpc().changes() && USED_SIGNATURE.contains(outcome)) {
                who.signature().ifPresent(authentication::used);
            }
        });
        Arrival<Q, A> arrival = new Arrival<>(this, guarded, headers, traceparent, answer);
        timeLimit.set(
                timer.newTimeout(_ -> arrival.outOfTime(), limits.callTime().toMillis(), TimeUnit.MILLISECONDS));
        // A second message, which would be misuse, is asked for so that it is noticed.
        transport.request(2);
        return arrival;
    }

    /// The timeout of one call, which may end before it is set.
    private static final class TimeLimit {
        private @Nullable Timeout timeout;
        private boolean cancelled;

        synchronized void set(Timeout running) {
            timeout = running;
            if (cancelled) {
                running.cancel();
            }
        }

        synchronized void cancel() {
            cancelled = true;
            if (timeout != null) {
                timeout.cancel();
            }
        }
    }

    private Timer timer(String rpc, String outcome) {
        return Timer.builder("hanse.rpc")
                .description("Time from the first header of a call to its last answer, by RPC and reason of refusal")
                .tag("rpc", rpc)
                .tag("outcome", outcome)
                .register(meters);
    }

    private static String header(Metadata headers, Metadata.Key<String> key) {
        String value = headers.get(key);
        return value == null ? "" : value;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
