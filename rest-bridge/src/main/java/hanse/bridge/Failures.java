package hanse.bridge;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import hanse.error.v1.Reason;
import org.jspecify.annotations.Nullable;

/// What the HTTP server itself refuses, before or beside the gateway, told in our form and never in its own.
final class Failures implements ServerErrorHandler {
    private final Answers answers;

    Failures(Answers answers) {
        this.answers = answers;
    }

    @Override
    public HttpResponse onServiceException(ServiceRequestContext ctx, Throwable cause) {
        return answers.problem(Gateway.problemOf(cause), ctx.request().headers());
    }

    @Override
    public AggregatedHttpResponse onProtocolViolation(
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        return answers.aggregatedProblem(ofStatus(status), headers);
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext ctx,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        return answers.aggregatedProblem(ofStatus(status), headers);
    }

    static Problem ofStatus(HttpStatus status) {
        return switch (status.code()) {
            case 404 -> Problem.of(Reason.UNKNOWN_METHOD);
            case 405, 501 -> Problem.of(Reason.METHOD_NOT_ALLOWED);
            case 408, 504 -> Problem.of(Reason.DEADLINE_EXCEEDED);
            case 413 -> Problem.of(Reason.BODY_TOO_LARGE);
            case 503 -> Problem.of(Reason.UNAVAILABLE);
            default ->
                status.isClientError()
                        ? Problem.of(Reason.INVALID_ARGUMENT)
                                .withDetail("The request line or a header cannot be read.")
                                .withStatus(status.code())
                        : Problem.of(Reason.INTERNAL);
        };
    }
}
