package hanse.node.identity;

import java.util.List;

/// What an agent says of itself.
public record Profile(String displayName, String description, String endpointUrl, List<String> capabilities) {
    public Profile {
        capabilities = List.copyOf(capabilities);
    }
}
