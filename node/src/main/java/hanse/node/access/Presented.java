package hanse.node.access;

import java.util.Optional;

/// What a call says about who makes it. A header that is absent is empty.
///
/// @param authorization the header as sent: `AgentSig …`, `Bearer …` or empty
/// @param path the RPC's full name with its leading slash: what a signature over gRPC covers
/// @param bodySha256 of the message's bytes as received
/// @param envelope what the caller signed instead, when a bridge translated its HTTP request
/// @param changes whether the RPC may change something
/// @param recent whether what memory knows of the caller must be at most a second old: for a read, because nothing
///     else checks it, and for a change that needs an office
/// @param address of the caller, for limits
public record Presented(
        String authorization,
        String timestamp,
        String nonce,
        String audience,
        String path,
        byte[] bodySha256,
        Optional<Envelope> envelope,
        boolean changes,
        boolean recent,
        String address) {

    /// The HTTP request that the caller really signed.
    ///
    /// @param method in upper case
    /// @param path with its query, exactly as sent
    public record Envelope(String method, String path, byte[] bodySha256) {}
}
