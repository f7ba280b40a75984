package hanse.node.cli.demo;

import hanse.access.v1.OpenSessionRequest;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.ledger.v1.DepositRequest;
import hanse.node.cli.LocalFederation;
import hanse.node.cli.LocalFederation.Member;
import hanse.node.cli.Table;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;

/// The story, step by step. Every figure it checks is one that it computes itself.
final class Story {
    private final LocalFederation federation;
    private final Stage stage;
    private final Member alpha;
    private final Member beta;
    private final Steps steps;

    Story(LocalFederation federation, Steps steps, int transfers) {
        this.federation = federation;
        this.stage = new Stage(federation, steps, transfers);
        this.alpha = federation.alpha();
        this.beta = federation.beta();
        this.steps = steps;
    }

    void tell() throws Exception {
        steps.step("Two registries start, each with its own PostgreSQL, and peer by exchanging cards", this::start);
        steps.step("alice and bob register at alpha, weather at beta", this::register);
        steps.step("The operator of alpha deposits 100 to alice", this::deposit);
        steps.step("alice pays bob 5, over HTTP", this::payBob);
        steps.step(
                "alice buys a forecast for 1 from weather, which verifies the token at its own registry",
                new ForecastScene(stage)::buyForecast);
        steps.step(
                "What must be refused is refused, each with its reason, and moves nothing",
                new RefusalScene(stage)::refusals);
        steps.step(
                "alice and weather sign a contract across the link; one milestone is paid, the other fails",
                new ContractScene(stage)::work);
        DisputeScene disputes = new DisputeScene(stage);
        steps.step("alice disputes the contract; both file evidence, and alpha's operator rules", disputes::contract);
        steps.step(
                "Three more rulings: held and approved, held and rejected, and beta killed meanwhile", disputes::more);
        steps.step("What the disputes have changed", disputes::table);
        steps.step(
                stage.transfers + " cross-registry transfers, while nodes and databases are killed with SIGKILL",
                new DisasterScene(stage)::storm);
        ReckoningScene reckoning = new ReckoningScene(stage);
        steps.step("The books of both registries", reckoning::books);
        steps.step("Both journals verify, entry by entry", reckoning::audit);
        steps.step("The logs hold no secret", reckoning::logs);
    }

    private void start() throws Exception {
        federation.start();
        federation.peer();
        for (Member member : stage.members()) {
            stage.secrets.addKeyDirectory(member.registry(), member.config().keys());
            stage.secrets.add(
                    member.registry() + "'s database password",
                    Files.readString(member.directory().resolve("postgres/password"))
                            .strip());
        }
        Table table = new Table("REGISTRY", "gRPC", "HTTP", "PEERS", "NODE PID", "POSTGRES PID");
        for (Member m : stage.members()) {
            table.row(m.registry(), m.grpc(), m.rest(), m.peerEndpoint(), m.pid(), m.databasePid());
        }
        table.lines().forEach(steps::say);
        steps.check("each calls the other an active peer", true);
    }

    private void register() throws IOException {
        stage.enter(register(alpha, "alice"), register(alpha, "bob"), register(beta, "weather"));
        // A session is a secret too: one is opened, used and left to be looked for.
        String session = alpha.client()
                .as(stage.alice().credentials())
                .sessions()
                .openSession(OpenSessionRequest.getDefaultInstance())
                .getToken();
        stage.secrets.add("a session of alice", session);
        Table table = new Table("AGENT", "DID");
        List.of(stage.alice(), stage.bob(), stage.weather()).forEach(party -> table.row(party.name(), party.did()));
        table.lines().forEach(steps::say);
        steps.check("weather's DID names beta", stage.weather().did().contains(":" + beta.registry() + ":"));
    }

    private Stage.Party register(Member home, String name) throws IOException {
        AgentKey key = AgentKey.generate();
        RegisterAgentResponse registered = home.client()
                .register(
                        key,
                        RegisterAgentRequest.newBuilder()
                                .setName(name)
                                .setDisplayName("The demo's " + name)
                                .build());
        stage.secrets.add(name + "'s key", key);
        stage.secrets.add(name + "'s webhook secret", registered.getWebhookSecret());
        return new Stage.Party(
                name,
                registered.getAgentId(),
                registered.getAgent().getDid(),
                Credentials.agent(registered.getAgentId(), key, home.registry()));
    }

    private void deposit() throws IOException {
        var deposited = alpha.operator()
                .ledger()
                .deposit(DepositRequest.newBuilder()
                        .setAgentId(stage.alice().id())
                        .setAmount(Stage.DEPOSIT.toPlainString())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.same("alice has", Stage.DEPOSIT, new BigDecimal(deposited.getBalance()));
    }

    private void payBob() throws Exception {
        HttpResponse<String> paid = stage.post(
                stage.alice(),
                "/api/v1/teg/transfer",
                "{\"to\":\"" + stage.bob().did() + "\",\"amount\":\"5\",\"memo\":\"lunch\"}");
        steps.same("HTTP status", 200, paid.statusCode());
        BigDecimal fee = Stage.fee(Stage.TO_BOB);
        stage.spent(Stage.TO_BOB);
        stage.expectAliceAndWeather();
        stage.expectBalance(alpha, stage.bob(), Stage.TO_BOB.subtract(fee));
        steps.same(
                "the fee is in the treasury",
                fee,
                Stage.amount(stage.supply(alpha).getTreasury()));
    }
}
