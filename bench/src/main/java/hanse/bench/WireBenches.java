package hanse.bench;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.sdk.HttpSigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What agents see: signed calls over TLS, each durable before it is answered, against nodes that are processes of
/// their own. Client, nodes and databases share this machine.
final class WireBenches {
    /// Until the code of all processes is compiled, on two cores that they share.
    static final Duration WARM_UP = Duration.ofSeconds(45);
    private static final String AMOUNT = "0.01";
    private static final int MOST_AGENTS = 200;

    private WireBenches() {}

    /// Transfers inside one registry.
    static Report grpc(Options options) throws Exception {
        Report report = new Report("grpc", options.seconds(), options.clients());
        try (WireStage stage = WireStage.alone()) {
            List<WireStage.Agent> agents = stage.agents(stage.alpha(), agents(options));
            ClosedLoop.Result top = report.main(
                    options.clients() + " in flight, signed transfers",
                    measure(stage, options, client -> transfer(agents, client)));
            ClosedLoop.Result half = report.line(
                    "the same at half its rate",
                    measure(
                            stage,
                            options,
                            ClosedLoop.virtual().atMost(top.rate() / 2),
                            client -> transfer(agents, client)));
            tpcb(stage, report, options, top);
            report.ratio("half_rate_p99_by_p50", half.p99Millis() / half.p50Millis());
        }
        return report;
    }

    /// Whole payments: authorize, verify and settle, each signed by whose turn it is.
    static Report payments(Options options) throws Exception {
        Report report = new Report("payments", options.seconds(), options.clients());
        try (WireStage stage = WireStage.alone()) {
            List<WireStage.Agent> agents = stage.agents(stage.alpha(), agents(options));
            ClosedLoop.Result lifecycles = report.main(
                    options.clients() + " in flight, authorize + verify + settle",
                    measure(stage, options, client -> pay(agents, client)));
            tpcb(stage, report, options, lifecycles);
        }
        return report;
    }

    /// Whole contracts beside whole payments.
    static Report contracts(Options options) throws Exception {
        Report report = new Report("contracts", options.seconds(), options.clients());
        try (WireStage stage = WireStage.alone()) {
            List<WireStage.Agent> agents = stage.agents(stage.alpha(), agents(options));
            ClosedLoop.Result contracts = report.main(
                    options.clients() + " in flight, create + accept + submit + approve",
                    measure(stage, options, client -> ContractLifecycle.run(agents, AMOUNT, client)));
            ClosedLoop.Result payments = report.line(
                    options.clients() + " in flight, authorize + verify + settle",
                    measure(stage, options, client -> pay(agents, client)));
            report.ratio("payments", contracts.rate() / payments.rate());
        }
        return report;
    }

    /// The same transfers over HTTP/JSON, through the bridge inside the node.
    static Report rest(Options options) throws Exception {
        Report report = new Report("rest", options.seconds(), options.clients());
        try (WireStage stage = WireStage.alone();
                ClientFactory factory = ClientFactory.builder()
                        .tlsCustomizer(
                                tls -> tls.trustManager(stage.alpha().caFile().toFile()))
                        .build()) {
            List<WireStage.Agent> agents = stage.agents(stage.alpha(), agents(options));
            WebClient web =
                    WebClient.builder(stage.alpha().rest()).factory(factory).build();
            ClosedLoop.Result rest = report.main(
                    options.clients() + " in flight, HTTP/2 and JSON",
                    measure(stage, options, client -> restTransfer(web, agents)));
            ClosedLoop.Result grpc = report.line(
                    options.clients() + " in flight, gRPC",
                    measure(stage, options, client -> transfer(agents, client)));
            report.ratio("grpc", rest.rate() / grpc.rate());
        }
        return report;
    }

    /// Transfers to a peer, each counted when the peer has credited it.
    static Report federation(Options options) throws Exception {
        Report report = new Report("federation", options.seconds(), options.clients());
        try (WireStage stage = WireStage.peered()) {
            List<WireStage.Agent> here = stage.agents(stage.alpha(), agents(options));
            List<WireStage.Agent> there = stage.agents(stage.beta(), agents(options));
            ClosedLoop.Result across = report.main(
                    options.clients() + " in flight, to a peer",
                    measure(stage, options, client -> export(here, there, client)));
            ClosedLoop.Result local = report.line(
                    options.clients() + " in flight, inside one registry",
                    measure(stage, options, client -> transfer(here, client)));
            report.ratio("local", across.rate() / local.rate());
        }
        return report;
    }

    /// Slashes that the defendants' home carries out by itself, beside transfers to it.
    static Report settlements(Options options) throws Exception {
        Report report = new Report("settlements", options.seconds(), options.clients());
        try (WireStage stage = WireStage.peered()) {
            List<WireStage.Agent> here = stage.agents(stage.alpha(), agents(options));
            List<WireStage.Agent> there = stage.agents(stage.beta(), agents(options));
            // First what is measured in any case, so that the nodes are compiled when the longer path comes.
            ClosedLoop.Result across = report.line(
                    options.clients() + " in flight, transfers to a peer",
                    measure(stage, options, client -> export(here, there, client)));
            ClosedLoop.Result sagas;
            try (SlashSagas disputes = new SlashSagas(stage, here, there, options.clients())) {
                sagas = report.main(
                        options.clients() + " in flight, file + open voting + rule, SETTLED on both",
                        measure(stage, options, client -> disputes.run(AMOUNT, client)));
            }
            report.ratio("transfers to a peer", sagas.rate() / across.rate());
        }
        return report;
    }

