package hanse.simulation;

import com.google.protobuf.MessageLite;
import hanse.simulation.Clients.Member;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/// All who live in a simulation and what they know: the members of every registry, and what they have begun.
final class Town {
    final List<House> houses;
    final Clients clients;
    final Chance chance;
    final List<Member> members;
    private final List<UUID> known = new ArrayList<>();
    private int requests;
    private final long past;
    private long amounts;

    /// @param past so many amounts have been moved before
    Town(List<House> houses, List<Member> members, Clients clients, Chance chance, long past) {
        this.past = past;
        this.amounts = past;
        this.houses = houses;
        this.members = members;
        this.clients = clients;
        this.chance = chance;
    }

    Member member() {
        return chance.any(members);
    }

    Member memberOf(House house) {
        return chance.any(
                members.stream().filter(member -> member.house() == house).toList());
    }

    Member other(Member than) {
        return chance.any(members.stream().filter(member -> member != than).toList());
    }

    /// Something that a member asks its registry for.
    ///
    /// @param hot whether it is decided in a batch with others
    /// @param service of the process that lives when it is asked
    /// @param name what must be the same in every answer
    /// @param then done at the first answer
    <Q extends MessageLite, A> Operation<A> asks(
            Member by,
            String what,
            boolean hot,
            MethodDescriptor<Q, A> method,
            Q request,
            Function<House, BiConsumer<Q, StreamObserver<A>>> service,
            Function<A, String> name,
            Consumer<A> then) {
        String id = request();
        House house = by.house();
        return new Operation<>(
                by + " " + what,
                house,
                hot,
                () -> clients.call(by, method, id, request, service.apply(house)),
                name,
                then);
    }

    /// Something that a registry's operator asks for.
    <Q extends MessageLite, A> Operation<A> rules(
            House house,
            String what,
            MethodDescriptor<Q, A> method,
            Q request,
            Function<House, BiConsumer<Q, StreamObserver<A>>> service) {
        String id = request();
        return new Operation<>(
                "the operator of " + house + " " + what,
                house,
                false,
                () -> clients.call(house, Clients.JUDGE, method, id, request, service.apply(house)),
                answer -> "",
                answer -> {});
    }

    private String request() {
        requests++;
        return "request " + requests + " after " + past;
    }

    /// An id that somebody knows: of a payment, a contract or a dispute, if there is one.
    UUID knownId() {
        return known.isEmpty() ? id() : chance.any(known);
    }

    void know(String id) {
        known.add(UUID.fromString(id));
    }

    UUID id() {
        return new UUID(chance.seed(), chance.seed());
    }

    /// An amount that no other operation moves, so that whatever happens twice shows.
    ///
    /// @param most whole AVT
    String amount(int most) {
        amounts++;
        return chance.below(most) + 1 + "." + String.format(Locale.ROOT, "%06d", amounts);
    }

    /// How many amounts have been moved by now.
    long amounts() {
        return amounts;
    }

    /// The same in micro-AVT.
    static long micros(String amount) {
        return Long.parseLong(amount.replace(".", ""));
    }
}
