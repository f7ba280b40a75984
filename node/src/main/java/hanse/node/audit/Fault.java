package hanse.node.audit;

import hanse.node.ledger.Position;
import java.util.UUID;

/// The first row that is not what it must be.
///
/// @param row such as `journal 0000010000000042`, `account …`, `block 1/17`, `lane 1`, `checkpoint 3`, `payment …`,
///     `transfer …`, `peer beta.example`, `settlement …`, `dispute …`, `dealing …`
/// @param wrong what is wrong with it
public record Fault(String row, String wrong) {
    static Fault journal(Position position, String wrong) {
        return new Fault("journal " + position, wrong);
    }

    static Fault account(UUID account, String wrong) {
        return new Fault("account " + account, wrong);
    }

    static Fault block(int lane, long number, String wrong) {
        return new Fault("block " + lane + "/" + number, wrong);
    }

    static Fault lane(int lane, String wrong) {
        return new Fault("lane " + lane, wrong);
    }

    static Fault checkpoint(long number, String wrong) {
        return new Fault("checkpoint " + number, wrong);
    }

    static Fault payment(UUID payment, String wrong) {
        return new Fault("payment " + payment, wrong);
    }

    static Fault transfer(UUID transfer, String wrong) {
        return new Fault("transfer " + transfer, wrong);
    }

    static Fault contract(String contract, String wrong) {
        return new Fault("contract " + contract, wrong);
    }

    static Fault bond(String agent, String wrong) {
        return new Fault("bond " + agent, wrong);
    }

    static Fault settlement(UUID settlement, String wrong) {
        return new Fault("settlement " + settlement, wrong);
    }

    static Fault dispute(UUID dispute, String wrong) {
        return new Fault("dispute " + dispute, wrong);
    }

    /// @param dealing its id, and the name of its part if it is one
    static Fault dealing(String dealing, String wrong) {
        return new Fault("dealing " + dealing, wrong);
    }

    static Fault peer(String peer, String wrong) {
        return new Fault("peer " + peer, wrong);
    }

    @Override
    public String toString() {
        return row + ": " + wrong;
    }

    /// Carries a fault out of the depth in which it was found.
    static final class Found extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Fault fault;

        Found(Fault fault) {
            super(fault.toString(), null, false, false);
            this.fault = fault;
        }

        Fault fault() {
            return fault;
        }
    }
}
