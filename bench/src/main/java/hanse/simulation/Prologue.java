package hanse.simulation;

import hanse.node.payment.Payment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Has the members of all registries deal with each other while all goes well.
final class Prologue {
    /// Up to so many AVT.
    private static final int TRUST = 1_000;

    private final Scene scene;
    private final Work work;
    private final Traffic traffic;
    private final Payments payments;
    private final Contracts contracts;
    private final Quarrels quarrels;
    private final Operators operators;

    Prologue(Stage stage) {
        Schedule nothing = new Schedule(0, stage.houses().size(), List.of());
        this.scene = new Scene(nothing, stage, new Coverage(), new ArrayList<>());
        this.work = new Work(scene);
        this.traffic = new Traffic(scene, work);
        this.payments = new Payments(scene.town, new Acknowledged());
        this.contracts = new Contracts(scene.town, payments);
        this.quarrels = new Quarrels(scene.town, payments, contracts);
        this.operators = new Operators(scene.town, stage.cards(), stage.liar);
        scene.calm();
    }

    Past play() {
        Town town = scene.town;
        List<Operation<?>> promises = new ArrayList<>();
        List<Operation<?>> offers = new ArrayList<>();
        for (House house : scene.houses) {
            for (House peer : scene.others(house)) {
                promises.add(payments.authorize(town.memberOf(house), town.memberOf(peer), Optional.empty()));
                promises.add(payments.authorize(town.memberOf(house), town.memberOf(peer), Optional.empty()));
                offers.add(contracts.create(town.memberOf(house), town.memberOf(peer), 2));
            }
        }
        all(promises);
        List<Payments.Token> tokens = payments.tokens();
        all(tokens.stream().map(token -> payments.verify(token, token.payee)).toList());
        all(tokens.subList(0, tokens.size() / 2).stream().map(payments::settle).toList());
        // Their payees were told so when they asked again.
        tokens.forEach(token -> token.presented = true);
        // Whom nobody has paid by now may claim it.
        scene.stage.time.pass(Payment.SETTLE_BY.plusMinutes(30));
        all(offers);
        for (int step = 1; step <= 3; step++) {
            int progress = step;
            all(contracts.agreements().stream().map(contracts::goOn).toList());
            contracts.agreements().forEach(agreement -> agreement.progress = progress);
        }
        disputes(tokens);
        return new Past(tokens, contracts.agreements(), quarrels.filed(), town.amounts());
    }

    /// From one registry to another either a payment is disputed, or a contract by its provider; all are about to be
    /// ruled on. Half of the registries trust their peers' rulings.
    private void disputes(List<Payments.Token> tokens) {
        for (int i = 0; i < scene.houses.size(); i += 2) {
            House house = scene.houses.get(i);
            scene.others(house).forEach(peer -> work.alone(operators.trust(house, peer, TRUST)));
        }
        List<Operation<?>> complaints = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i += 4) {
            complaints.add(quarrels.dispute(tokens.get(i)));
        }
        for (int i = 1; i < contracts.agreements().size(); i += 2) {
            complaints.add(quarrels.disputeByProvider(contracts.agreements().get(i)));
        }
        complaints.forEach(work::alone);
        traffic.exchange();
        // Who complains to a peer is told what has come of it when it asks again.
        complaints.forEach(work::alone);
        for (Quarrels.Filed dispute : quarrels.filed()) {
            work.alone(operators.openVoting(dispute.home(), dispute.id()));
        }
        traffic.exchange();
    }

    private void all(List<? extends Operation<?>> operations) {
        for (House house : scene.houses) {
            work.together(
                    house,
                    operations.stream()
                            .filter(operation -> operation.house == house)
                            .toList());
        }
        traffic.exchange();
    }
}
