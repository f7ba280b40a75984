package hanse.sdk;

import hanse.wire.Headers;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// Signs each request of a channel with AgentSig.
///
/// The headers of a gRPC call go out before its message, and the signature covers the message; so the call is held back
/// until the message is there, which a unary or server-streaming call hands over at once. The message is serialized
/// once: what was hashed is what is sent.
///
/// A call that streams requests has no single message to sign and is sent unsigned, as is one that carries an
/// `authorization` already.
public final class SigningInterceptor implements ClientInterceptor {
    static final Metadata.Key<String> AUTHORIZATION = ascii(Headers.AUTHORIZATION);
    private static final Metadata.Key<String> TIMESTAMP = ascii(Headers.TIMESTAMP);
    private static final Metadata.Key<String> NONCE = ascii(Headers.NONCE);
    private static final Metadata.Key<String> AUDIENCE = ascii(Headers.AUDIENCE);

    private final Credentials credentials;

    public SigningInterceptor(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        if (!method.getType().clientSendsOneMessage()) {
            return next.newCall(method, options);
        }
        return new SignedCall<>(method, next.newCall(MessageBytes.taking(method), options), credentials);
    }

    static Metadata.Key<String> ascii(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /// Called by one thread at a time, as every ClientCall is; only `cancel` may come from another.
    private static final class SignedCall<Q, R> extends ClientCall<Q, R> {
        private final MethodDescriptor<Q, R> method;
        private final ClientCall<byte[], R> call;
        private final Credentials credentials;
        private @Nullable Listener<R> listener;
        private @Nullable Metadata headers;
        private boolean started;
        private int requested;
        private @Nullable Boolean compressed;

        SignedCall(MethodDescriptor<Q, R> method, ClientCall<byte[], R> call, Credentials credentials) {
            this.method = method;
            this.call = call;
            this.credentials = credentials;
        }

        @Override
        public synchronized void start(Listener<R> responses, Metadata metadata) {
            listener = responses;
            headers = metadata;
        }

        @Override
        public void sendMessage(Q message) {
            byte[] bytes = MessageBytes.of(method, message);
            synchronized (this) {
                if (!started && headers != null && !headers.containsKey(AUTHORIZATION)) {
                    AgentSig signature = credentials.sign("POST", "/" + method.getFullMethodName(), bytes);
                    headers.put(AUTHORIZATION, signature.authorization());
                    headers.put(TIMESTAMP, signature.timestamp());
                    signature.nonce().ifPresent(nonce -> put(NONCE, nonce));
                    signature.audience().ifPresent(audience -> put(AUDIENCE, audience));
                }
                begin();
            }
            call.sendMessage(bytes);
        }

        private void put(Metadata.Key<String> key, String value) {
            if (headers != null) {
                headers.put(key, value);
            }
        }

        private void begin() {
            if (started) {
                return;
            }
            if (listener == null || headers == null) {
                throw new IllegalStateException("the call has not been started");
            }
            started = true;
            call.start(listener, headers);
            if (requested > 0) {
                call.request(requested);
            }
            if (compressed != null) {
                call.setMessageCompression(compressed);
            }
        }

        @Override
        public synchronized void request(int messages) {
            if (started) {
                call.request(messages);
            } else {
                requested += messages;
            }
        }

        @Override
        public synchronized void halfClose() {
            begin();
            call.halfClose();
        }

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
            boolean unsent;
            Listener<R> waiting;
            synchronized (this) {
                unsent = !started;
                started = true;
                waiting = listener;
            }
            call.cancel(message, cause);
            if (unsent && waiting != null) {
                // The call below was never started, so it has nobody to tell.
                waiting.onClose(Status.CANCELLED.withDescription(message).withCause(cause), new Metadata());
            }
        }

        @Override
        public synchronized void setMessageCompression(boolean enabled) {
            if (started) {
                call.setMessageCompression(enabled);
            } else {
                compressed = enabled;
            }
        }

        @Override
        public synchronized boolean isReady() {
            return started && call.isReady();
        }

        @Override
        public Attributes getAttributes() {
            return call.getAttributes();
        }
    }
}
