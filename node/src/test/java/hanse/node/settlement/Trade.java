package hanse.node.settlement;

import hanse.contract.v1.Terms;
import hanse.dispute.v1.Subject;
import hanse.node.call.AgentId;
import hanse.node.contract.Voyage;
import hanse.node.federation.TestNode;
import hanse.node.payment.PaymentDealingStore;
import hanse.node.testing.Attested;
import hanse.node.trust.DealingCount;
import hanse.payment.v1.AuthorizeResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// What one agent of alpha has bought from agents of beta before they fall out, in all states that can be
/// disputed, of payments and of milestones.
record Trade(Strait strait, AgentId payer, List<AgentId> payees) {
    /// @param subjects that can be disputed of it
    record Deal(List<Subject> subjects, AgentId payee) {}

    /// Payments of 20 AVT each: verified only, paid, and the others on their way.
    List<Deal> payments(int verified, int paid, int settling) {
        List<AuthorizeResponse> tokens = new ArrayList<>();
        List<Act<?>> acts = new ArrayList<>();
        int all = verified + paid + settling;
        for (int i = 0; i < all; i++) {
            AgentId payee = payee(i);
            acts.add(new Act<>(
                    "authorize",
                    () -> strait.demands.authorize(strait.newRequest(), payer, payee, "20"),
                    made -> tokens.add(made.value())));
        }
        at(strait.alpha, acts);
        acts.clear();
        for (int i = 0; i < all; i++) {
            AuthorizeResponse token = tokens.get(i);
            AgentId payee = payee(i);
            acts.add(Act.begun("verify", () -> strait.demands.verify(strait.newRequest(), payee, token)));
        }
        at(strait.beta, acts);
        strait.exchange();
        settle(tokens.subList(verified, verified + paid));
        strait.exchange();
        settle(tokens.subList(verified + paid, all));
        List<Deal> deals = new ArrayList<>();
        for (int i = 0; i < all; i++) {
            Subject subject = Demands.payment(tokens.get(i).getPaymentId());
            deals.add(new Deal(List.of(subject), payee(i)));
        }
        return deals;
    }

    private void settle(List<AuthorizeResponse> tokens) {
        at(
                strait.alpha,
                tokens.stream()
                        .map(token -> Act.begun(
                                "settle",
                                () -> strait.demands.settle(strait.newRequest(), payer, token.getPaymentId())))
                        .toList());
    }

    /// Contracts whose two milestones are paid.
    List<Deal> contracts(int count) {
        List<Voyage> voyages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            voyages.add(new Voyage(
                    () -> strait.alpha, () -> strait.beta, payer, payee(i), Terms.Funding.ON_APPROVAL, "12", "8"));
        }
        each(strait.alpha, voyages, voyage -> voyage.create(strait.newRequest()));
        each(strait.beta, voyages, voyage -> voyage.accept(strait.newRequest()));
        for (String milestone : List.of("1", "2")) {
            each(strait.beta, voyages, voyage -> voyage.submit(strait.newRequest(), milestone));
            each(strait.alpha, voyages, voyage -> voyage.approve(strait.newRequest(), milestone));
        }
        List<Deal> deals = new ArrayList<>();
        for (Voyage voyage : voyages) {
            Subject whole = Subject.newBuilder()
                    .setKind(Subject.Kind.CONTRACT)
                    .setId(voyage.id.toString())
                    .build();
            Subject.Builder part = whole.toBuilder().setKind(Subject.Kind.MILESTONE);
            deals.add(new Deal(
                    List.of(
                            whole,
                            part.setMilestoneId("1").build(),
                            part.setMilestoneId("2").build()),
                    payee(voyages.indexOf(voyage))));
        }
        return deals;
    }

    private void each(TestNode node, List<Voyage> voyages, Function<Voyage, CompletableFuture<?>> ask) {
        at(
                node,
                voyages.stream()
                        .map(voyage -> Act.begun("contract", () -> ask.apply(voyage)))
                        .toList());
        strait.exchange();
    }

    /// An attestation of a payee that was paid, proved to its registry; it counts in disputes filed after it.
    String attested(AgentId payee) {
        String attestation = attested(strait.beta, payee);
        strait.clock.advance(Duration.ofSeconds(1));
        return attestation;
    }

    /// The same anywhere; it counts in disputes that are filed later.
    static String attested(TestNode home, AgentId payee) {
        new DealingCount(
                        home.database,
                        home.ledger,
                        home.trust,
                        home.peerTrusts,
                        List.of(new PaymentDealingStore(home.id)))
                .run();
        return Attested.once(home.attesting, home.id, payee);
    }

    private AgentId payee(int i) {
        return payees.get(i % payees.size());
    }

    private static void at(TestNode node, List<? extends Act<?>> acts) {
        var unused = Act.together(node, Optional.empty(), acts);
    }
}
