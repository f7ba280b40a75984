package hanse.bridge;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/// How a bridge listens and what it says of itself.
///
/// @param host the address to listen on, such as `127.0.0.1` or `0.0.0.0`
/// @param port the port; 0 takes a free one, see [Bridge#port()]
/// @param identity asked at every handshake, so that a renewed certificate is served without a restart; must be quick
/// @param corsOrigins origins such as `https://shop.example` whose pages may call; `*` means every one; empty: none.
///     Credentials are never allowed: a caller signs or brings a token, and there are no cookies
/// @param serverInfo what the API description says of this server
/// @param callTimeout after which a call is answered with `DEADLINE_EXCEEDED`; event streams have none
/// @param keepAlive how often a silent event stream sends a comment, so that proxies keep it open
/// @param drain how long a stop waits for calls that are under way
public record BridgeSettings(
        String host,
        int port,
        Supplier<TlsIdentity> identity,
        List<String> corsOrigins,
        ServerInfo serverInfo,
        Duration callTimeout,
        Duration keepAlive,
        Duration drain) {

    /// What the API description says of this server.
    ///
    /// @param title a heading, such as `Hanse · alpha.example`
    /// @param version the software's version
    public record ServerInfo(String title, String version) {}

    public BridgeSettings {
        corsOrigins = List.copyOf(corsOrigins);
        for (String origin : corsOrigins) {
            requireOrigin(origin);
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be between 0 and 65535, not " + port);
        }
        if (!callTimeout.isPositive() || !keepAlive.isPositive() || !drain.isPositive()) {
            throw new IllegalArgumentException("callTimeout, keepAlive and drain must be longer than nothing");
        }
    }

    /// The usual times: 30 s for a call, 15 s between keep-alives, 10 s at the end; no origin allowed.
    public static BridgeSettings of(String host, int port, Supplier<TlsIdentity> identity, ServerInfo serverInfo) {
        return new BridgeSettings(
                host,
                port,
                identity,
                List.of(),
                serverInfo,
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                Duration.ofSeconds(10));
    }

    public BridgeSettings withCorsOrigins(List<String> origins) {
        return new BridgeSettings(host, port, identity, origins, serverInfo, callTimeout, keepAlive, drain);
    }

    public BridgeSettings withCallTimeout(Duration timeout) {
        return new BridgeSettings(host, port, identity, corsOrigins, serverInfo, timeout, keepAlive, drain);
    }

    public BridgeSettings withKeepAlive(Duration interval) {
        return new BridgeSettings(host, port, identity, corsOrigins, serverInfo, callTimeout, interval, drain);
    }

    public BridgeSettings withDrain(Duration longest) {
        return new BridgeSettings(host, port, identity, corsOrigins, serverInfo, callTimeout, keepAlive, longest);
    }

    private static void requireOrigin(String origin) {
        if (origin.equals("*")) {
            return;
        }
        URI uri;
        try {
            uri = URI.create(origin);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an origin: " + origin, e);
        }
        boolean bare = uri.getScheme() != null
                && uri.getHost() != null
                && (uri.getRawPath() == null || uri.getRawPath().isEmpty())
                && uri.getRawQuery() == null
                && uri.getRawUserInfo() == null;
        if (!bare) {
            throw new IllegalArgumentException("an origin is scheme, host and port without a path, not " + origin);
        }
    }
}
