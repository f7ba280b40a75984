package hanse.peer;

import io.netty.channel.Channel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Connections of which it is not known yet who calls. They cost memory and a signature each, and anybody can
/// open them: so they are few, and it is the oldest that make room. An honest handshake takes milliseconds.
final class Handshakes {
    /// Addresses that are remembered after their connections, for the rate at which they open them.
    private static final int REMEMBERED = 4096;

    private static final int PREFIX = 8;
    private static final int BURST = 4;

    private final PeerLimits limits;
    private final Consumer<Channel> cut;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Channel, Address> under = new LinkedHashMap<>();
    private final LinkedHashMap<ByteBuffer, Address> addresses = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Address> eldest) {
            return size() > REMEMBERED;
        }
    };

    private static final class Address {
        private final Bucket fresh;
        private final LinkedHashSet<Channel> under = new LinkedHashSet<>();

        Address(Bucket fresh) {
            this.fresh = fresh;
        }
    }

    /// @param cut closes a socket; called with one that has to make room
    Handshakes(PeerLimits limits, Consumer<Channel> cut) {
        this.limits = limits;
        this.cut = cut;
    }

    /// A connection was accepted; false when its address has opened too many of late.
    boolean begins(Channel channel) {
        Optional<Channel> oldest = Optional.empty();
        lock.lock();
        try {
            Address address = addresses.computeIfAbsent(
                    key(channel),
                    unknown -> new Address(new Bucket(BURST * limits.newConnections(), limits.newConnections())));
            if (!address.fresh.take()) {
                return false;
            }
            if (address.under.size() >= limits.handshakes()) {
                oldest = first(address.under);
            } else if (under.size() >= limits.allHandshakes()) {
                oldest = first(under.keySet());
            }
            oldest.ifPresent(this::forget);
            under.put(channel, address);
            address.under.add(channel);
        } finally {
            lock.unlock();
        }
        oldest.ifPresent(cut);
        return true;
    }

    /// It is known who calls, or the connection has ended; says whether it was neither before.
    boolean ends(Channel channel) {
        lock.lock();
        try {
            return forget(channel);
        } finally {
            lock.unlock();
        }
    }

    private boolean forget(Channel channel) {
        Address address = under.remove(channel);
        if (address == null) {
            return false;
        }
        address.under.remove(channel);
        return true;
    }

    private static Optional<Channel> first(Iterable<Channel> channels) {
        Iterator<Channel> all = channels.iterator();
        return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
    }

    private static ByteBuffer key(Channel channel) {
        InetAddress address = channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null
                ? remote.getAddress()
                : InetAddress.getLoopbackAddress();
        byte[] bytes = address.getAddress();
        return address instanceof Inet6Address
                ? ByteBuffer.wrap(bytes, 0, PREFIX).slice()
                : ByteBuffer.wrap(bytes);
    }
}
