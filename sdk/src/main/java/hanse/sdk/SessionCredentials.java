package hanse.sdk;

import com.google.protobuf.Timestamp;
import hanse.access.v1.AccessOuterClass;
import hanse.access.v1.CloseSessionRequest;
import hanse.access.v1.CloseSessionResponse;
import hanse.access.v1.OpenSessionRequest;
import hanse.access.v1.OpenSessionResponse;
import hanse.access.v1.SessionServiceGrpc;
import hanse.error.v1.Reason;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A session: one signed request traded for a bearer token, which then stands for the signature in each call. For
/// callers with a high rate, for streams, and where a signature per request is too dear.
///
/// Opens on the first call, renews in the background when two thirds of the time are over, and opens anew when the
/// registry no longer knows it. Never blocks a thread: calls that need a token wait for it asynchronously, so event
/// loops may use it. Attach it to a channel with [#interceptor], which also signs what a session may not do, or to one
/// stub with `withCallCredentials`.
public final class SessionCredentials extends CallCredentials implements AutoCloseable {
    /// The longest that a registry grants.
    public static final Duration LONGEST = Duration.ofMinutes(15);

    private static final long OPEN_DEADLINE_SECONDS = 15;

    private final SigningInterceptor signing;
    private final SessionServiceGrpc.SessionServiceStub signed;
    private final Channel channel;
    private final Duration ttl;
    private final InstantSource clock;

    // Guarded by this.
    private @Nullable Session session;
    private @Nullable List<MetadataApplier> waiting;

    /// @param channel to the registry, without credentials on it
    public SessionCredentials(Channel channel, Credentials credentials) {
        this(channel, credentials, LONGEST, InstantSource.system());
    }

    /// @param ttl how long each session lasts: 1 to 15 minutes
    /// @param clock tells when to renew
    public SessionCredentials(Channel channel, Credentials credentials, Duration ttl, InstantSource clock) {
        this.channel = channel;
        this.signing = new SigningInterceptor(credentials);
        this.signed = SessionServiceGrpc.newStub(ClientInterceptors.intercept(channel, signing));
        this.ttl = ttl;
        this.clock = clock;
    }

    private record Session(String token, Instant renewAt, Instant expiresAt) {}

    @Override
    public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
        Instant now = clock.instant();
        boolean open = false;
        String token = null;
        synchronized (this) {
            if (session != null && now.isBefore(session.expiresAt)) {
                token = session.token;
                if (!now.isBefore(session.renewAt) && waiting == null) {
                    waiting = new ArrayList<>();
                    open = true;
                }
            } else {
                if (waiting == null) {
                    waiting = new ArrayList<>();
                    open = true;
                }
                waiting.add(applier);
            }
        }
        if (token != null) {
            applier.apply(bearer(token));
        }
        if (open) {
            open(now);
        }
    }

    private void open(Instant asked) {
        OpenSessionRequest request = OpenSessionRequest.newBuilder()
                .setTtl(com.google.protobuf.Duration.newBuilder().setSeconds(ttl.toSeconds()))
                .build();
        signed.withDeadlineAfter(OPEN_DEADLINE_SECONDS, TimeUnit.SECONDS).openSession(request, new StreamObserver<>() {
            private @Nullable OpenSessionResponse answer;

            @Override
            public void onNext(OpenSessionResponse response) {
                answer = response;
            }

            @Override
            public void onError(Throwable thrown) {
                Status status = Status.fromThrowable(thrown);
                taken().forEach(applier -> applier.fail(status));
            }

            @Override
            public void onCompleted() {
                if (answer == null) {
                    onError(Status.INTERNAL.asException());
                    return;
                }
                List<MetadataApplier> appliers;
                synchronized (SessionCredentials.this) {
                    Timestamp end = answer.getExpiresAt();
                    Instant expiresAt = Instant.ofEpochSecond(end.getSeconds(), end.getNanos());
                    // By our own clock, which need not agree with the registry's: never past what was asked for.
                    Instant ours = asked.plus(ttl);
                    Instant expires = expiresAt.isBefore(ours) ? expiresAt : ours;
                    Duration lasts = Duration.between(asked, expires);
                    session = new Session(
                            answer.getToken(), asked.plus(lasts.multipliedBy(2).dividedBy(3)), expires);
                    appliers = taken();
                }
                String token = answer.getToken();
                appliers.forEach(applier -> applier.apply(bearer(token)));
            }
        });
    }

    private synchronized List<MetadataApplier> taken() {
        List<MetadataApplier> appliers = waiting == null ? List.of() : waiting;
        waiting = null;
        return appliers;
    }

    /// Forgets the session, for instance after a key rotation; the next call opens another.
    public synchronized void forget() {
        session = null;
    }

    private synchronized void forget(String authorization) {
        if (session != null && authorization.equals("Bearer " + session.token)) {
            session = null;
        }
    }

    private static Metadata bearer(String token) {
        Metadata headers = new Metadata();
        headers.put(SigningInterceptor.AUTHORIZATION, "Bearer " + token);
        return headers;
    }

    /// Puts this session on each call of a channel, signs those for which the registry wants a signature, and forgets
    /// it when the registry answers `SESSION_EXPIRED`, so that
    /// a repeat of the refused call opens a new one.
    public ClientInterceptor interceptor() {
        return new ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
                if (mayNeedSignature(method)) {
                    return signing.interceptCall(method, options, next);
                }
                return new ForwardingClientCall.SimpleForwardingClientCall<>(
                        next.newCall(method, options.withCallCredentials(SessionCredentials.this))) {
                    @Override
                    public void start(Listener<R> listener, Metadata headers) {
                        String used;
                        synchronized (SessionCredentials.this) {
                            used = session == null ? "" : "Bearer " + session.token;
                        }
                        super.start(
                                new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
                                    @Override
                                    public void onClose(Status status, Metadata trailers) {
                                        if (status.getCode() == Status.Code.UNAUTHENTICATED
                                                && HanseException.of(status.asException(trailers))
                                                                .reason()
                                                        == Reason.SESSION_EXPIRED) {
                                            forget(used);
                                        }
                                        super.onClose(status, trailers);
                                    }
                                },
                                headers);
                    }
                };
            }
        };
    }

    /// Whether the definition says so, of the RPC or of a field of its request.
    private static boolean mayNeedSignature(MethodDescriptor<?, ?> method) {
        if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier proto)) {
            return false;
        }
        var rpc = proto.getMethodDescriptor();
        return rpc.getOptions().getExtension(AccessOuterClass.access).getSigned()
                || rpc.getInputType().getFields().stream()
                        .anyMatch(field -> field.getOptions().getExtension(AccessOuterClass.signed));
    }

    /// Closes the session at the registry, if one is open. Waits for the answer at most a few seconds; a session that
    /// could not be closed ends by itself.
    @Override
    public void close() {
        Session open;
        synchronized (this) {
            open = session;
            session = null;
        }
        if (open == null) {
            return;
        }
        try {
            CloseSessionResponse ignored = SessionServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .withCallCredentials(new CallCredentials() {
                        @Override
                        public void applyRequestMetadata(
                                RequestInfo request, Executor executor, MetadataApplier applier) {
                            applier.apply(bearer(open.token));
                        }
                    })
                    .closeSession(CloseSessionRequest.getDefaultInstance());
        } catch (io.grpc.StatusRuntimeException e) {
            // Nothing depends on it: the token is forgotten here and expires there.
            return;
        }
    }
}
