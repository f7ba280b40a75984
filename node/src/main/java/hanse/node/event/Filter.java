package hanse.node.event;

import hanse.node.call.AgentId;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a watcher gets to see.
///
/// @param agent whose entries; empty for an operator, who sees all
/// @param kinds of these kinds
record Filter(Optional<AgentId> agent, Set<EntryKind> kinds) {
    /// @param types names of events; none means all, and one that nobody has ever heard of matches nothing
    static Filter of(Optional<AgentId> agent, List<String> types) {
        Set<EntryKind> kinds = EnumSet.noneOf(EntryKind.class);
        for (EntryKind kind : EntryKind.values()) {
            if (types.isEmpty() || types.contains(kind.event())) {
                kinds.add(kind);
            }
        }
        return new Filter(agent, kinds);
    }

    boolean admits(Entry entry) {
        return kinds.contains(entry.kind())
                && agent.map(a -> entry.concerned().contains(a.value())).orElse(true);
    }
}
