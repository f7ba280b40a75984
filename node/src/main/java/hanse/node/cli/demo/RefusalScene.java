package hanse.node.cli.demo;

import hanse.error.v1.Reason;
import hanse.ledger.v1.Supply;
import hanse.ledger.v1.TransferRequest;
import hanse.node.cli.LocalFederation.Member;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.ReleaseRequest;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.sdk.HttpSigner;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

/// What must be refused, each with its reason, and nothing moves.
final class RefusalScene {
    private final Stage stage;
    private final Member alpha;
    private final Steps steps;

    RefusalScene(Stage stage) {
        this.stage = stage;
        this.alpha = stage.alpha;
        this.steps = stage.steps;
    }

    void refusals() throws Exception {
        Supply before = stage.supply(alpha);
        stage.expectRefusal(
                "a second settlement",
                Reason.ALREADY_SETTLED,
                () -> stage.alpha(stage.alice())
                        .payments()
                        .settle(SettleRequest.newBuilder()
                                .setPaymentId(stage.forecastToken.orElseThrow().getPaymentId())
                                .setRequestId(UUID.randomUUID().toString())
                                .build()));

        AuthorizeResponse meant = stage.alpha(stage.alice())
                .payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee(stage.weather().did())
                        .setAmount("1")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        stage.secrets.add("a token that is not bob's", meant.getPaymentToken());
        VerifyResponse foreign = stage.alpha(stage.bob())
                .payments()
                .verify(VerifyRequest.newBuilder()
                        .setPaymentToken(meant.getPaymentToken())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.check(
                "bob verifies weather's token: not valid, " + foreign.getReason(),
                !foreign.getValid() && foreign.getReason().equals(Reason.WRONG_PAYEE.name()));
        Payment released = stage.alpha(stage.alice())
                .payments()
                .release(ReleaseRequest.newBuilder()
                        .setPaymentId(meant.getPaymentId())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.same("alice takes that token back", Payment.State.RELEASED, released.getState());

        stage.expectRefusal(
                "an overdraft",
                Reason.INSUFFICIENT_FUNDS,
                () -> stage.alpha(stage.alice())
                        .ledger()
                        .transfer(TransferRequest.newBuilder()
                                .setTo(stage.bob().id())
                                .setAmount("1000")
                                .setRequestId(UUID.randomUUID().toString())
                                .build()));

        byte[] body = ("{\"to\":\"" + stage.bob().id() + "\",\"amount\":\"1000\"}").getBytes(StandardCharsets.UTF_8);
        Map<String, String> signed =
                new HttpSigner(stage.alice().credentials()).headers("POST", "/api/v1/teg/transfer", body);
        stage.secrets.add("a signature of alice", signed.getOrDefault("authorization", ""));
        HttpResponse<String> first = stage.send(alpha, "/api/v1/teg/transfer", signed, body);
        HttpResponse<String> replayed = stage.send(alpha, "/api/v1/teg/transfer", signed, body);
        steps.check(
                "a request signed by alice and sent once: " + first.statusCode() + " " + Stage.reason(first),
                first.statusCode() == 409);
        steps.check(
                "the same bytes again: " + replayed.statusCode() + " " + Stage.reason(replayed),
                replayed.statusCode() == 401 && Stage.reason(replayed).equals(Reason.SIGNATURE_REPLAYED.name()));
        Supply after = stage.supply(alpha);
        steps.check("the books stand where they stood", before.equals(after));
        steps.same(
                "nothing of alice is held",
                BigDecimal.ZERO,
                Stage.amount(stage.balance(alpha, stage.alice()).getHeld()));
    }
}
