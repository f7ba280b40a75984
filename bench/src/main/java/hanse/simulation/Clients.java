package hanse.simulation;

import com.google.protobuf.MessageLite;
import hanse.certs.SigningKey;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Request;
import hanse.node.call.SignedRequest;
import hanse.wire.SignedText;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/// Asks registries as their edge does once it knows who calls: each call with its identity, and what must be signed
/// signed.
final class Clients {
    static final String OPERATOR = "judge";
    static final Caller JUDGE = new Caller.Operator(OPERATOR, 1);
    static final Caller NOBODY = new Caller.Anyone("192.0.2.1");

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final Chance chance;

    Clients(Chance chance) {
        this.chance = chance;
    }

    /// An agent, and the key that it keeps.
    record Member(House house, AgentId id, SigningKey key) {
        /// As its registry knows it when it calls.
        Caller caller() {
            return house.registry().directory().admit(id).orElseThrow();
        }

        String did() {
            return new Did(house.id, id).toString();
        }

        @Override
        public String toString() {
            return id.toString().substring(24) + "@" + house;
        }
    }

    /// Calls with a signature of this moment.
    ///
    /// @param requestId the same again is a repeat
    <Q extends MessageLite, A> CompletableFuture<A> call(
            House house,
            Caller caller,
            MethodDescriptor<Q, A> method,
            String requestId,
            Q request,
            BiConsumer<Q, StreamObserver<A>> service) {
        return call(house, caller, Optional.empty(), method, requestId, request, service);
    }

    /// The same by an agent. A contract's parties sign what they ask for, because it may have to be shown to a peer.
    <Q extends MessageLite, A> CompletableFuture<A> call(
            Member member,
            MethodDescriptor<Q, A> method,
            String requestId,
            Q request,
            BiConsumer<Q, StreamObserver<A>> service) {
        if (!ContractServiceGrpc.SERVICE_NAME.equals(method.getServiceName())) {
            return call(member.house(), member.caller(), method, requestId, request, service);
        }
        String path = "/" + method.getFullMethodName();
        String timestamp = member.house().clock.instant().toString();
        String audience = member.house().id.value();
        byte[] body = request.toByteArray();
        SignedRequest unsigned = new SignedRequest("POST", path, timestamp, "", audience, body, new byte[0]);
        SignedRequest signed = new SignedRequest(
                "POST", path, timestamp, "", audience, body, member.key().sign(unsigned.text()));
        return call(member.house(), member.caller(), Optional.of(signed), method, requestId, request, service);
    }

    private <Q extends MessageLite, A> CompletableFuture<A> call(
            House house,
            Caller caller,
            Optional<SignedRequest> evidence,
            MethodDescriptor<Q, A> method,
            String requestId,
            Q request,
            BiConsumer<Q, StreamObserver<A>> service) {
        String rpc = method.getFullMethodName();
        Call call = new Call(
                caller,
                Optional.of(new Request(
                        caller,
                        rpc,
                        Request.key(caller, rpc, requestId),
                        SignedText.sha256(request.toByteArray()),
                        Optional.of(new UUID(chance.seed(), chance.seed())),
                        true,
                        chance.seed())),
                TRACE,
                evidence);
        CompletableFuture<A> answer = new CompletableFuture<>();
        call.in(Context.ROOT)
                .run(() -> service.accept(request, new StreamObserver<>() {
                    @Override
                    public void onNext(A value) {
                        answer.complete(value);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                }));
        return answer;
    }
}
