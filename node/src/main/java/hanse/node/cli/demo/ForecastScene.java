package hanse.node.cli.demo;

import hanse.node.cli.LocalFederation.Member;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.sdk.PaymentHeaders;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// alice buys a forecast: authorize, call over HTTP with the token, verify at the seller's registry, settle.
final class ForecastScene {
    private final Stage stage;
    private final Member alpha;
    private final Member beta;
    private final Steps steps;

    ForecastScene(Stage stage) {
        this.stage = stage;
        this.alpha = stage.alpha;
        this.beta = stage.beta;
        this.steps = stage.steps;
    }

    void buyForecast() throws Exception {
        AuthorizeResponse authorized = alpha.client()
                .as(stage.alice().credentials())
                .payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee(stage.weather().did())
                        .setAmount(Stage.FORECAST.toPlainString())
                        .setResource(WeatherService.RESOURCE)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        stage.forecastToken = Optional.of(authorized);
        stage.secrets.add("the token for the forecast", authorized.getPaymentToken());
        steps.same(
                "held of alice's balance",
                Stage.FORECAST,
                Stage.amount(stage.balance(alpha, stage.alice()).getHeld()));
        try (WeatherService service = new WeatherService(
                beta.client().as(stage.weather().credentials()).paymentVerifier())) {
            HttpResponse<String> unpaid = stage.get(service.url(), Map.of());
            steps.same("without a token weather answers", 402, unpaid.statusCode());
            PaymentHeaders headers =
                    new PaymentHeaders(authorized.getPaymentToken(), Optional.of(authorized.getIssuer()));
            HttpResponse<String> served = stage.get(service.url(), headers.headers());
            steps.same("with the token", 200, served.statusCode());
            steps.say(served.body());
            HttpResponse<String> again = stage.get(service.url(), headers.headers());
            steps.same("the same token again", 409, again.statusCode());
        }
        Payment settled = stage.settle(authorized);
        steps.same("the payment is", Payment.State.SETTLED, settled.getState());
        stage.sent(Stage.FORECAST, 1);
        stage.expectAliceAndWeather();
    }
}
