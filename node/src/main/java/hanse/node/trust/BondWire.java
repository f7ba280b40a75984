package hanse.node.trust;

import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import java.util.Optional;

/// Bonds as messages.
final class BondWire {
    private BondWire() {}

    static hanse.trust.v1.Bond bond(Bond bond, Parties parties, long balance, Avt held, BondPolicy policy) {
        hanse.trust.v1.Bond.Builder wire = hanse.trust.v1.Bond.newBuilder()
                .setAgent(parties.did(bond.agent()).toString())
                .setState(hanse.trust.v1.Bond.State.forNumber(bond.state().code()))
                .setAmount(Avt.text(balance))
                .setHeld(held.toString())
                .setSufficient(bond.state() == Bond.State.POSTED && policy.isEnough(balance))
                .setPostedAt(WireTime.of(bond.postedAt()))
                .setReason(bond.reason());
        bond.releaseAt().map(WireTime::of).ifPresent(wire::setReleaseAt);
        bond.endedAt().map(WireTime::of).ifPresent(wire::setEndedAt);
        return wire.build();
    }

    static hanse.trust.v1.BondPolicy policy(BondPolicy policy) {
        Optional<String> amount = policy.amount().map(Avt::toString);
        return hanse.trust.v1.BondPolicy.newBuilder()
                .setAmountAvt(amount.orElse(""))
                .setMinTransactions(policy.minTransactions())
                .setMinAgeDays((int) policy.minAge().toDays())
                .setMinEigentrust(policy.minEigentrust())
                .setReleaseDays((int) policy.releaseAfter().toDays())
                .addAllRequiredFor(policy.requiredFor().stream().sorted().toList())
                .build();
    }
}
