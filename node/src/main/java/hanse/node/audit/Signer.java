package hanse.node.audit;

/// Signs in the registry's name.
@FunctionalInterface
public interface Signer {
    /// The Ed25519 signature, 64 bytes.
    byte[] sign(byte[] text);
}
