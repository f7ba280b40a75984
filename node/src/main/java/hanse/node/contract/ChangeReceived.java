package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import java.util.Optional;
import java.util.UUID;

/// A peer shows how a contract that it keeps stands now.
final class ChangeReceived implements Decision {
    private final MirrorStore mirrors;
    private final Incoming message;
    private final hanse.contract.v1.Contract shown;
    private final Optional<UUID> id;

    ChangeReceived(MirrorStore mirrors, Incoming message) {
        this.mirrors = mirrors;
        this.message = message;
        this.shown = message.message().getContractChanged().getContract();
        this.id = id(shown);
    }

    /// Which contract is shown; empty for what is no id.
    static Optional<UUID> id(hanse.contract.v1.Contract shown) {
        try {
            return Optional.of(UUID.fromString(shown.getContractId()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public void rows(Rows rows) {
        id.ifPresent(contract -> rows.want(mirrors, contract));
    }

    @Override
    public Verdict decide(Books books) {
        Mirror mirror = id.flatMap(contract -> books.rows().get(mirrors, contract))
                .filter(found -> found.registry().equals(message.peer()))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
        update(books, mirrors, mirror, shown);
        return DONE;
    }

    /// Shows a contract as its registry does, if that is newer than what is known.
    static Mirror update(Books books, MirrorStore mirrors, Mirror mirror, hanse.contract.v1.Contract shown) {
        Mirror next = mirror.showing(shown);
        if (next != mirror) {
            books.rows().update(mirrors, mirror.id(), next);
            books.post(Posting.event(
                            EntryKind.CONTRACT_CHANGED,
                            mirror.id(),
                            "{\"state\":\"" + shown.getState() + "\",\"version\":" + shown.getVersion() + "}")
                    .between(TradeParties.payee(Optional.of(mirror.provider()))));
        }
        return next;
    }
}
