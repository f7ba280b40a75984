package hanse.node.cli.demo;

import hanse.dispute.v1.ListPeerSlashConfigsRequest;
import hanse.dispute.v1.PeerSlashConfig;
import hanse.dispute.v1.SettlementServiceGrpc;
import hanse.ledger.v1.Supply;
import hanse.node.cli.Table;
import hanse.trust.v1.AgentTrust;
import hanse.trust.v1.GetTrustRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Trust, supply and both books, before and after the disputes.
final class Standings {
    private static final List<String> ROWS = List.of(
            "alice's balance at alpha",
            "weather's balance at beta",
            "rulings against weather, by weight",
            "weather's trust score, seen at alpha",
            "beta's bayesian discount at alpha",
            "disputes lost with beta",
            "alpha: issued",
            "alpha: compensated",
            "alpha: agents, treasury and escrow",
            "beta: imported",
            "beta: slashed",
            "beta: agents and treasury",
            "both supply equations");

    private final Stage stage;
    private List<String> before = List.of();

    Standings(Stage stage) {
        this.stage = stage;
    }

    void before() throws IOException {
        before = now();
    }

    void print() throws Exception {
        // The scores are computed in the background.
        List<String> after = stage.await(this::now, now -> now.get(2).equals("12"));
        Table table = new Table("", "BEFORE", "AFTER");
        for (int i = 0; i < ROWS.size(); i++) {
            table.row(ROWS.get(i), before.get(i), after.get(i));
        }
        table.lines().forEach(stage.steps::say);
        Supply alpha = stage.supply(stage.alpha);
        Supply beta = stage.supply(stage.beta);
        stage.steps.same(
                "what alpha has minted is what beta has burned",
                Stage.amount(beta.getSlashed()),
                Stage.amount(alpha.getCompensated()));
        stage.steps.same(
                "and it is what was ruled and not rejected", stage.compensated, Stage.amount(beta.getSlashed()));
        stage.steps.check("both supply equations hold", alpha.getHolds() && beta.getHolds());
    }

    private List<String> now() throws IOException {
        Supply alpha = stage.supply(stage.alpha);
        Supply beta = stage.supply(stage.beta);
        AgentTrust weather = stage.alpha
                .operator()
                .trust()
                .getTrust(GetTrustRequest.newBuilder()
                        .setAgentId(stage.weather().did())
                        .build());
        PeerSlashConfig peer = SettlementServiceGrpc.newBlockingStub(
                        stage.alpha.operator().channel())
                .listPeerSlashConfigs(ListPeerSlashConfigsRequest.getDefaultInstance())
                .getPeersList()
                .getFirst();
        List<String> rows = new ArrayList<>();
        rows.add(stage.balance(stage.alpha, stage.alice()).getBalance());
        rows.add(stage.balance(stage.beta, stage.weather()).getBalance());
        rows.add(Long.toString(weather.getUnsatisfactory()));
        rows.add(decimal(weather.getTrustScore()));
        rows.add(decimal(peer.getBayesianDiscount()));
        rows.add(Long.toString(peer.getDisputesLostWith()));
        rows.add(alpha.getIssued());
        rows.add(alpha.getCompensated());
        rows.add(Stage.amount(alpha.getAgents())
                .add(Stage.amount(alpha.getTreasury()))
                .add(Stage.amount(alpha.getEscrow()))
                .toPlainString());
        rows.add(beta.getImported());
        rows.add(beta.getSlashed());
        rows.add(Stage.amount(beta.getAgents())
                .add(Stage.amount(beta.getTreasury()))
                .toPlainString());
        rows.add(alpha.getHolds() && beta.getHolds() ? "hold" : "DO NOT HOLD");
        return rows;
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
