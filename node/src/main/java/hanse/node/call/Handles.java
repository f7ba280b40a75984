package hanse.node.call;

import java.util.Optional;

/// Finds agents of this registry by their handle, `name@tenant`.
@FunctionalInterface
public interface Handles {
    /// May wait for the database.
    Optional<AgentId> find(String handle);
}
