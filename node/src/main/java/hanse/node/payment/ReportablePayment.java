package hanse.node.payment;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.ledger.Rows;
import hanse.node.malpractice.RealDealing;
import hanse.node.malpractice.Reportable;
import hanse.node.storage.Tx;
import java.util.Optional;
import java.util.UUID;

/// Payments as dealings of which malpractice may be reported, by either side: once consumed.
final class ReportablePayment implements Reportable {
    private final PaymentStore store;
    private final ForeignPaymentStore foreignPayments = new ForeignPaymentStore();
    private final Parties parties;

    ReportablePayment(PaymentStore store, Parties parties) {
        this.store = store;
        this.parties = parties;
    }

    @Override
    public Kind kind() {
        return Kind.PAYMENT;
    }

    @Override
    public Optional<RealDealing> find(Tx tx, UUID id, AgentId party) {
        Did caller = parties.did(party);
        return store.find(tx, id)
                .map(this::kept)
                .filter(dealing ->
                        dealing.one().equals(caller) || dealing.other().equals(caller))
                .or(() -> foreignPayments.find(tx, id, party).flatMap(this::consumed));
    }

    @Override
    public void rows(Rows rows, UUID id, Did foreign, AgentId local) {
        rows.want(store, id);
        rows.want(foreignPayments, key(id, foreign, local));
    }

    @Override
    public Optional<RealDealing> find(Rows rows, UUID id, Did foreign, AgentId local) {
        return rows.get(foreignPayments, key(id, foreign, local))
                .flatMap(payment -> payment.isAsked() ? asked(payment, foreign) : consumed(payment))
                .or(() -> rows.get(store, id).map(this::kept));
    }

    private static ForeignPayment.Key key(UUID id, Did payer, AgentId payee) {
        return new ForeignPayment.Key(id, payer.registry(), payee);
    }

    private RealDealing kept(Payment payment) {
        return new RealDealing(
                parties.did(payment.payer()),
                new Did(payment.payeeRegistry().orElse(parties.self()), payment.payee()),
                payment.consumedAt().isPresent(),
                payment.endedAt());
    }

    /// What the issuer has said that it consumed for us; of a payment that it refused nothing is known.
    private Optional<RealDealing> consumed(ForeignPayment payment) {
        return payment.terms()
                .map(terms -> new RealDealing(
                        Did.parse(terms.payer()), parties.did(payment.key().payee()), true, payment.endedAt()));
    }

    /// Presented by our payee; who pays only its issuer knows yet.
    private Optional<RealDealing> asked(ForeignPayment payment, Did payer) {
        return Optional.of(new RealDealing(payer, parties.did(payment.key().payee()), true, payment.endedAt()));
    }
}
