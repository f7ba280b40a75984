package hanse.node.identity;

import hanse.node.call.AgentId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts what must be kept and read again, such as the key of an agent's webhook signatures: AES-256-GCM under a
/// key derived from the node's secret, which is not in the database. A database that leaks gives nothing away; a
/// sealed secret opens only for the agent it was sealed for.
public final class SealedSecrets {
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final int AGENT_BYTES = 16;

    private final SecretKeySpec key;
    private final RandomGenerator random;

    /// @param nodeSecret at least 32 random bytes; its loss makes every sealed secret unreadable
    /// @param random where nonces come from: a SecureRandom, except in a simulation
    public SealedSecrets(byte[] nodeSecret, RandomGenerator random) {
        this.key = new SecretKeySpec(derive(nodeSecret), "AES");
        this.random = random;
    }

    byte[] seal(byte[] secret, AgentId agent) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] sealed = apply(Cipher.ENCRYPT_MODE, nonce, secret, agent);
        return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    }

    /// The secret of an agent.
    ///
    /// @throws IllegalStateException when it was sealed with another node's secret or for another agent
    public byte[] open(byte[] sealed, AgentId agent) {
        ByteBuffer parts = ByteBuffer.wrap(sealed);
        byte[] nonce = new byte[NONCE];
        byte[] rest = new byte[sealed.length - NONCE];
        parts.get(nonce).get(rest);
        return apply(Cipher.DECRYPT_MODE, nonce, rest, agent);
    }

    private byte[] apply(int mode, byte[] nonce, byte[] bytes, AgentId agent) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(ByteBuffer.allocate(AGENT_BYTES)
                    .putLong(agent.value().getMostSignificantBits())
                    .putLong(agent.value().getLeastSignificantBits())
                    .array());
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a sealed secret does not open with this node's secret", e);
        }
    }

    private static byte[] derive(byte[] nodeSecret) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update("hanse-sealed-secrets-v1".getBytes(StandardCharsets.UTF_8));
            return sha.digest(nodeSecret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
