package hanse.node.ledger;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The accounts that the commands of a batch ask for, before they are locked.
public final class Wanted {
    private final int lane;
    final Set<UUID> ids = new HashSet<>();
    final Map<UUID, SystemAccount> system = new HashMap<>();

    Wanted(int lane) {
        this.lane = lane;
    }

    /// The lane of this batch: its stripe of a hot account is the one to use.
    public int lane() {
        return lane;
    }

    public void account(AccountId id) {
        ids.add(id.value());
    }

    /// A system account; it is made when it does not exist yet.
    public void account(SystemAccount account) {
        UUID id = account.id().value();
        ids.add(id);
        system.put(id, account);
    }
}
