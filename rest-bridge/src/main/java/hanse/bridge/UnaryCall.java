package hanse.bridge;

import com.google.protobuf.DynamicMessage;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import hanse.error.v1.Reason;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One question to the node and its answer as HTTP.
final class UnaryCall extends ClientCall.Listener<DynamicMessage> {
    private final Question question;
    private final Answers answers;
    private final CompletableFuture<HttpResponse> answer;
    private Metadata headers = new Metadata();
    private @Nullable DynamicMessage message;

    private UnaryCall(Question question, Answers answers, CompletableFuture<HttpResponse> answer) {
        this.question = question;
        this.answers = answers;
        this.answer = answer;
    }

    /// @param answer completed with the HTTP answer; when its reader goes away first, the call is cancelled
    static void start(
            Question question,
            Channel node,
            long timeoutMillis,
            Answers answers,
            CompletableFuture<HttpResponse> answer) {
        ClientCall<DynamicMessage, DynamicMessage> call = node.newCall(
                question.operation().grpc(),
                question.options().withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS));
        call.start(new UnaryCall(question, answers, answer), question.envelope());
        // Two, so that a node which answers twice is noticed and the end of the call is not waited for separately.
        call.request(2);
        call.sendMessage(question.message());
        call.halfClose();
        answer.whenComplete((done, failure) -> {
            if (failure != null) {
                call.cancel("the HTTP client is gone", null);
            }
        });
    }

    @Override
    public void onHeaders(Metadata headers) {
        this.headers = headers;
    }

    @Override
    public void onMessage(DynamicMessage message) {
        this.message = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        try {
            answer.complete(answer(status, trailers));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private HttpResponse answer(Status status, Metadata trailers) {
        DynamicMessage response = message;
        RequestHeaders request = question.request();
        Operation operation = question.operation();
        if (!status.isOk()) {
            return answers.problem(Problem.from(status, trailers), request, headers, trailers);
        }
        if (response == null) {
            return answers.problem(Problem.of(Reason.INTERNAL), request);
        }
        boolean inFlight = operation.isInFlight(response);
        ResponseHeadersBuilder head = answers.begin(inFlight ? HttpStatus.ACCEPTED : HttpStatus.OK, request);
        Answers.fromNode(head, headers, trailers);
        String location = inFlight ? operation.location(response) : null;
        if (location != null) {
            head.set("location", location);
        }
        return answers.json(head, request, JsonWriter.write(response));
    }
}
