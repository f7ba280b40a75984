package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.federation.v1.Accepted;
import hanse.federation.v1.RelayContractRequest;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;

/// A provider on a peer changes a contract of this registry. What it finishes was begun, so a suspended link does not
/// keep it from it; to accept is to begin.
final class RelayReceived implements Decision {
    private final Changes changes;
    private final RelayedRequestStore kept;
    private final PeerRelation relation;
    private final Incoming message;
    private final RelayContractRequest relay;
    private Optional<RelayedChange> read = Optional.empty();
    private Optional<Reason> refusal = Optional.empty();

    /// Whether a peer takes part in new work.
    interface PeerRelation {
        boolean takesWork(Rows rows);
    }

    RelayReceived(Changes changes, RelayedRequestStore kept, PeerRelation relation, Incoming message) {
        this.changes = changes;
        this.kept = kept;
        this.relation = relation;
        this.message = message;
        this.relay = message.message().getRelayContractRequest();
        try {
            read = Optional.of(RelayedChange.read(relay, message.peer()));
        } catch (RefusedException refused) {
            refusal = Optional.of(refused.reason());
        }
    }

    @Override
    public void rows(Rows rows) {
        read.ifPresent(relayed -> {
            rows.want(changes.store(), relayed.contract());
            rows.want(kept, relayed.signature());
            relayed.change().rows(rows, changes.money());
        });
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        read.ifPresent(relayed -> rows.get(changes.store(), relayed.contract())
                .ifPresent(contract -> relayed.change().accounts(contract, wanted, changes.money())));
    }

    @Override
    public Verdict decide(Books books) {
        RelayedChange relayed = read.orElseThrow(() -> new RefusedException(refusal.orElse(Reason.MESSAGE_UNREADABLE)));
        if (books.rows().get(kept, relayed.signature()).isPresent()) {
            throw new RefusedException(Reason.SIGNATURE_REPLAYED);
        }
        if (relayed.change() instanceof Change.Accept && !relation.takesWork(books.rows())) {
            throw new RefusedException(Reason.PEER_SUSPENDED);
        }
        Contract before = books.rows()
                .get(changes.store(), relayed.contract())
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
        if (!before.agreement().provider().registry().equals(message.peer())) {
            throw new RefusedException(Reason.NOT_PROVIDERS_HOME);
        }
        Contract changed = changes.carryOut(
                books, relayed.contract(), relayed.provider(), relayed.change(), true, message.traceparent());
        books.rows()
                .insert(
                        kept,
                        relayed.signature(),
                        new RelayedRequestStore.Kept(relayed.signature(), relayed.contract(), relay.toByteArray()));
        return new Verdict.Done(Accepted.newBuilder()
                .setContract(ContractWire.since(before, changed, changes.parties()))
                .build());
    }
}
