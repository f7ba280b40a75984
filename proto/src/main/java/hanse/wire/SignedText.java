package hanse.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The texts that keys sign. Every implementation in any language must build exactly these bytes (UTF-8, lines parted
/// by a single `\n`, none at the end). Test vectors: `docs/agentsig-vectors.json`.
public final class SignedText {
    private SignedText() {}

    /// What an AgentSig signature covers.
    ///
    /// @param timestamp the `x-timestamp` header, exactly as sent
    /// @param method the HTTP method in upper case; `POST` over gRPC
    /// @param path the path with its query, exactly as sent; over gRPC the full method name with its leading slash
    /// @param bodySha256 SHA-256 of the body's bytes; over gRPC of the message's bytes; of nothing when there is no
    /// body
    /// @param nonce the `x-nonce` header, or null when none is sent
    /// @param audience the `x-audience` header, or null when none is sent (only REST may leave it out)
    public static byte[] request(
            String timestamp, String method, String path, byte[] bodySha256, String nonce, String audience) {
        StringBuilder text = new StringBuilder(192)
                .append(timestamp)
                .append('\n')
                .append(method)
                .append('\n')
                .append(path)
                .append('\n')
                .append(HexFormat.of().formatHex(bodySha256));
        if (nonce != null) {
            text.append('\n').append(nonce);
        }
        if (audience != null) {
            text.append('\n').append(audience);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// What a new agent signs with the key it brings.
    public static byte[] registration(String registryId, String publicKey, String timestamp) {
        return lines("hanse-register-v1", registryId, publicKey, timestamp);
    }

    /// What a new key signs to replace the agent's key of `keyVersion`.
    public static byte[] rotation(String did, long keyVersion, String newPublicKey) {
        return lines("hanse-rotate-v1", did, Long.toString(keyVersion), newPublicKey);
    }

    /// What a tenant's administrator signs to invite the holder of a key.
    public static byte[] invitation(String tenant, String invitedPublicKey) {
        return lines("hanse-invite-v1", tenant, invitedPublicKey);
    }

    /// What each side of a contract signs.
    ///
    /// @param termsHash hex SHA-256 of the canonical terms
    static byte[] contract(String termsHash) {
        return lines("hanse-contract-v1", termsHash);
    }

    /// SHA-256 of some bytes.
    public static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] lines(String... lines) {
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }
}
