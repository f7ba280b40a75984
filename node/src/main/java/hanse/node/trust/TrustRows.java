package hanse.node.trust;

import hanse.error.v1.Reason;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.storage.Database;
import java.util.List;
import java.util.Optional;

/// The rows, for those who may see them: an agent its own, an operator everyone's.
public final class TrustRows {
    private static final int DEFAULT_SIZE = 50;

    private final Database database;
    private final Parties parties;
    private final TrustRowStore store;

    public TrustRows(Database database, Parties parties, LocalTrust trust) {
        this.database = database;
        this.parties = parties;
        this.store = trust.store();
    }

    /// @param next where the list goes on; empty on the last page
    public record Page(List<TrustRow> rows, Optional<String> next) {}

    /// What is said of an agent, or what it says of others. Refuses with `NOT_YOURS`, `BAD_PAGE_TOKEN`.
    ///
    /// @param token the other agent of the last row of the page before; empty for the first page
    /// @param size 0: 50
    public Page list(Caller caller, Did agent, boolean given, String token, int size) {
        if (caller instanceof Caller.Agent self && !parties.did(self.id()).equals(agent)) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        Optional<Did> after = token.isEmpty() ? Optional.empty() : Optional.of(read(token));
        int limit = size == 0 ? DEFAULT_SIZE : size;
        List<TrustRow> found = database.read(tx -> store.list(tx, agent, given, after, limit + 1));
        if (found.size() <= limit) {
            return new Page(found, Optional.empty());
        }
        List<TrustRow> page = found.subList(0, limit);
        TrustRow.Pair last = page.getLast().pair();
        return new Page(page, Optional.of((given ? last.to() : last.from()).toString()));
    }

    private static Did read(String token) {
        try {
            return Did.parse(token);
        } catch (RefusedException notADid) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }
}
