package hanse.drill;

import hanse.drill.Books.Moved;
import hanse.drill.Books.Sent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Every deed is in the books once, and nothing else is; what is known to be lost is there as far as it must be.
final class Comparison {
    private static final long EXPORTED = 2;
    private static final long REFUNDED = 3;
    private static final long SETTLED = 4;
    private static final long COMPLETED = 3;

    private final Map<String, Books> books;
    private final Losses losses;
    private final Faults faults;
    private final Tally tally;
    private final Map<String, Set<String>> known = new HashMap<>();

    /// @param books by registry
    Comparison(Map<String, Books> books, Losses losses, Faults faults, Tally tally) {
        this.books = books;
        this.losses = losses;
        this.faults = faults;
        this.tally = tally;
    }

    void compare(List<Deed> deeds) {
        deeds.forEach(this::compare);
        books.forEach((registry, own) -> {
            requireKnown(registry, "a transfer", own.transfers().keySet());
            requireKnown(registry, "a transfer to a peer", own.prepared().keySet());
            requireKnown(registry, "a credit", own.credited().keySet());
            requireKnown(registry, "a payment", own.payments().keySet());
            requireKnown(registry, "a contract", own.contracts().keySet());
            own.frames().forEach((id, state) -> requireLegal(registry, id, state));
            own.received()
                    .forEach((id, times) -> faults.require(
                            losses.isForgottenBySender(id)
                                    || books.values().stream()
                                            .anyMatch(sender -> sender.frames().containsKey(id)),
                            registry + " has credited " + id + ", which nobody has sent"));
        });
    }

    private void compare(Deed deed) {
        Books payers = of(deed.payer());
        Books payees = of(deed.payee());
        long times = deed.isUndone() ? 0 : 1;
        switch (deed) {
            case Transfer transfer ->
                requireTimes(
                        deed,
                        times,
                        payers.transfers().getOrDefault(know(deed.payer(), deed.tag()), Moved.NEVER),
                        "transferred");
            case Crossing crossing -> {
                requireTimes(
                        deed,
                        times,
                        payers.prepared().getOrDefault(know(deed.payer(), deed.tag()), Moved.NEVER),
                        "sent");
                requireTimes(
                        deed,
                        times + losses.creditsTooMany(deed),
                        payees.credited().getOrDefault(know(deed.payee(), deed.tag()), Moved.NEVER),
                        "credited");
                deed.answer("transfer")
                        .filter(told -> !deed.isUndone())
                        .ifPresent(id -> requireState(deed, payers.frames().getOrDefault(id, 0L), EXPORTED));
            }
            case Purchase purchase ->
                deed.answer("authorize")
                        .ifPresent(id -> requireState(
                                deed, payers.payments().getOrDefault(know(deed.payer(), id), 0L), SETTLED));
            case Job job ->
                deed.answer("create")
                        .ifPresent(id -> requireState(
                                deed, payers.contracts().getOrDefault(know(deed.payer(), id), 0L), COMPLETED));
        }
        tally.count((deed.isUndone() ? "not in its registry's books, as it must be: " : "in the books once: ")
                + deed.kind());
    }

    private Books of(Party party) {
        return books.getOrDefault(party.registry(), Books.EMPTY);
    }

    private String know(Party where, String id) {
        known.computeIfAbsent(where.registry(), first -> new HashSet<>()).add(id);
        return id;
    }

    private void requireTimes(Deed deed, long times, Moved moved, String how) {
        faults.require(
                moved.equals(new Moved(times, times * deed.micros())),
                "was " + how + " " + moved.times() + " times, " + moved.micros() + " micro-AVT in all: " + deed);
    }

    private void requireState(Deed deed, long state, long expected) {
        faults.require(state == expected, "is in state " + state + " instead of " + expected + ": " + deed);
    }

    private void requireKnown(String registry, String what, Set<String> found) {
        for (String id : found) {
            faults.require(
                    known.getOrDefault(registry, Set.of()).contains(id),
                    "in the books of " + registry + " is " + what + " that nobody was told of: " + id);
        }
    }

    /// EXPORTED and credited once, or REFUNDED and never credited; EXPORTED alone where the credit is known to be lost.
    private void requireLegal(String registry, String id, long state) {
        Sent sent = books.getOrDefault(registry, Books.EMPTY).sent().getOrDefault(id, Sent.NEVER);
        long credited = books.values().stream()
                .mapToLong(other -> other.received().getOrDefault(id, 0L))
                .sum();
        long credits = losses.isForgottenByReceiver(id) ? 0 : 1;
        boolean legal = state == EXPORTED && sent.equals(new Sent(1, 1, 0)) && credited == credits
                || state == REFUNDED && sent.equals(new Sent(1, 0, 1)) && credited == 0;
        faults.require(
                legal,
                registry + "'s transfer " + id + " is in state " + state + ", " + sent + ", credited " + credited);
        tally.count("transfers between registries, ended on both sides");
    }
}
