package hanse.node.contract;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.contract.v1.Contract;
import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.federation.Cut;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.payment.PaymentGrpc;
import hanse.node.testing.Asked;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Approvals that are bound to a payment token, of work that was done by an agent of a peer.
@Timeout(120)
final class PeerTokenTest {
    private Pair pair;
    private Voyage voyage;

    @BeforeEach
    void submit(@TempDir Path directory) {
        pair = new Pair(directory);
        voyage = new Voyage(pair::alpha, pair::beta, Terms.Funding.ON_APPROVAL, "10");
        voyage.create("create").join();
        pair.rest();
        voyage.accept("accept").join();
        voyage.submit("submit", "1").join();
        pair.rest();
    }

    @AfterEach
    void holds() {
        Pair.requireWhole(pair.alpha(), pair.beta());
        assertThat(pair.alpha().fault()).isEmpty();
        assertThat(pair.beta().fault()).isEmpty();
        pair.close();
    }

    @Test
    void theHeldMoneyOfAVerifiedTokenPaysOnce() {
        AuthorizeResponse token = verified(authorized("10"));
        Contract paid = approve("approve", token).join();
        assertThat(paid.getState()).isEqualTo(State.COMPLETED);
        assertThat(paid.getMilestones(0).getPaymentId()).isEqualTo(token.getPaymentId());
        assertThat(approve("approve", token).join().getState()).isEqualTo(State.COMPLETED);
        assertThat(payment(token).getState()).isEqualTo(Payment.State.SETTLED);
        assertThat(payment(token).getTransferId())
                .isEqualTo(paid.getMilestones(0).getTransferId());
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("90");
        assertThat(pair.alpha().held(voyage.contractor)).isEqualTo("0");
        assertThat(pair.beta().balance(voyage.provider)).isEqualTo("9.95");
        eventually("the mirror has followed", () -> voyage.mirrored().getState() == State.COMPLETED);
    }

    @Test
    void whatDoesNotFitPaysNothing() {
        AuthorizeResponse unverified = authorized("10");
        assertThat(refusal("a", unverified)).isEqualTo(Reason.PAYMENT_NOT_CONSUMED);
        assertThat(refusal("b", verified(authorized("9")))).isEqualTo(Reason.TOKEN_DOES_NOT_FIT);
        AuthorizeResponse ofAnother = authorized(pair.beta().agent("0"), "10");
        assertThat(refusal("c", ofAnother)).isEqualTo(Reason.TOKEN_DOES_NOT_FIT);
        assertThat(voyage.kept().getMilestones(0).getState()).isEqualTo(Milestone.State.SUBMITTED);
        approve("d", verified(unverified)).join();
        assertThat(pair.beta().balance(voyage.provider)).isEqualTo("9.95");
    }

    @Test
    void whatComesBackIsHeldAgainAndMayBeTriedAgain() {
        AuthorizeResponse token = verified(authorized("10"));
        TestNode beta = pair.beta();
        beta.database.write(tx -> {
            beta.ledger.deactivate(tx, voyage.provider);
            return true;
        });
        Contract refused = approve("approve", token).join();
        assertThat(refused.getMilestones(0).getState()).isEqualTo(Milestone.State.APPROVED);
        assertThat(refused.getMilestones(0).getRefusal()).isEqualTo("AGENT_NOT_ACTIVE");
        assertThat(refused.getMilestones(0).getPaymentId()).isEmpty();
        assertThat(payment(token).getState()).isEqualTo(Payment.State.CONSUMED);
        assertThat(pair.alpha().held(voyage.contractor)).isEqualTo("10");
        beta.database.write(tx -> {
            beta.ledger.activate(tx, voyage.provider);
            return true;
        });
        assertThat(approve("again", token).join().getState()).isEqualTo(State.COMPLETED);
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("90");
    }

    @ParameterizedTest
    @EnumSource
    void theLinkMayBreakWheneverItIsPaid(Cut cut) {
        AuthorizeResponse token = verified(authorized("10"));
        pair.rest();
        cut.during(pair.alpha(), pair.beta(), () -> approve("approve", token), () -> {});
        eventually("it is paid", () -> voyage.kept().getState() == State.COMPLETED);
        assertThat(payment(token).getState()).isEqualTo(Payment.State.SETTLED);
        assertThat(pair.beta().balance(voyage.provider)).isEqualTo("9.95");
    }

    private CompletableFuture<Contract> approve(String request, AuthorizeResponse token) {
        return pair.alpha().contracts.approve(voyage.asContractor(request), voyage.id, "1", token.getPaymentToken());
    }

    private Reason refusal(String request, AuthorizeResponse token) {
        return TestRegistry.refusal(approve(request, token)).orElseThrow();
    }

    private AuthorizeResponse authorized(String amount) {
        return authorized(voyage.provider, amount);
    }

    private AuthorizeResponse authorized(AgentId payee, String amount) {
        AuthorizeRequest asked = AuthorizeRequest.newBuilder()
                .setPayee(new Did(pair.beta().id, payee).toString())
                .setAmount(amount)
                .build();
        return Asked.<AuthorizeResponse>ask(
                        agent(voyage.contractor),
                        observer -> paying(pair.alpha()).authorize(asked, observer))
                .value();
    }

    private AuthorizeResponse verified(AuthorizeResponse token) {
        VerifyRequest asked = VerifyRequest.newBuilder()
                .setPaymentToken(token.getPaymentToken())
                .setIssuer(pair.alpha().id.value())
                .build();
        VerifyResponse answer = Asked.<VerifyResponse>ask(
                        agent(voyage.provider), observer -> paying(pair.beta()).verify(asked, observer))
                .value();
        assertThat(answer.getValid()).isTrue();
        return token;
    }

    private Payment payment(AuthorizeResponse token) {
        GetPaymentRequest asked = GetPaymentRequest.newBuilder()
                .setPaymentId(token.getPaymentId())
                .build();
        return Asked.<Payment>ask(
                        agent(voyage.contractor),
                        observer -> paying(pair.alpha()).getPayment(asked, observer))
                .value();
    }

    private static PaymentGrpc paying(TestNode node) {
        return new PaymentGrpc(node.payments, node.parties());
    }

    private static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }
}
