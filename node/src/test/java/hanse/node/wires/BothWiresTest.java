package hanse.node.wires;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.access.v1.Role;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every RPC of the descriptors, asked over gRPC and by each of its HTTP bindings, of one node, by the same caller, for
/// the same thing: the answers are the same. A change carries the id under which it happens once, so the second answer
/// is that of the first wire.
final class BothWiresTest {
    @TempDir
    static Path directory;

    private static ServedNode node;
    private static HanseClient client;
    private static Wires wires;
    private static Market market;

    @BeforeAll
    static void open() throws IOException {
        node = new ServedNode(directory);
        client = node.client();
        wires = new Wires(node);
        market = new Market(node, client, directory);
    }

    @AfterAll
    static void close() {
        wires.close();
        client.close();
        node.close();
    }

    static List<BoundRpc> rpcs() {
        return BoundRpc.all();
    }

    @Test
    void aFittingRequestIsAnsweredByMostRpcs() {
        assertThat(rpcs()).hasSizeGreaterThan(40);
        assertThat(rpcs()).filteredOn(rpc -> !market.samples(rpc).isEmpty()).hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("rpcs")
    void answersAFittingRequestTheSameBothWays(BoundRpc rpc) throws InvalidProtocolBufferException {
        for (Market.Sample sample : market.samples(rpc)) {
            requireSame(
                    rpc,
                    DynamicMessage.parseFrom(
                            rpc.method().getInputType(), sample.request().toByteString()),
                    sample.caller());
        }
    }

    @ParameterizedTest
    @MethodSource("rpcs")
    void answersAnEmptyRequestTheSameBothWaysToWhoeverAsks(BoundRpc rpc) {
        for (Map.Entry<Role, Caller> caller : callers().entrySet()) {
            Answer answer = requireSame(rpc, rpc.empty("empty-" + caller.getKey()), caller.getValue());
            assertThat(answer.reason()).as("it is served").isNotEqualTo("UNKNOWN_METHOD");
            if (!rpc.roles().contains(Role.ANYONE) && caller.getKey() == Role.ANYONE) {
                assertThat(answer.reason()).isEqualTo("UNAUTHENTICATED");
            } else if (rpc.roles().contains(Role.PEER)) {
                assertThat(answer.reason()).isEqualTo("ROLE_REQUIRED");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rpcs")
    void refusesATextThatNoDatabaseHolds(BoundRpc rpc) {
        if (rpc.roles().contains(Role.PEER)) {
            return; // Nobody can call it here.
        }
        Caller caller = callers().entrySet().stream()
                .filter(entry -> rpc.roles().contains(entry.getKey()))
                .findFirst()
                .orElseThrow()
                .getValue();
        for (FieldDescriptor text : rpc.texts()) {
            DynamicMessage request =
                    rpc.empty("").toBuilder().setField(text, "a\0b").build();
            Answer answer = wires.overGrpc(rpc, request, caller);
            assertThat(answer.reason()).as(text.getFullName()).isEqualTo("INVALID_ARGUMENT");
            assertThat(answer.violations())
                    .anySatisfy(violation ->
                            assertThat(violation).startsWith(text.getName()).contains("U+0000"));
            // In an address the HTTP server itself refuses it.
            rpc.questions(request).stream()
                    .filter(question -> !question.target().contains("%00"))
                    .forEach(question -> assertThat(wires.overHttp(rpc, question, caller))
                            .as(question.toString())
                            .isEqualTo(answer));
        }
    }

    private static Map<Role, Caller> callers() {
        return Map.of(Role.ANYONE, Caller.ANYONE, Role.AGENT, market.alice, Role.OPERATOR, market.operator);
    }

    private static Answer requireSame(BoundRpc rpc, DynamicMessage request, Caller caller) {
        if (rpc.changes()) {
            return compared(rpc, request, caller);
        }
        // What is read may change by itself between two questions, and is then asked for again.
        AtomicReference<Answer> answer = new AtomicReference<>();
        Awaitility.await().untilAsserted(() -> answer.set(compared(rpc, request, caller)));
        return answer.get();
    }

    private static Answer compared(BoundRpc rpc, DynamicMessage request, Caller caller) {
        Answer overGrpc = wires.overGrpc(rpc, request, caller);
        for (HttpQuestion question : rpc.questions(request)) {
            assertThat(wires.overHttp(rpc, question, caller))
                    .as(question.toString())
                    .isEqualTo(overGrpc);
        }
        return overGrpc;
    }
}
