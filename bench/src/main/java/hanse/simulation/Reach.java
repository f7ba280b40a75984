package hanse.simulation;

import hanse.federation.v1.ExchangeCheckpointsRequest;
import hanse.federation.v1.ExchangeStatementsRequest;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.ListCreditsRequest;
import hanse.federation.v1.ShowTotalsRequest;
import hanse.peer.Inbox;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// What a registry asks of others besides messages: answered at once, or not at all.
final class Reach extends Unreachable {
    private static final Map<MethodDescriptor<?, ?>, Question> QUESTIONS = Map.of(
            FederationServiceGrpc.getGreetMethod(),
            (inbox, from, request) -> inbox.greet(from, (GreetRequest) request),
            FederationServiceGrpc.getExchangeCheckpointsMethod(),
            (inbox, from, request) -> inbox.checkpoints(from, (ExchangeCheckpointsRequest) request),
            FederationServiceGrpc.getExchangeStatementsMethod(),
            (inbox, from, request) -> inbox.statements(from, (ExchangeStatementsRequest) request),
            FederationServiceGrpc.getListCreditsMethod(),
            (inbox, from, request) -> inbox.credits(from, (ListCreditsRequest) request),
            FederationServiceGrpc.getShowTotalsMethod(),
            (inbox, from, request) -> inbox.totals(from, (ShowTotalsRequest) request));

    private final Scene scene;
    private final House from;

    /// One of them.
    private interface Question {
        CompletionStage<?> ask(Inbox inbox, String from, Object request);
    }

    Reach(Scene scene, House from) {
        this.scene = scene;
        this.from = from;
    }

    @Override
    public <A, B> CompletableFuture<B> ask(String peer, MethodDescriptor<A, B> method, A request) {
        Optional<House> to = scene.others(from).stream()
                .filter(house -> house.id.value().equals(peer))
                .filter(house -> !house.isDead() && house.isLinked(from.id) && !scene.network.isCut(from, house))
                .findFirst();
        Question question = QUESTIONS.get(method);
        if (to.isEmpty() || question == null || !scene.isCalm() && scene.chance.oneIn(6)) {
            return super.ask(peer, method, request);
        }
        scene.touch(to.get());
        CompletableFuture<B> answer = answer(question, to.get(), request);
        return !scene.isCalm() && scene.chance.oneIn(6)
                ? answer.thenApply(lost -> {
                    throw Status.UNAVAILABLE.asRuntimeException();
                })
                : answer;
    }

    @SuppressWarnings("unchecked") // the method's own answer
    private <B> CompletableFuture<B> answer(Question question, House to, Object request) {
        try {
            return (CompletableFuture<B>)
                    question.ask(to.inbox(), from.id.value(), request).toCompletableFuture();
        } catch (StatusRuntimeException refusal) {
            // As a server does with it.
            return CompletableFuture.failedFuture(refusal);
        }
    }
}
