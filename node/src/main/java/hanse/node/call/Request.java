package hanse.node.call;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/// The identity of one change that somebody asks for: what makes a repeat recognisable.
///
/// @param caller who asks
/// @param rpc full name of the RPC, such as `hanse.ledger.v1.LedgerService/Transfer`
/// @param key under which the outcome is remembered: 128 bits of SHA-256 over caller, RPC and request id; without a
///     request id, over the signature
/// @param digest SHA-256 of the request's content without its request id
/// @param signature 128 bits of SHA-256 of the signature; empty for a session and for what needs none
/// @param idIsSigned whether the request id is part of what was signed; a header over REST is not, and then the
///     signature must be remembered beside the id
/// @param execution random: tells a lost commit of our own from a replay by somebody else
public record Request(
        Caller caller,
        String rpc,
        UUID key,
        byte[] digest,
        Optional<UUID> signature,
        boolean idIsSigned,
        long execution) {

    /// The key of a request id.
    public static UUID key(Caller caller, String rpc, String requestId) {
        return shortened("id\0" + caller.name() + "\0" + rpc + "\0" + requestId);
    }

    /// The key of a signature, as [#signature] holds it.
    public static UUID signatureKey(byte[] signature) {
        MessageDigest sha = sha256();
        sha.update("signature\0".getBytes(StandardCharsets.US_ASCII));
        return shortened(sha.digest(signature));
    }

    public boolean sameContent(byte[] other) {
        return Arrays.equals(digest, other);
    }

    private static UUID shortened(String text) {
        return shortened(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static UUID shortened(byte[] hash) {
        ByteBuffer first = ByteBuffer.wrap(hash);
        return new UUID(first.getLong(), first.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
