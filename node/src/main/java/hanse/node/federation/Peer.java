package hanse.node.federation;

import hanse.node.call.RegistryId;
import hanse.peer.TrustedPeer;
import java.time.Instant;

/// A registry with which this one has exchanged trust.
///
/// @param trusted what is pinned of it
/// @param publicUrl where HTTP clients reach it; tokens may name their issuer by it
/// @param fingerprint what the two operators read to each other
public record Peer(
        RegistryId id,
        PeerPosition position,
        TrustedPeer trusted,
        String publicUrl,
        String fingerprint,
        Instant addedAt) {
    public PeerStatus status() {
        return position.status();
    }

    /// Whether a caller may name it so: by its id, or by its published URL with or without the last slash.
    boolean isNamed(String text) {
        return isNamed(text, id, publicUrl);
    }

    static boolean isNamed(String text, RegistryId id, String publicUrl) {
        return text.equals(id.value()) || withoutSlash(text).equals(withoutSlash(publicUrl));
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
