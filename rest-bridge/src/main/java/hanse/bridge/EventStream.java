package hanse.bridge;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import hanse.error.v1.Reason;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A server-streaming RPC as server-sent events. `id:` is the message's `position`, where it has one, so that a browser
/// that reconnects goes on where it was; `event:` is the type of the event in it; `data:` is the whole message.
///
/// The next message is asked of the node only when the last one has left for the client: a client that reads slowly
/// slows the node's stream and fills no memory here. A failure before the first message is an ordinary HTTP error;
/// after it, it is an `event: error` with the problem as data. A stream that ends well says `event: end`, because a
/// browser would take a mere end for a lost connection and ask again.
///
/// Everything here happens on one event loop.
final class EventStream extends ClientCall.Listener<DynamicMessage> {
    private static final HttpData KEEP_ALIVE = HttpData.ofUtf8(": keep-alive\n\n");
    private static final HttpData END = HttpData.ofUtf8("event: end\ndata: {}\n\n");

    private final Answers answers;
    private final RequestHeaders request;
    private final EventLoop loop;
    private final CompletableFuture<HttpResponse> answer;
    private final ClientCall<DynamicMessage, DynamicMessage> call;
    private Metadata headers = new Metadata();
    private @Nullable HttpResponseWriter writer;
    private @Nullable ScheduledFuture<?> keepAlive;
    private boolean draining;
    private boolean keepAliveWaits;
    private boolean ended;

    private EventStream(
            Answers answers,
            RequestHeaders request,
            EventLoop loop,
            CompletableFuture<HttpResponse> answer,
            ClientCall<DynamicMessage, DynamicMessage> call) {
        this.answers = answers;
        this.request = request;
        this.loop = loop;
        this.answer = answer;
        this.call = call;
    }

    /// @param response what the HTTP server reads; when its reader goes away, the call is cancelled
    static EventStream start(
            Question question,
            Channel node,
            long keepAliveMillis,
            Answers answers,
            HttpResponse response,
            CompletableFuture<HttpResponse> answer) {
        EventLoop loop = question.loop();
        ClientCall<DynamicMessage, DynamicMessage> call =
                node.newCall(question.operation().grpc(), question.options());
        EventStream stream = new EventStream(answers, question.request(), loop, answer, call);
        call.start(stream, question.envelope());
        call.request(1);
        call.sendMessage(question.message());
        call.halfClose();
        stream.keepAlive =
                loop.scheduleAtFixedRate(stream::keepAlive, keepAliveMillis, keepAliveMillis, TimeUnit.MILLISECONDS);
        response.whenComplete().whenCompleteAsync((done, failure) -> stream.gone(), loop);
        return stream;
    }

    @Override
    public void onHeaders(Metadata headers) {
        this.headers = headers;
    }

    @Override
    public void onMessage(DynamicMessage message) {
        if (ended) {
            return;
        }
        HttpResponseWriter out = open();
        draining = true;
        if (out.tryWrite(HttpData.ofUtf8(frame(message)))) {
            out.whenConsumed().thenRunAsync(this::next, loop);
        }
    }

    private void next() {
        draining = false;
        if (!ended) {
            call.request(1);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (ended) {
            return;
        }
        HttpResponseWriter out = writer;
        if (status.isOk()) {
            finish(END);
        } else if (out == null) {
            ended = true;
            stopKeepAlive();
            answer.complete(answers.problem(Problem.from(status, trailers), request, headers, trailers));
        } else {
            finish(failure(Problem.from(status, trailers)));
        }
    }

    /// Ends the stream from this side, because the bridge is stopping; the client comes back where it was.
    void stop() {
        loop.execute(() -> {
            if (!ended) {
                finish(failure(Problem.of(Reason.SHUTTING_DOWN)));
                call.cancel("the bridge is stopping", null);
            }
        });
    }

    private void finish(HttpData last) {
        HttpResponseWriter out = open();
        ended = true;
        stopKeepAlive();
        if (out.tryWrite(last)) {
            out.close();
        }
    }

    private void gone() {
        stopKeepAlive();
        if (!ended) {
            ended = true;
            call.cancel("the HTTP client is gone", null);
        }
    }

    private void keepAlive() {
        if (ended || draining || keepAliveWaits) {
            return;
        }
        HttpResponseWriter out = open();
        if (out.tryWrite(KEEP_ALIVE)) {
            keepAliveWaits = true;
            out.whenConsumed().thenRunAsync(() -> keepAliveWaits = false, loop);
        }
    }

    private void stopKeepAlive() {
        ScheduledFuture<?> timer = keepAlive;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private HttpResponseWriter open() {
        HttpResponseWriter out = writer;
        if (out == null) {
            out = HttpResponse.streaming();
            ResponseHeadersBuilder head = answers.begin(HttpStatus.OK, request);
            Answers.fromNode(head, headers);
            head.contentType(MediaType.EVENT_STREAM);
            head.set("x-accel-buffering", "no");
            out.write(head.build());
            writer = out;
            answer.complete(out);
        }
        return out;
    }

    private static HttpData failure(Problem problem) {
        return HttpData.ofUtf8("event: error\ndata: " + new String(problem.json(), StandardCharsets.UTF_8) + "\n\n");
    }

    private static String frame(DynamicMessage message) {
        StringBuilder frame = new StringBuilder(256);
        String position = text(message, "position");
        if (position != null) {
            frame.append("id: ").append(oneLine(position)).append('\n');
        }
        String type = type(message);
        if (type != null) {
            frame.append("event: ").append(oneLine(type)).append('\n');
        }
        return frame.append("data: ")
                .append(new String(JsonWriter.write(message), StandardCharsets.UTF_8))
                .append("\n\n")
                .toString();
    }

    /// The `type` of the message or of the `event` in it; `position` for a message that says only where the stream is.
    private static @Nullable String type(DynamicMessage message) {
        String own = text(message, "type");
        if (own != null) {
            return own;
        }
        FieldDescriptor event = message.getDescriptorForType().findFieldByName("event");
        if (event == null || event.isRepeated() || event.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return null;
        }
        return message.hasField(event) ? text((Message) message.getField(event), "type") : "position";
    }

    private static @Nullable String text(Message message, String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        boolean isText = field != null && field.getType() == FieldDescriptor.Type.STRING && !field.isRepeated();
        return isText ? (String) message.getField(field) : null;
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\r\\n\\u0000]", "");
    }
}
