package hanse.simulation;

import hanse.node.storage.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/// What becomes of a registry's commits: they go well, or one of them does not, or the process dies at it.
final class Mortality implements Database.Committing {
    /// What happens at a commit.
    enum Fate {
        /// The process dies, and nothing of it has happened.
        DIES_BEFORE,
        /// It has happened, and nobody has been told when the process dies.
        DIES_AFTER,
        /// The connection breaks before PostgreSQL hears of the commit.
        LOST_BEFORE,
        /// PostgreSQL commits, and its answer is lost.
        LOST_AFTER,
        /// PostgreSQL asks for the transaction to be repeated.
        REPEATED
    }

    /// The process is no more. An error, so that nothing which expects PostgreSQL's failures tries again.
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        private Killed() {
            super("the process was killed", null, false, false);
        }
    }

    private Optional<Fate> planned = Optional.empty();
    private Optional<Fate> happened = Optional.empty();
    private int commits;
    private boolean dead;

    /// That happens at a commit from now on.
    ///
    /// @param after so many that go well
    void plan(Fate fate, int after) {
        planned = Optional.of(fate);
        happened = Optional.empty();
        commits = after;
    }

    /// Nothing is planned any more.
    void spare() {
        planned = Optional.empty();
    }

    /// A new process lives.
    void begin() {
        planned = Optional.empty();
        dead = false;
    }

    /// The process dies now.
    void kill() {
        dead = true;
    }

    /// What was planned last, if it has come to that.
    Optional<Fate> happened() {
        return happened;
    }

    boolean isDead() {
        return dead;
    }

    @Override
    public synchronized void commit(Connection connection) throws SQLException {
        if (dead) {
            throw new Killed();
        }
        if (planned.isEmpty() || commits-- > 0) {
            connection.commit();
            return;
        }
        Fate fate = planned.get();
        happened = planned;
        planned = Optional.empty();
        switch (fate) {
            case DIES_BEFORE -> {
                dead = true;
                throw new Killed();
            }
            case DIES_AFTER -> {
                connection.commit();
                dead = true;
                throw new Killed();
            }
            case LOST_BEFORE -> {
                connection.rollback();
                throw new SQLException("the connection broke before the commit", "08006");
            }
            case LOST_AFTER -> {
                connection.commit();
                throw new SQLException("the connection broke after the commit", "08006");
            }
            case REPEATED -> {
                connection.rollback();
                throw new SQLException("the transaction is to be repeated", "40001");
            }
        }
    }
}
