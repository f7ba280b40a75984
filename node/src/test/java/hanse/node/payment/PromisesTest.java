package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.audit.Fault;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment.State;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the books do not say by themselves: somebody alters what payments and transfers promise, and the audit names
/// it. Alice of alpha has paid weather of beta once, and has a payment to it in each state that is not an end.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class PromisesTest {
    private Pair pair;
    private TestNode alpha;
    private TestNode beta;
    private AgentId alice;
    private AgentId weather;
    private UUID authorized;
    private UUID consumed;
    private UUID transfer;
    private TestNode altered;
    private String undo;

    @BeforeAll
    void makePromises(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = pair.alpha();
        beta = pair.beta();
        alice = alpha.agent("100");
        weather = beta.agent("0");
        assertThat(settle(verified("1")).getState()).isEqualTo(State.SETTLED);
        authorized = id(authorize("2"));
        consumed = id(verified("3"));
        AuthorizeResponse token = verified("4");
        beta.network.messagesLost.set(Integer.MAX_VALUE);
        assertThat(settle(token).getState()).isEqualTo(State.SETTLING);
        transfer = alpha.underWay();
    }

    @AfterAll
    void stop() {
        pair.close();
    }

    @BeforeEach
    void nothingIsWrong() {
        assertThat(alpha.fault()).isEmpty();
        assertThat(beta.fault()).isEmpty();
    }

    @AfterEach
    void undo() {
        execute(altered, undo);
    }

    @Test
    void namesAPaymentWhoseAmountWasAltered() {
        alter(alpha, "payment", "amount = amount + 1", "amount = amount - 1", "id = '" + consumed + "'");
        assertThat(alpha.fault()).map(Fault::row).contains("payment " + consumed);
    }

    @Test
    void namesThePayerOfAPaymentThatIsSaidToHaveEnded() {
        alter(alpha, "payment", "state = 4", "state = 1", "id = '" + authorized + "'");
        assertThat(alpha.fault())
                .contains(new Fault(
                        "account " + alice,
                        "has 5000000 micro-AVT held; its payments and slashes not ended are worth 3000000"));
    }

    @Test
    void namesATransferWhoseAmountWasAltered() {
        alter(alpha, "frame", "amount = amount * 2", "amount = amount / 2", "id = '" + transfer + "'");
        assertThat(alpha.fault()).map(Fault::row).contains("transfer " + transfer);
    }

    @Test
    void namesTheAccountOfATransferThatIsSaidToHaveArrived() {
        alter(alpha, "frame", "state = 2", "state = 1", "id = '" + transfer + "'");
        assertThat(alpha.fault())
                .map(Fault::wrong)
                .contains("has 4000000 micro-AVT in-flight:beta.example; its transfers without an outcome are worth 0");
    }

    @Test
    void namesAPeerWhosePositionWasAltered() {
        alter(beta, "peer_position", "position = position - 1000000000000", "position = 1000000", "true");
        assertThat(beta.fault())
                .contains(new Fault(
                        "peer alpha.example",
                        "has 1000000 micro-AVT of its money in the books; its position says -999999000000"));
    }

    @Test
    void namesAPeerWhosePositionIsGone() {
        alter(alpha, "peer_position", "peer = 'gamma.example'", "peer = 'beta.example'", "true");
        assertThat(alpha.fault()).map(Fault::row).contains("peer beta.example");
    }

    @Test
    void namesAPeerOfWhichMoreIsReservedThanItsPaymentsSay() {
        alter(beta, "foreign_payment", "reserved = reserved - 1", "reserved = reserved + 1", "id = '" + consumed + "'");
        assertThat(beta.fault())
                .contains(new Fault(
                        "peer alpha.example",
                        "has 7000000 micro-AVT reserved; its payments and slashes reserve 6999999"));
    }

    private void alter(TestNode node, String table, String change, String back, String where) {
        altered = node;
        undo = "update " + table + " set " + back + " where " + where;
        execute(node, "update " + table + " set " + change + " where " + where);
    }

    private static void execute(TestNode node, String sql) {
        assertThat(node.database.<Integer>write(tx -> tx.sql().execute(sql)))
                .as(sql)
                .isEqualTo(1);
    }

    private AuthorizeResponse authorize(String amount) {
        return alpha.payments
                .authorize(call(alice), new Did(beta.id, weather), Avt.parse(amount), 0, "")
                .join();
    }

    private AuthorizeResponse verified(String amount) {
        AuthorizeResponse token = authorize(amount);
        assertThat(beta.payments
                        .verify(call(weather), alpha.id.value(), token.getPaymentToken())
                        .join()
                        .getValid())
                .isTrue();
        return token;
    }

    private hanse.payment.v1.Payment settle(AuthorizeResponse token) {
        return alpha.payments
                .end(call(alice), EndCommand.How.SETTLE, token.getPaymentToken(), "")
                .join();
    }

    private static UUID id(AuthorizeResponse token) {
        return UUID.fromString(token.getPaymentId());
    }

    private static Call call(AgentId agent) {
        return TestNode.call(agent, UUID.randomUUID().toString(), "");
    }
}
