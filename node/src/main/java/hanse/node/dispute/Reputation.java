package hanse.node.dispute;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What disputes need of whoever keeps agents' standing: where a ruling counts, the bond that pays a slash first, and
/// the attestations that soften one. Everything happens in the transaction of the ruling.
public interface Reputation {
    /// Of a registry that keeps none of it: rulings move money only.
    Reputation NONE = new Reputation() {};

    /// Asks for the rows that [#signal] changes.
    default void want(Rows rows, Did from, Did to) {}

    /// What one agent's dealings with another come to, more than before.
    default void signal(Books books, Did from, Did to, int satisfactory, int unsatisfactory) {}

    /// Asks for the rows of an agent's bond.
    default void wantBond(Rows rows, AgentId agent) {}

    /// Asks for the account of the bond.
    default void bondAccounts(Wanted wanted, AgentId agent) {}

    /// The account that holds an agent's bond, if it has one.
    default Optional<AccountId> bond(Books books, AgentId agent) {
        return Optional.empty();
    }

    /// So much of the bond has been slashed.
    default void forfeited(Books books, AgentId agent, Avt amount) {}

    /// Asks for the rows of attestations.
    default void wantCited(Rows rows, List<UUID> attestations) {}

    /// How many of these attestations soften a slash of the agent: its own, verified, neither revoked nor expired, and
    /// made before `filedAt`.
    default int counting(Rows rows, AgentId agent, List<UUID> attestations, Instant filedAt) {
        return 0;
    }
}
