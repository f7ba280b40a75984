package hanse.node.dispute;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// The owner of one kind of dealing. Everything happens in the transaction that files, rules or closes: first
/// [#rows], then, under their lock, [#accounts], then the rest.
///
/// A frozen dealing is neither paid out nor given back by anybody, but by the ruling. What is on its way to a peer is
/// not stopped; if it comes back, it is frozen.
public interface Disputable {
    /// Whether dealings of that kind are its.
    boolean owns(Subject.Kind kind);

    /// Asks for the rows of a dealing, whether it exists or not.
    void rows(Rows rows, Subject dealing);

    /// Asks for the accounts that [#hand] changes, the complainant's besides.
    void accounts(Rows rows, Subject dealing, Wanted wanted);

    /// The other party, if `complainant` may dispute the dealing now. Refuses with `UNKNOWN_SUBJECT` (also whoever is
    /// no party to it), `NOT_YOURS`, `SUBJECT_NOT_DISPUTABLE`, `FILING_WINDOW_CLOSED`.
    Did defendant(Rows rows, Subject dealing, Did complainant, Instant now);

    /// A dealing that is disputed, or that [#defendant] has named a defendant for.
    Dealing dealing(Rows rows, Subject dealing, Did complainant, Instant now);

    /// Freezes a dealing that is not frozen.
    void freeze(Books books, Subject dealing, UUID dispute);

    /// Lets a dealing that `dispute` freezes go on as if nothing had been; one that it does not freeze goes on anyway.
    void thaw(Books books, Subject dealing, UUID dispute);

    /// What [#hand] would give, and whether it could: refuses with `AWARD_NOT_WHOLE` when `award` is less than what is
    /// held and that cannot be parted, and with `AGENT_NOT_ACTIVE` a winner that cannot be paid any more. Changes
    /// nothing.
    Avt handable(Books books, Subject dealing, Did winner, Avt award);

    /// Gives the winner of a dispute what is held for the dealing, at most `award`; the dealing is still frozen, and
    /// stays so. To be called when [#handable] has not refused.
    ///
    /// @return how much
    Avt hand(Books books, Subject dealing, Did winner, Avt award);

    /// Asks for the rows by which this registry knows of a dealing that a peer keeps.
    default void foreignRows(Rows rows, RegistryId peer, Subject dealing, AgentId defendant) {}

    /// What an agent of this registry has received from `complainant` under a dealing that a peer keeps, by this
    /// registry's own books; nothing before it was paid, empty when they know of no such dealing between the two.
    default Optional<Avt> received(Rows rows, RegistryId peer, Subject dealing, Did complainant, AgentId defendant) {
        return Optional.empty();
    }

    /// Asks for the rows by which [#elsewhere] knows.
    default void elsewhereRows(Rows rows, Subject dealing) {}

    /// With whom an agent of this registry has a dealing that that party's registry keeps; it is disputed there. Empty
    /// when no such dealing of the agent is known.
    default Optional<Did> elsewhere(Rows rows, Subject dealing, AgentId agent) {
        return Optional.empty();
    }

    /// The owner of a kind, among all.
    static Optional<Disputable> of(Iterable<Disputable> owners, Subject.Kind kind) {
        for (Disputable owner : owners) {
            if (owner.owns(kind)) {
                return Optional.of(owner);
            }
        }
        return Optional.empty();
    }
}