    private static ClosedLoop.Result measure(WireStage stage, Options options, ClosedLoop.Client client)
            throws IOException {
        return measure(stage, options, ClosedLoop.virtual(), client);
    }

    private static ClosedLoop.Result measure(
            WireStage stage, Options options, ClosedLoop loop, ClosedLoop.Client client) throws IOException {
        stage.servers().forEach(Server::settle);
        return loop.run(options.clients(), WARM_UP, time(options), client);
    }

    static void transfer(List<WireStage.Agent> agents, int client) throws Exception {
        WireStage.Agent payer = WireStage.any(agents);
        WireStage.await(LedgerServiceGrpc.newFutureStub(payer.on(client).channel())
                .transfer(TransferRequest.newBuilder()
                        .setTo(WireStage.anyBut(agents, payer).credentials().subject())
                        .setAmount(AMOUNT)
                        .setRequestId(WireStage.id())
                        .build()));
    }

    private static void pay(List<WireStage.Agent> agents, int client) throws Exception {
        WireStage.Agent payer = WireStage.any(agents);
        WireStage.Agent payee = WireStage.anyBut(agents, payer);
        PaymentServiceGrpc.PaymentServiceFutureStub asPayer =
                PaymentServiceGrpc.newFutureStub(payer.on(client).channel());
        AuthorizeResponse authorized = WireStage.await(asPayer.authorize(AuthorizeRequest.newBuilder()
                .setPayee(payee.credentials().subject())
                .setAmount(AMOUNT)
                .setRequestId(WireStage.id())
                .build()));
        boolean valid = WireStage.await(
                        PaymentServiceGrpc.newFutureStub(payee.on(client).channel())
                                .verify(VerifyRequest.newBuilder()
                                        .setPaymentToken(authorized.getPaymentToken())
                                        .setRequestId(WireStage.id())
                                        .build()))
                .getFirstUse();
        if (!valid) {
            throw new IllegalStateException("a fresh token was not valid");
        }
        WireStage.await(asPayer.settle(SettleRequest.newBuilder()
                .setPaymentToken(authorized.getPaymentToken())
                .setRequestId(WireStage.id())
                .build()));
    }

    private static void restTransfer(WebClient web, List<WireStage.Agent> agents) throws Exception {
        WireStage.Agent payer = WireStage.any(agents);
        byte[] body = "{\"to\":\"%s\",\"amount\":\"%s\",\"request_id\":\"%s\"}"
                .formatted(WireStage.anyBut(agents, payer).credentials().subject(), AMOUNT, WireStage.id())
                .getBytes(StandardCharsets.UTF_8);
        String path = "/api/v1/teg/transfer";
        RequestHeadersBuilder headers =
                RequestHeaders.builder(HttpMethod.POST, path).contentType(MediaType.JSON);
        new HttpSigner(payer.credentials()).headers("POST", path, body).forEach(headers::set);
        AggregatedHttpResponse response = WireStage.await(
                web.execute(HttpRequest.of(headers.build(), com.linecorp.armeria.common.HttpData.wrap(body)))
                        .aggregate());
        if (!response.status().equals(HttpStatus.OK)) {
            throw new IllegalStateException(response.contentUtf8());
        }
    }

    private static void export(List<WireStage.Agent> here, List<WireStage.Agent> there, int client) throws Exception {
        CrossRegistryTransferResponse response = WireStage.await(
                LedgerServiceGrpc.newFutureStub(WireStage.any(here).on(client).channel())
                        .crossRegistryTransfer(CrossRegistryTransferRequest.newBuilder()
                                .setTo(WireStage.any(there).did())
                                .setAmount(AMOUNT)
                                .setRequestId(WireStage.id())
                                .build()));
        if (response.getState() != CrossRegistryTransferResponse.State.EXPORTED) {
            throw new IllegalStateException(
                    "not exported in time: " + response.getState() + " " + response.getRefusal());
        }
    }

    private static void tpcb(WireStage stage, Report report, Options options, ClosedLoop.Result measured)
            throws Exception {
        Optional<Pgbench> pgbench = Pgbench.prepare(stage.servers().getFirst());
        if (pgbench.isPresent()) {
            report.ratio(
                    "tpcb",
                    measured.rate()
                            / report.line(
                                    "pgbench TPC-B, scale 10, 32 clients",
                                    pgbench.get().tpcb(time(options))));
        } else {
            report.missing("pgbench TPC-B, scale 10, 32 clients", "no pgbench here: install PostgreSQL's packages");
        }
    }

    static Duration time(Options options) {
        return Duration.ofSeconds(options.seconds());
    }

    static int agents(Options options) {
        return Math.min(options.accounts(), MOST_AGENTS);
    }
}
