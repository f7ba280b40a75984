package hanse.node.call;

import hanse.certs.SpiffeId;

/// One operator's registry: a DNS-like name such as `alpha.example`, at most 253 characters, lower case.
public record RegistryId(String value) {
    public RegistryId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a registry id: a lower-case DNS name is expected");
        }
    }

    public static boolean isValid(String text) {
        return SpiffeId.isRegistryId(text);
    }

    @Override
    public String toString() {
        return value;
    }
}
