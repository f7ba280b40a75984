package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Treasury;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.peer.v1.PeerTransfer;
import java.util.List;
import java.util.UUID;

/// Transfers to peers as operators see them, and what they can do for a payer whose peer does not answer: the money in
/// flight waits for its outcome whatever happens, but the treasury can stand in for it.
public final class PeerTransfers {
    private final RegistryId self;
    private final Database database;
    private final Ledger ledger;
    private final Outcomes outcomes;
    private final PeerStore peers;
    private final FrameStore store = new FrameStore();

    PeerTransfers(RegistryId self, Database database, Ledger ledger, Outcomes outcomes, PeerStore peers) {
        this.self = self;
        this.database = database;
        this.ledger = ledger;
        this.outcomes = outcomes;
        this.peers = peers;
    }

    /// One more than `size` transfers to a peer after an id, so that the caller sees whether there are more. Refuses
    /// with `UNKNOWN_PEER`.
    ///
    /// @param advanced those that were advanced, ended ones included; else those without an outcome
    List<PeerTransfer> page(RegistryId peer, boolean advanced, UUID after, int size) {
        return database.read(tx -> {
            if (peers.find(tx, peer).isEmpty()) {
                throw new RefusedException(Reason.UNKNOWN_PEER);
            }
            List<Frame> frames =
                    advanced ? store.advanced(tx, peer, after, size + 1) : store.underWay(tx, peer, after, size + 1);
            return frames.stream()
                    .map(frame -> TransferWire.peerTransfer(self, frame))
                    .toList();
        });
    }

    /// Gives the payer of a PREPARED transfer its amount from the treasury, once, whatever the peer's status and the
    /// payer's. Refuses with `UNKNOWN_TRANSFER`, `ALREADY_ADVANCED`, `TRANSFER_ENDED`, `TRANSFER_SETTLES_PAYMENT`,
    /// `INSUFFICIENT_FUNDS`.
    ///
    /// @param memo for both statements
    PeerTransfer advance(Call call, UUID id, String memo) {
        return outcomes.run(call, PeerTransfer.parser(), tx -> advance(tx, id, memo));
    }

    /// The frame's lock decides between this and the outcome.
    private PeerTransfer advance(Tx tx, UUID id, String memo) {
        AccountId payer = store.find(tx, id)
                .map(frame -> AccountId.of(frame.payer()))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TRANSFER));
        Treasury treasury = Treasury.open(ledger, tx);
        return ledger.post(
                tx,
                Rows.wanting(store, id),
                wanted -> {
                    wanted.account(payer);
                    treasury.accounts(wanted);
                },
                books -> {
                    Frame advanced = books.rows().get(store, id).orElseThrow().advanced(books.now());
                    treasury.pay(
                            books,
                            EntryKind.TRANSFER_ADVANCED,
                            payer,
                            advanced.amount(),
                            part -> part.about(id).noting(memo));
                    books.rows().update(store, id, advanced);
                    return TransferWire.peerTransfer(self, advanced);
                });
    }
}
