package hanse.node.call;

import java.util.regex.Pattern;

/// One operator's registry: a DNS-like name such as `alpha.example`, at most 253 characters, lower case.
public record RegistryId(String value) {
    private static final Pattern DNS =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    public RegistryId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a registry id: a lower-case DNS name is expected");
        }
    }

    public static boolean isValid(String text) {
        return text.length() <= 253 && DNS.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
