package hanse.bridge;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.ShuttingDownException;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServiceRequestContext;
import hanse.error.v1.Reason;
import io.grpc.Channel;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every request comes through here, on its connection's event loop, and nothing here waits.
final class Gateway implements HttpService {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final Router router;
    private final Console console;
    private final Answers answers;
    private final Channel node;
    private final BridgeSettings settings;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    Gateway(Router router, Console console, Answers answers, Channel node, BridgeSettings settings) {
        this.router = router;
        this.console = console;
        this.answers = answers;
        this.node = node;
        this.settings = settings;
    }

    /// Armeria keeps paths it has parsed under their normal form, and would hand out one caller's spelling for
    /// another's: the spelling is signed.
    @Override
    public boolean shouldCachePath(String path, @Nullable String query, Route route) {
        return false;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext ctx, HttpRequest req) {
        RequestHeaders headers = req.headers();
        String target = ctx.routingContext().requestTarget().rawPath();
        if (target == null) {
            target = ctx.path();
        }
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String query = mark < 0 ? null : target.substring(mark + 1);
        if (stopping) {
            return answers.problem(Problem.of(Reason.SHUTTING_DOWN), headers);
        }
        HttpResponse page = console.serve(path, headers);
        if (page != null) {
            return page;
        }
        HttpMethod method = headers.method() == HttpMethod.HEAD ? HttpMethod.GET : headers.method();
        return switch (router.find(method, path)) {
            case Router.Route.Found found
            when found.operation().streams() ->
                headers.method() == HttpMethod.HEAD
                        ? refuseMethod(headers, EnumSet.of(HttpMethod.GET))
                        : ask(ctx, req, found, target, query);
            case Router.Route.Found found -> ask(ctx, req, found, target, query);
            case Router.Route.OtherMethods other -> {
                Set<HttpMethod> allowed = EnumSet.copyOf(other.allowed());
                if (allowed.contains(HttpMethod.GET)) {
                    allowed.add(HttpMethod.HEAD);
                }
                allowed.add(HttpMethod.OPTIONS);
                yield headers.method() == HttpMethod.OPTIONS
                        ? answers.options(headers, allowed)
                        : refuseMethod(headers, allowed);
            }
            case Router.Route.Nothing _ -> answers.problem(Problem.of(Reason.UNKNOWN_METHOD), headers);
        };
    }

    private HttpResponse refuseMethod(RequestHeaders headers, Set<HttpMethod> allowed) {
        return answers.methodNotAllowed(headers, Problem.of(Reason.METHOD_NOT_ALLOWED), allowed);
    }

    /// Reads the body, makes the message and asks the node.
    private HttpResponse ask(
            ServiceRequestContext ctx,
            HttpRequest req,
            Router.Route.Found found,
            String target,
            @Nullable String query) {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        HttpResponse response = HttpResponse.of(answer);
        Body.of(req).whenComplete((body, failure) -> {
            try {
                if (failure != null) {
                    throw failure;
                }
                Question question = new Question(
                        found.operation(),
                        RequestReader.read(found, query, req.headers(), body),
                        Envelope.of(
                                req.headers(),
                                target,
                                body,
                                found.operation().access().getEvidence(),
                                ctx.remoteAddress().getAddress()),
                        req.headers(),
                        ctx.eventLoop().withoutContext());
                if (found.operation().streams()) {
                    ctx.clearRequestTimeout();
                    watch(question, response, answer);
                } else {
                    UnaryCall.start(question, node, settings.callTimeout().toMillis(), answers, answer);
                }
            } catch (Throwable e) {
                answer.complete(answers.problem(problemOf(e), req.headers()));
            }
        });
        response.whenComplete().whenComplete((done, gone) -> {
            if (gone != null) {
                answer.completeExceptionally(gone);
            }
        });
        return response;
    }

    private void watch(Question question, HttpResponse response, CompletableFuture<HttpResponse> answer) {
        EventStream stream =
                EventStream.start(question, node, settings.keepAlive().toMillis(), answers, response, answer);
        streams.add(stream);
        response.whenComplete().whenComplete((done, failure) -> streams.remove(stream));
        if (stopping) {
            stream.stop();
        }
    }

    static Problem problemOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case RefusedException refused -> refused.problem();
            case ContentTooLargeException _ -> Problem.of(Reason.BODY_TOO_LARGE);
            case HttpStatusException refused -> Failures.ofStatus(refused.httpStatus());
            case RequestTimeoutException _ -> Problem.of(Reason.DEADLINE_EXCEEDED);
            case ShuttingDownException _ -> Problem.of(Reason.SHUTTING_DOWN);
            // The client went while it was still sending; nobody reads this.
            case ClosedStreamException _, AbortedStreamException _, ResponseCompleteException _ ->
                Problem.of(Reason.UNAVAILABLE);
            default -> {
                LOG.error("a request failed in the bridge", cause);
                yield Problem.of(Reason.INTERNAL);
            }
        };
    }

    /// Takes nothing new and ends what would never end by itself.
    void stop() {
        stopping = true;
        streams.forEach(EventStream::stop);
    }
}
