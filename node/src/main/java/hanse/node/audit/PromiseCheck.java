package hanse.node.audit;

import hanse.node.audit.PromiseStore.Difference;
import hanse.node.ledger.SystemAccount;
import hanse.node.storage.Tx;
import java.util.Optional;
import java.util.UUID;

/// What the registry owes by its payments, transfers and contracts is what the books, sound by now, hold for it; and
/// of each peer it believes what the books say. PostgreSQL compares whole tables.
final class PromiseCheck {
    private final PromiseStore store = new PromiseStore();
    private final Tx tx;

    PromiseCheck(Tx tx) {
        this.tx = tx;
    }

    void run() throws Fault.Found {
        held();
        inFlight();
        escrow();
        bonds();
        peers();
    }

    private void bonds() throws Fault.Found {
        Optional<Difference<String>> found = store.bond(tx);
        if (found.isPresent()) {
            throw new Fault.Found(
                    Fault.bond(found.get().of(), found.get().says("in its bond account", "its row, ended, says")));
        }
    }

    private void escrow() throws Fault.Found {
        Optional<Difference<String>> found = store.escrow(tx);
        if (found.isPresent()) {
            throw new Fault.Found(
                    Fault.contract(found.get().of(), found.get().says("in its escrow account", "its row says")));
        }
    }

    private void held() throws Fault.Found {
        Optional<Difference<UUID>> found = store.held(tx);
        if (found.isPresent()) {
            UUID payer = found.get().of();
            Optional<UUID> payment = store.alteredPayment(tx, payer);
            throw new Fault.Found(
                    payment.isPresent()
                            ? Fault.payment(payment.get(), "has another amount than was held for it")
                            : Fault.account(
                                    payer, found.get().says("held", "its payments and slashes not ended are worth")));
        }
    }

    private void inFlight() throws Fault.Found {
        Optional<Difference<SystemAccount>> found = store.inFlight(tx);
        if (found.isPresent()) {
            SystemAccount account = found.get().of();
            Optional<UUID> frame = store.alteredFrame(tx, account);
            throw new Fault.Found(
                    frame.isPresent()
                            ? Fault.transfer(frame.get(), "has another amount than was taken for it")
                            : Fault.account(
                                    account.id().value(),
                                    found.get().says(account.label(), "its transfers without an outcome are worth")));
        }
    }

    private void peers() throws Fault.Found {
        Optional<Difference<String>> position = store.position(tx);
        if (position.isPresent()) {
            throw new Fault.Found(Fault.peer(
                    position.get().of(), position.get().says("of its money in the books", "its position says")));
        }
        Optional<Difference<String>> reserved = store.reserved(tx);
        if (reserved.isPresent()) {
            throw new Fault.Found(Fault.peer(
                    reserved.get().of(), reserved.get().says("reserved", "its payments and slashes reserve")));
        }
    }
}
