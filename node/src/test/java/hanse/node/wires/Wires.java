package hanse.node.wires;

import com.google.protobuf.DynamicMessage;
import hanse.sdk.HanseClient;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Asks one node over gRPC and over HTTP. Of a stream the first message is the answer.
final class Wires implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;
    private static final String DATA = "data: ";

    private final String rest;
    private final HanseClient grpc;
    private final HttpClient http;

    Wires(ServedNode node) throws IOException {
        this.rest = node.rest();
        this.grpc = node.client();
        this.http = node.http();
    }

    Answer overGrpc(BoundRpc rpc, DynamicMessage request, Caller caller) {
        MethodDescriptor<DynamicMessage, DynamicMessage> method =
                MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                        .setType(
                                rpc.method().isServerStreaming()
                                        ? MethodDescriptor.MethodType.SERVER_STREAMING
                                        : MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(rpc.name())
                        .setRequestMarshaller(ProtoUtils.marshaller(
                                DynamicMessage.getDefaultInstance(rpc.method().getInputType())))
                        .setResponseMarshaller(ProtoUtils.marshaller(
                                DynamicMessage.getDefaultInstance(rpc.method().getOutputType())))
                        .build();
        Metadata headers = new Metadata();
        caller.headers("POST", "/" + rpc.name(), request.toByteArray())
                .forEach((name, value) -> headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        Channel channel =
                ClientInterceptors.intercept(grpc.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
        Context.CancellableContext context = Context.current().withCancellation();
        Context before = context.attach();
        try {
            Iterator<DynamicMessage> answers = ClientCalls.blockingServerStreamingCall(
                    channel,
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS),
                    request);
            return Answer.of(answers.next());
        } catch (StatusRuntimeException refusal) {
            return Answer.of(refusal);
        } finally {
            context.detach(before);
            context.cancel(null);
        }
    }

    Answer overHttp(BoundRpc rpc, HttpQuestion question, Caller caller) {
        byte[] body = question.body().getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create(rest + question.target()))
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .method(question.method(), HttpRequest.BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            asked.header("content-type", "application/json");
        }
        Map<String, String> signed = caller.headers(question.method(), question.target(), body);
        signed.forEach(asked::header);
        try {
            HttpResponse<InputStream> response = http.send(asked.build(), HttpResponse.BodyHandlers.ofInputStream());
            String type = response.headers().firstValue("content-type").orElse("");
            try (InputStream content = response.body()) {
                return Answer.of(
                        rpc.method().getOutputType(),
                        response.statusCode(),
                        type,
                        type.startsWith("text/event-stream")
                                ? firstEvent(content)
                                : new String(content.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new AssertionError(question + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String firstEvent(InputStream content) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(DATA)) {
                return line.substring(DATA.length());
            }
        }
        throw new AssertionError("a stream without an event");
    }

    @Override
    public void close() {
        http.close();
        grpc.close();
    }
}
