package hanse.node.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// Network addresses as far as limits care.
final class Addresses {
    private static final int IPV6_LENGTH = 16;

    /// One customer's IPv6 network is a /64 at least, so an address in it costs nothing to change.
    private static final int IPV6_NETWORK = 8;

    private Addresses() {}

    /// What is counted as one: an IPv4 address, or an IPv6 /64.
    static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            if (bytes.length == IPV6_LENGTH) {
                Arrays.fill(bytes, IPV6_NETWORK, IPV6_LENGTH, (byte) 0);
            }
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (IllegalArgumentException | UnknownHostException e) {
            return address;
        }
    }
}
