package hanse.node.testing;

import com.google.protobuf.MessageLite;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.certs.SigningKey;
import hanse.node.call.RegistryId;
import hanse.wire.Headers;
import hanse.wire.SignedText;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// Somebody who signs: a client as any language would write it, down to the headers.
///
/// @param name what stands before the signature: a UUID, DID or `operator:<name>`
public record Party(String name, SigningKey key, InstantSource clock, Channel channel) {

    public Party named(String other) {
        return new Party(other, key, clock, channel);
    }

    public Party with(SigningKey other) {
        return new Party(name, other, clock, channel);
    }

    public Party over(Channel other) {
        return new Party(name, key, clock, other);
    }

    public String publicKey() {
        return Base64.getEncoder().encodeToString(key.publicKey());
    }

    /// Calls, signed as it should be.
    public <Q extends MessageLite, A> Reply<A> call(MethodDescriptor<Q, A> method, Q request) {
        return send(method, request, signed(method, request));
    }

    /// Calls by a session.
    public <Q, A> Reply<A> bySession(String token, MethodDescriptor<Q, A> method, Q request) {
        return send(method, request, headers(Headers.AUTHORIZATION, "Bearer " + token));
    }

    /// Calls without a word about who it is.
    public <Q, A> Reply<A> unsigned(MethodDescriptor<Q, A> method, Q request) {
        return send(method, request, new Metadata());
    }

    /// The headers that sign a request now.
    public <Q extends MessageLite> Metadata signed(MethodDescriptor<Q, ?> method, Q request) {
        return signed(method, request, clock.instant(), Optional.of(GuardedRegistry.NAME.value()));
    }

    /// The headers that sign a request.
    public <Q extends MessageLite> Metadata signed(
            MethodDescriptor<Q, ?> method, Q request, Instant at, Optional<String> audience) {
        return signed("POST", "/" + method.getFullMethodName(), SignedText.sha256(request.toByteArray()), at, audience);
    }

    /// The headers that sign an HTTP request.
    public Metadata signed(String method, String path, byte[] bodySha256, Instant at, Optional<String> audience) {
        String timestamp = at.toString();
        String nonce = UUID.randomUUID().toString();
        byte[] text = SignedText.request(timestamp, method, path, bodySha256, nonce, audience.orElse(null));
        Metadata headers = headers(
                Headers.AUTHORIZATION,
                "AgentSig " + name + ":" + Base64.getEncoder().encodeToString(key.sign(text)),
                Headers.TIMESTAMP,
                timestamp,
                Headers.NONCE,
                nonce);
        audience.ifPresent(to -> headers.put(key(Headers.AUDIENCE), to));
        return headers;
    }

    /// Calls with these headers.
    public <Q, A> Reply<A> send(MethodDescriptor<Q, A> method, Q request, Metadata headers) {
        ClientCall<Q, A> call = channel.newCall(method, CallOptions.DEFAULT);
        CompletableFuture<Reply<A>> reply = new CompletableFuture<>();
        call.start(
                new ClientCall.Listener<>() {
                    private final Metadata received = new Metadata();
                    private Optional<A> answer = Optional.empty();

                    @Override
                    public void onHeaders(Metadata sent) {
                        received.merge(sent);
                    }

                    @Override
                    public void onMessage(A message) {
                        answer = Optional.of(message);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        received.merge(trailers);
                        reply.complete(new Reply<>(status.isOk() ? answer : Optional.empty(), status, received));
                    }
                },
                headers);
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
        return reply.join();
    }

    /// Registers with its key.
    public Reply<RegisterAgentResponse> register(RegistryId registry) {
        return unsigned(
                AgentServiceGrpc.getRegisterAgentMethod(),
                registration(registry).build());
    }

    /// A registration that is in order.
    public RegisterAgentRequest.Builder registration(RegistryId registry) {
        String timestamp = clock.instant().toString();
        byte[] proof = key.sign(SignedText.registration(registry.value(), publicKey(), timestamp));
        return RegisterAgentRequest.newBuilder()
                .setPublicKey(publicKey())
                .setTimestamp(timestamp)
                .setProof(Base64.getEncoder().encodeToString(proof));
    }

    /// Proves a new key.
    public String rotationProof(SigningKey next, long keyVersion) {
        String did = "did:theprotocol:" + GuardedRegistry.NAME + ":" + name;
        String nextKey = Base64.getEncoder().encodeToString(next.publicKey());
        return Base64.getEncoder().encodeToString(next.sign(SignedText.rotation(did, keyVersion, nextKey)));
    }

    public static Metadata headers(String... namesAndValues) {
        Metadata headers = new Metadata();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(key(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return headers;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
