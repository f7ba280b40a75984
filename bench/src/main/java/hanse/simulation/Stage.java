package hanse.simulation;

import hanse.certs.SigningKey;
import hanse.node.call.RegistryId;
import hanse.peer.v1.SignedCard;
import hanse.schema.EmbeddedPostgres;
import hanse.simulation.Clients.Member;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Registries that one schedule after the other is played with.
final class Stage implements AutoCloseable {
    /// How many agents live at each registry.
    private static final int MEMBERS = 3;

    private static final List<String> NAMES = List.of("alpha", "beta", "gamma", "delta", "epsilon");

    final VirtualTime time = new VirtualTime();
    final Liar liar;
    private final List<House> houses = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Map<House, SignedCard> cards = new HashMap<>();
    private Past past = Past.NONE;
    private Instant began = VirtualTime.BEGINNING;

    /// @param registries how many there are
    Stage(Path directory, EmbeddedPostgres server, int registries) {
        this.liar = new Liar(directory.resolve("mallory"));
        Clients clients = new Clients(new Chance(0));
        for (String name : NAMES.subList(0, registries)) {
            House house = new House(new RegistryId(name + ".example"), directory.resolve(name), server, time);
            houses.add(house);
            cards.put(house, house.card(clients));
            for (int i = 0; i < MEMBERS; i++) {
                SigningKey key = SigningKey.generate();
                members.add(new Member(house, Registration.of(house, key, clients), key));
            }
        }
        Town town = new Town(houses, members, clients, new Chance(0), 0);
        Operators operators = new Operators(town, cards, liar);
        members.forEach(member -> done(operators.deposit(member, "100")));
        houses.forEach(house -> operators.introduce(house).forEach(Stage::done));
        houses.forEach(house -> houses.stream().filter(peer -> peer != house).forEach(house::greet));
        houses.forEach(House::keep);
        past = new Prologue(this).play();
        houses.forEach(House::keep);
        began = time.now();
    }

    private static void done(Operation<?> operation) {
        operation.begin();
        if (!operation.end(true).equals("done")) {
            throw new IllegalStateException(operation.what);
        }
    }

    /// All of them.
    List<House> houses() {
        return List.copyOf(houses);
    }

    /// The first so many.
    List<House> houses(int registries) {
        return List.copyOf(houses.subList(0, registries));
    }

    /// Sets these to how they are at the beginning.
    void begin(List<House> chosen, long seed) {
        time.begin(began);
        liar.begin();
        chosen.forEach(house -> house.begin(seed ^ house.id.hashCode()));
    }

    /// What they have dealt in.
    Past past() {
        return past;
    }

    /// Who lives there.
    List<Member> members(List<House> chosen) {
        return members.stream()
                .filter(member -> chosen.contains(member.house()))
                .toList();
    }

    /// As their operators hand them out.
    Map<House, SignedCard> cards() {
        return cards;
    }

    @Override
    public void close() {
        houses.forEach(House::close);
    }
}
