package hanse.node.malpractice;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.ledger.Rows;
import hanse.node.storage.Tx;
import java.util.Optional;
import java.util.UUID;

/// Dealings of one kind, as their owner knows them.
public interface Reportable {
    /// The kinds of dealings. The codes are stored.
    enum Kind {
        CONTRACT,
        PAYMENT;

        short code() {
            return (short) (ordinal() + 1);
        }

        static Kind of(short code) {
            return values()[code - 1];
        }
    }

    Kind kind();

    /// A dealing that an agent of this registry is a party to, whichever registry keeps it.
    Optional<RealDealing> find(Tx tx, UUID id, AgentId party);

    /// Asks for the rows of a dealing between an agent of a peer and one of this registry.
    void rows(Rows rows, UUID id, Did foreign, AgentId local);

    /// That dealing. Of one that the peer keeps, this registry may not have heard yet that it has begun.
    Optional<RealDealing> find(Rows rows, UUID id, Did foreign, AgentId local);

    /// The owner of a kind, among all.
    static Optional<Reportable> of(Iterable<Reportable> owners, Kind kind) {
        for (Reportable owner : owners) {
            if (owner.kind() == kind) {
                return Optional.of(owner);
            }
        }
        return Optional.empty();
    }
}
