package hanse.node.cli;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import hanse.access.v1.SessionServiceGrpc;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.TenantServiceGrpc;
import hanse.audit.v1.AuditServiceGrpc;
import hanse.event.v1.EventServiceGrpc;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.RegistryServiceGrpc;
import hanse.sdk.HttpSigner;
import io.grpc.CallOptions;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hanse call`: signs and sends any RPC, or any HTTP request.
@Command(
        name = "call",
        description = {
            "Sign and send any RPC, or any HTTP request.",
            "",
            "  hanse call hanse.ledger.v1.LedgerService/GetSupply",
            "  hanse call --as alice.json hanse.ledger.v1.LedgerService/Transfer '{\"to\":\"bob@public\",\"amount\":\"5\"}'",
            "  hanse call --as alice.json POST /api/v1/teg/transfer '{\"to\":\"bob@public\",\"amount\":\"5\"}'",
            "  hanse call --list",
            ""
        },
        footer = {"", "Answers go to standard output, one line for each message of a stream. Exit code 1 when refused."
        })
final class CallCommand implements Callable<Integer> {
    private static final Set<String> HTTP_METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");

    @Mixin
    private Target target = new Target();

    @Parameters(
            arity = "0..3",
            paramLabel = "ARG",
            description =
                    "<service>/<method> [JSON], or <HTTP method> <path> [JSON]. JSON may be @FILE, or - for standard input.")
    private List<String> arguments = List.of();

    @Option(names = "--unsigned", description = "Sign nothing.")
    private boolean unsigned;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME:VALUE",
            description = "Another HTTP header; may be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = {"-i", "--include"},
            description = "Print the HTTP status and headers, on standard error.")
    private boolean include;

    @Option(names = "--list", description = "List every RPC, with its request.")
    private boolean list;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        if (list) {
            Table table = new Table("RPC", "REQUEST");
            services()
                    .flatMap(service -> service.getMethods().stream())
                    .forEach(method -> table.row(
                            method.getService().getFullName() + "/" + method.getName(), fields(method.getInputType())));
            table.print(spec.commandLine().getOut());
            return 0;
        }
        if (arguments.isEmpty()) {
            throw CommandException.usage("What shall be called? See hanse call --help, or --list.");
        }
        boolean http = HTTP_METHODS.contains(arguments.getFirst());
        if (http && arguments.size() < 2) {
            throw CommandException.usage("Which path?");
        }
        int bodyAt = http ? 2 : 1;
        String body = arguments.size() > bodyAt ? body(arguments.get(bodyAt)) : "";
        try (Connection node = target.open(unsigned)) {
            return http
                    ? http(node, arguments.getFirst(), arguments.get(1), body)
                    : rpc(node, arguments.getFirst(), body);
        }
    }

    private int rpc(Connection node, String name, String json) {
        MethodDescriptor method = method(name);
        DynamicMessage.Builder request = DynamicMessage.newBuilder(method.getInputType());
        Json.read(json, request);
        var type = method.isServerStreaming()
                ? io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING
                : io.grpc.MethodDescriptor.MethodType.UNARY;
        var described = io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(type)
                .setFullMethodName(method.getService().getFullName() + "/" + method.getName())
                .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
                .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
                .build();
        var out = spec.commandLine().getOut();
        if (method.isServerStreaming()) {
            Iterator<DynamicMessage> answers = ClientCalls.blockingServerStreamingCall(
                    node.channel(), described, CallOptions.DEFAULT, request.build());
            while (answers.hasNext()) {
                out.println(Json.line(answers.next()));
                out.flush();
            }
        } else {
            out.println(Json.pretty(
                    ClientCalls.blockingUnaryCall(node.channel(), described, CallOptions.DEFAULT, request.build())));
            out.flush();
        }
        return 0;
    }

    private int http(Connection node, String method, String path, String json) throws Exception {
        URI uri = path.startsWith("https://")
                ? URI.create(path)
                : URI.create(node.httpUrl() + (path.startsWith("/") ? path : "/" + path));
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(
                        method,
                        json.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (!json.isEmpty()) {
            request.header("content-type", "application/json");
        }
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw CommandException.usage("A header is written NAME:VALUE, not " + header);
            }
            request.header(
                    header.substring(0, colon), header.substring(colon + 1).strip());
        }
        node.credentials()
                .ifPresent(credentials -> new HttpSigner(credentials)
                        .headers(method, HttpSigner.pathWithQuery(uri), body)
                        .forEach(request::header));
        try (HttpClient client = Https.client(node.caFile())) {
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            if (include) {
                var err = spec.commandLine().getErr();
                err.println("HTTP " + response.statusCode());
                response.headers()
                        .map()
                        .forEach((name, values) -> values.forEach(value -> err.println(name + ": " + value)));
                err.flush();
            }
            var out = spec.commandLine().getOut();
            // Line by line: an event stream goes on.
            try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    out.println(line);
                    out.flush();
                }
            }
            return response.statusCode() < 400 ? 0 : Failures.FAILED;
        } catch (java.net.ConnectException e) {
            throw CommandException.unreachable("Nothing answers at " + uri.getHost() + ":" + uri.getPort() + ".");
        }
    }

    private static String body(String argument) throws Exception {
        if (argument.equals("-")) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        return argument.startsWith("@") ? Files.readString(Path.of(argument.substring(1))) : argument;
    }

    private static MethodDescriptor method(String name) {
        String plain = name.startsWith("/") ? name.substring(1) : name;
        int slash = plain.lastIndexOf('/') < 0 ? plain.lastIndexOf('.') : plain.lastIndexOf('/');
        String service = slash < 0 ? "" : plain.substring(0, slash);
        String method = plain.substring(slash + 1);
        List<MethodDescriptor> found = new ArrayList<>();
        services()
                .filter(s -> service.isEmpty()
                        || s.getFullName().equals(service)
                        || s.getName().equals(service))
                .flatMap(s -> s.getMethods().stream())
                .filter(m -> m.getName().equals(method))
                .forEach(found::add);
        if (found.size() != 1) {
            throw CommandException.usage((found.isEmpty() ? "There is no RPC " : "There are several RPCs ") + name
                    + "; see hanse call --list.");
        }
        return found.getFirst();
    }

    private static Stream<ServiceDescriptor> services() {
        return Stream.of(
                        RegistryServiceGrpc.getServiceDescriptor(),
                        AgentServiceGrpc.getServiceDescriptor(),
                        TenantServiceGrpc.getServiceDescriptor(),
                        SessionServiceGrpc.getServiceDescriptor(),
                        LedgerServiceGrpc.getServiceDescriptor(),
                        PaymentServiceGrpc.getServiceDescriptor(),
                        EventServiceGrpc.getServiceDescriptor(),
                        AuditServiceGrpc.getServiceDescriptor(),
                        PeerServiceGrpc.getServiceDescriptor(),
                        OperatorServiceGrpc.getServiceDescriptor())
                .map(io.grpc.ServiceDescriptor::getSchemaDescriptor)
                .map(ProtoServiceDescriptorSupplier.class::cast)
                .map(ProtoServiceDescriptorSupplier::getServiceDescriptor);
    }

    private static String fields(Descriptor message) {
        return "{"
                + String.join(
                        ", ",
                        message.getFields().stream()
                                .map(field -> field.getName())
                                .toList()) + "}";
    }
}
