package hanse.node.wires;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import hanse.ledger.v1.DrawFaucetRequest;
import hanse.node.config.Setting;
import hanse.payment.v1.AuthorizeRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.trust.v1.PostBondRequest;
import hanse.trust.v1.ReleaseBondRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an operator lists needs a bond, over gRPC and over HTTP. Source: spec/protocol, Disputes: "which operations
/// require a bond stays an operator decision".
@Timeout(60)
final class BondGateTest {
    private static final String GATED = "hanse.payment.v1.PaymentService/Authorize";

    @Test
    void onlyAgentsWithASufficientBondMayCallWhatIsListed(@TempDir Path directory) throws IOException {
        Map<Setting, String> settings =
                Map.of(Setting.BOND_AMOUNT, "10", Setting.BOND_REQUIRED, GATED, Setting.BOND_RELEASE, "0");
        try (ServedNode node = new ServedNode(directory, settings);
                HanseClient client = node.client();
                Wires wires = new Wires(node)) {
            Credentials alice = client.register(AgentKey.generate(), "alice");
            Credentials bob = client.register(AgentKey.generate(), "bob");
            var drawn = client.as(alice)
                    .ledger()
                    .drawFaucet(DrawFaucetRequest.newBuilder().setAmount("50").build());

            assertThat(authorize(wires, alice)).containsOnly("BOND_REQUIRED");
            assertThat(authorize(wires, Caller.ANYONE)).containsOnly("UNAUTHENTICATED");
            assertThat(authorize(wires, Caller.of(node.operator()))).containsOnly("ROLE_REQUIRED");

            assertThat(ask(wires, alice, post("9.999999"))).isEqualTo("BOND_TOO_SMALL");
            assertThat(ask(wires, alice, post("10"))).isEmpty();
            assertThat(authorize(wires, alice)).containsOnly("");
            assertThat(authorize(wires, bob)).containsOnly("BOND_REQUIRED");

            assertThat(ask(
                            wires,
                            alice,
                            ReleaseBondRequest.newBuilder()
                                    .setRequestId("release")
                                    .build()))
                    .isEmpty();
            await("what is asked back opens nothing")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> authorize(wires, alice).equals(List.of("BOND_REQUIRED", "BOND_REQUIRED")));
            assertThat(ask(wires, alice, post("10"))).isEmpty();
            assertThat(authorize(wires, alice)).containsOnly("");
        }
    }

    private static PostBondRequest post(String amount) {
        return PostBondRequest.newBuilder()
                .setAmount(amount)
                .setRequestId(UUID.randomUUID().toString())
                .build();
    }

    private static List<String> authorize(Wires wires, Credentials agent) throws IOException {
        return authorize(wires, Caller.of(agent));
    }

    /// The reasons over gRPC and over HTTP.
    private static List<String> authorize(Wires wires, Caller caller) throws IOException {
        BoundRpc rpc = rpc(GATED);
        DynamicMessage request = dynamic(
                rpc,
                AuthorizeRequest.newBuilder()
                        .setPayee("bob@public")
                        .setAmount("1")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        Answer grpc = wires.overGrpc(rpc, request, caller);
        Answer http = wires.overHttp(rpc, rpc.questions(request).getFirst(), caller);
        if (http.reason().equals(grpc.reason())) {
            assertThat(http.http()).isEqualTo(grpc.http());
        }
        return List.of(grpc.reason(), http.reason());
    }

    private static String ask(Wires wires, Credentials agent, Message request) throws InvalidProtocolBufferException {
        String name = request.getDescriptorForType().getName().replace("Request", "");
        BoundRpc rpc = rpc("hanse.trust.v1.BondService/" + name);
        DynamicMessage asked = dynamic(rpc, request);
        return wires.overHttp(rpc, rpc.questions(asked).getFirst(), Caller.of(agent))
                .reason();
    }

    private static BoundRpc rpc(String name) {
        return BoundRpc.all().stream()
                .filter(rpc -> rpc.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static DynamicMessage dynamic(BoundRpc rpc, Message request) throws InvalidProtocolBufferException {
        return DynamicMessage.parseFrom(rpc.method().getInputType(), request.toByteString());
    }
}
