package hanse.node.event;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import hanse.node.call.AgentId;
import hanse.node.call.Parties;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// What the sides of an entry are called: an agent by its DID, an account of the registry by its label. Neither ever
/// changes, so they are kept, within bounds.
final class AccountNames {
    private static final int KEPT = 100_000;

    private final Database database;
    private final Ledger ledger;
    private final Parties parties;
    private final Cache<UUID, String> names =
            Caffeine.newBuilder().maximumSize(KEPT).build();

    AccountNames(Database database, Ledger ledger, Parties parties) {
        this.database = database;
        this.ledger = ledger;
        this.parties = parties;
    }

    /// Makes sure that [#of] need not wait for the names of these entries; asks the database once, if at all.
    void prepare(List<Entry> entries) {
        Set<UUID> unknown = new HashSet<>();
        for (Entry entry : entries) {
            entry.debit().map(Entry.Side::account).filter(this::isUnknown).ifPresent(unknown::add);
            entry.credit().map(Entry.Side::account).filter(this::isUnknown).ifPresent(unknown::add);
        }
        if (!unknown.isEmpty()) {
            find(unknown);
        }
    }

    /// @param party who it is where no account says so
    String of(Optional<Entry.Side> side, Optional<AgentId> party) {
        if (side.isEmpty()) {
            return party.map(agent -> did(agent.value())).orElse("");
        }
        UUID account = side.get().account();
        String name = names.getIfPresent(account);
        return name != null ? name : find(Set.of(account)).getOrDefault(account, did(account));
    }

    private Map<UUID, String> find(Set<UUID> accounts) {
        Map<UUID, String> labels = database.read(tx -> ledger.labels(tx, accounts));
        for (UUID account : accounts) {
            names.put(account, labels.getOrDefault(account, did(account)));
        }
        return labels;
    }

    private boolean isUnknown(UUID account) {
        return names.getIfPresent(account) == null;
    }

    private String did(UUID account) {
        return parties.did(new AgentId(account)).toString();
    }
}
