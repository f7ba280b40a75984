package hanse.node.federation;

import hanse.node.call.RegistryId;
import hanse.peer.TrustedPeer;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final Pattern HTTPS = Pattern.compile("(?i)https://(?<host>[^/?#]*?)(:443)?(?<path>([/?#].*?)??)/?");

    public PeerStatus status() {
        return position.status();
    }

    /// A published URL as it is compared: without the last slash and the usual port, the host in lower case. Any other
    /// text is as it was.
    static String plainUrl(String text) {
        Matcher https = HTTPS.matcher(text);
        return https.matches() ? "https://" + https.group("host").toLowerCase(Locale.ROOT) + https.group("path") : text;
    }
}
