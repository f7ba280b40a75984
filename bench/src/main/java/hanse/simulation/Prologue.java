package hanse.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Has the members of all registries deal with each other while all goes well.
final class Prologue {
    private final Scene scene;
    private final Work work;
    private final Traffic traffic;
    private final Payments payments;
    private final Contracts contracts;

    Prologue(Stage stage) {
        Schedule nothing = new Schedule(0, Schedule.MOST_REGISTRIES, List.of());
        this.scene = new Scene(nothing, stage, new Coverage(), new ArrayList<>());
        this.work = new Work(scene);
        this.traffic = new Traffic(scene, work);
        this.payments = new Payments(scene.town, new Acknowledged());
        this.contracts = new Contracts(scene.town, payments);
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
        all(offers);
        for (int step = 1; step <= 3; step++) {
            int progress = step;
            all(contracts.agreements().stream().map(contracts::goOn).toList());
            contracts.agreements().forEach(agreement -> agreement.progress = progress);
        }
        return new Past(tokens, contracts.agreements(), town.amounts());
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
