package hanse.node.audit;

import hanse.node.audit.PromiseStore.Difference;
import hanse.node.storage.Tx;
import java.util.Optional;
import java.util.UUID;

/// What rulings have come to is what the books, sound by now, say: each settlement has slashed and minted what its row
/// says, each dispute has recovered what its settlement has, and every sum that limits more is right.
final class RulingCheck {
    private final RulingStore store = new RulingStore();
    private final Tx tx;

    RulingCheck(Tx tx) {
        this.tx = tx;
    }

    void run() throws Fault.Found {
        settlements();
        disputes();
        limits();
    }

    private void settlements() throws Fault.Found {
        Optional<UUID> steps = store.steps(tx);
        if (steps.isPresent()) {
            throw new Fault.Found(Fault.settlement(steps.get(), "does not stand where its steps have led"));
        }
        Optional<Difference<UUID>> slashed = store.slashed(tx);
        if (slashed.isPresent()) {
            throw new Fault.Found(
                    Fault.settlement(slashed.get().of(), slashed.get().says("slashed in the books", "its row says")));
        }
        Optional<Difference<UUID>> minted = store.minted(tx);
        if (minted.isPresent()) {
            throw new Fault.Found(
                    Fault.settlement(minted.get().of(), minted.get().says("minted in the books", "its row says")));
        }
        Optional<Difference<String>> bonds = store.heldBond(tx);
        if (bonds.isPresent()) {
            throw new Fault.Found(
                    Fault.bond(bonds.get().of(), bonds.get().says("held", "slashes that wait are worth")));
        }
    }

    private void disputes() throws Fault.Found {
        Optional<UUID> pending = store.pending(tx);
        if (pending.isPresent()) {
            throw new Fault.Found(Fault.dispute(pending.get(), "waits for a slash that is over, or does not wait"));
        }
        Optional<Difference<UUID>> compensated = store.compensated(tx);
        if (compensated.isPresent()) {
            throw new Fault.Found(
                    Fault.dispute(compensated.get().of(), compensated.get().says("minted for it", "its row says")));
        }
    }

    private void limits() throws Fault.Found {
        Optional<Difference<String>> recovered = store.recovered(tx);
        if (recovered.isPresent()) {
            throw new Fault.Found(Fault.dealing(
                    recovered.get().of(), recovered.get().says("recovered by its disputes", "its row says")));
        }
        Optional<Difference<String>> taken = store.taken(tx);
        if (taken.isPresent()) {
            throw new Fault.Found(Fault.dealing(
                    taken.get().of(), taken.get().says("slashed or waiting to be", "the sum that limits it says")));
        }
    }
}
