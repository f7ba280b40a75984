package hanse.node.identity;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Where an agent says it can be reached: an https URL whose host is public as far as its text tells. No name is
/// looked up; whoever connects must still check the address that the name resolves to (spec/marketplace, Input
/// Validation).
final class EndpointUrl {
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])");
    private static final Pattern QUAD = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    /// Names that never leave a machine or a house.
    private static final List<String> LOCAL_NAMES =
            List.of(".localhost", ".local", ".internal", ".lan", ".home", ".corp", ".intranet", ".home.arpa");

    /// Networks that are not the public internet: first address, length of the prefix.
    private static final List<Network> CLOSED = List.of(
            Network.of("0.0.0.0", 8),
            Network.of("10.0.0.0", 8),
            Network.of("100.64.0.0", 10),
            Network.of("127.0.0.0", 8),
            Network.of("169.254.0.0", 16),
            Network.of("172.16.0.0", 12),
            Network.of("192.0.0.0", 24),
            Network.of("192.0.2.0", 24),
            Network.of("192.88.99.0", 24),
            Network.of("192.168.0.0", 16),
            Network.of("198.18.0.0", 15),
            Network.of("198.51.100.0", 24),
            Network.of("203.0.113.0", 24),
            Network.of("224.0.0.0", 3));

    /// The only part of IPv6 that is routed publicly, and what in it is not or carries an IPv4 address.
    private static final Network IPV6_PUBLIC = Network.of("2000::", 3);

    private static final List<Network> IPV6_CLOSED = List.of(
            Network.of("2001::", 23), Network.of("2001:db8::", 32), Network.of("2002::", 16), Network.of("3fff::", 20));

    private EndpointUrl() {}

    /// Returns `text` when it may be stored; empty is no endpoint. Refuses with `BAD_ENDPOINT_URL`.
    static String check(String text) {
        if (!text.isEmpty() && !isPublicHttps(text)) {
            throw new RefusedException(Reason.BAD_ENDPOINT_URL);
        }
        return text;
    }

    private static boolean isPublicHttps(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return false;
        }
        String host = uri.getHost();
        return "https".equalsIgnoreCase(uri.getScheme())
                && host != null
                && uri.getRawUserInfo() == null
                && uri.getPort() != 0
                && uri.getPort() <= 65_535
                && isPublic(host.toLowerCase(Locale.ROOT));
    }

    private static boolean isPublic(String host) {
        if (host.startsWith("[")) {
            byte[] address = literal(host.substring(1, host.length() - 1));
            return address.length == 4
                    ? isPublicIpv4(address)
                    : IPV6_PUBLIC.contains(address) && IPV6_CLOSED.stream().noneMatch(n -> n.contains(address));
        }
        if (QUAD.matcher(host).matches()) {
            return isPublicIpv4(literal(host));
        }
        // The last label must begin with a letter: what does not (`127.1`, `0x7f000001`) some clients read as an
        // address.
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return NAME.matcher(name).matches() && LOCAL_NAMES.stream().noneMatch(name::endsWith);
    }

    private static boolean isPublicIpv4(byte[] address) {
        return address.length == 4 && CLOSED.stream().noneMatch(network -> network.contains(address));
    }

    /// The bytes of an address; none when it is not one.
    private static byte[] literal(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private record Network(byte[] first, int prefix) {
        static Network of(String address, int prefix) {
            return new Network(InetAddress.ofLiteral(address).getAddress(), prefix);
        }

        boolean contains(byte[] address) {
            if (address.length != first.length) {
                return false;
            }
            int whole = prefix / 8;
            if (!Arrays.equals(address, 0, whole, first, 0, whole)) {
                return false;
            }
            int rest = prefix % 8;
            return rest == 0 || (address[whole] & 0xff) >> (8 - rest) == (first[whole] & 0xff) >> (8 - rest);
        }
    }
}
