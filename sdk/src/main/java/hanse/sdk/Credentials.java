package hanse.sdk;

import hanse.wire.SignedText;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Who signs, with which key, for which registry. Immutable and safe for all threads.
///
/// @param subject what stands before the signature in `authorization`: an agent's UUID or DID, or `operator:<name>`
/// @param key the key that the registry knows of the subject
/// @param audience the id of the registry that is called; a signature is worth nothing at any other
public record Credentials(String subject, AgentKey key, String audience) {
    // One random start per process and a count: never the same twice in a process, nor, to 2^-64, in two.
    private static final long NONCE_START = new SecureRandom().nextLong();
    private static final AtomicLong NONCES = new AtomicLong();

    /// Checks that the parts are there and fit a header.
    ///
    /// @throws IllegalArgumentException when `subject` or `audience` is empty or has white space
    public Credentials {
        requireToken("subject", subject);
        requireToken("audience", audience);
    }

    /// An agent, by its UUID or DID.
    public static Credentials agent(String agentIdOrDid, AgentKey key, String registryId) {
        return new Credentials(agentIdOrDid, key, registryId);
    }

    /// An operator, by the name of its key.
    public static Credentials operator(String name, AgentKey key, String registryId) {
        return new Credentials("operator:" + name, key, registryId);
    }

    /// The same subject with another key, after a rotation.
    public Credentials withKey(AgentKey newKey) {
        return new Credentials(subject, newKey, audience);
    }

    /// Signs one request with the present time and a fresh nonce.
    ///
    /// @param method upper case; `POST` over gRPC
    /// @param path with its query, exactly as sent; over gRPC the full method name with its leading slash
    /// @param body exactly the bytes that are sent; over gRPC the message without its frame
    public AgentSig sign(String method, String path, byte[] body) {
        return sign(method, path, body, Timestamps.PROCESS.next(), Optional.of(nextNonce()), Optional.of(audience));
    }

    /// Signs one request with everything given; what the test vectors use. Without an audience, only REST accepts it.
    public AgentSig sign(
            String method,
            String path,
            byte[] body,
            String timestamp,
            Optional<String> nonce,
            Optional<String> signedAudience) {
        byte[] text = SignedText.request(
                timestamp, method, path, SignedText.sha256(body), nonce.orElse(null), signedAudience.orElse(null));
        return new AgentSig("AgentSig " + subject + ":" + key.signBase64(text), timestamp, nonce, signedAudience);
    }

    private static String nextNonce() {
        // Odd multiplier: a bijection, so distinct counts stay distinct while neighbours look unrelated.
        return Long.toHexString(NONCE_START + NONCES.getAndIncrement() * 0x9E3779B97F4A7C15L);
    }

    private static void requireToken(String what, String value) {
        if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
            throw new IllegalArgumentException(what + " must be printable ASCII without spaces");
        }
    }

    /// Names the subject; the key only by its public half.
    @Override
    public String toString() {
        return "Credentials[" + subject + " at " + audience + ", " + key + "]";
    }
}
