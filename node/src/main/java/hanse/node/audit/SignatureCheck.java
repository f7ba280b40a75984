package hanse.node.audit;

/// Knows the keys that sign, or once signed, in the registry's name.
@FunctionalInterface
public interface SignatureCheck {
    /// Whether this registry signed `text`.
    boolean holds(byte[] text, byte[] signature);
}
