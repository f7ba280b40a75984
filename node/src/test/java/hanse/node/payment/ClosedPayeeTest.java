package hanse.node.payment;

import static hanse.node.testing.Operating.deposit;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.agent.v1.DeactivateAgentRequest;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.node.Node;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Postgres;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment.State;
import hanse.payment.v1.VerifyRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A payee consumes a payment and then closes for good, in a whole node.
@Timeout(60)
class ClosedPayeeTest {
    @Test
    void whatItIsOwedGoesBackToThePayerAtOnce(@TempDir Path directory) {
        try (Postgres.Fresh database = Postgres.fresh()) {
            NodeHome home = new NodeHome(directory, "alpha.example", database, Map.of());
            try (Node node = home.start();
                    HanseClient client = home.client()) {
                Credentials alice = client.register(AgentKey.generate(), "alice");
                Credentials bob = client.register(AgentKey.generate(), "bob");
                deposit(client.as(home.operator()), alice.subject(), "10");
                HanseClient asAlice = client.as(alice);
                AuthorizeResponse token = asAlice.payments()
                        .authorize(AuthorizeRequest.newBuilder()
                                .setPayee(bob.subject())
                                .setAmount("3")
                                .build());
                assertThat(client.as(bob)
                                .payments()
                                .verify(VerifyRequest.newBuilder()
                                        .setPaymentToken(token.getPaymentToken())
                                        .build())
                                .getValid())
                        .isTrue();
                assertThat(available(asAlice, alice)).isEqualTo("7");
                var closed = client.as(bob)
                        .agents()
                        .deactivateAgent(DeactivateAgentRequest.newBuilder()
                                .setAgentId(bob.subject())
                                .build());
                assertThat(closed.getAgentId()).isEqualTo(bob.subject());
                assertThat(asAlice.payments()
                                .getPayment(GetPaymentRequest.newBuilder()
                                        .setPaymentId(token.getPaymentId())
                                        .build())
                                .getState())
                        .isEqualTo(State.RELEASED);
                assertThat(available(asAlice, alice)).isEqualTo("10");
                assertThat(node.config().registry().value()).isEqualTo("alpha.example");
            }
        }
    }

    private static String available(HanseClient client, Credentials agent) {
        return client.ledger()
                .getBalance(GetBalanceRequest.newBuilder()
                        .setAgentId(agent.subject())
                        .build())
                .getAvailable();
    }
}
