package hanse.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandshakesTest {
    private final List<Channel> cut = new ArrayList<>();
    private final Handshakes handshakes = new Handshakes(
            new PeerLimits(Duration.ofSeconds(1), Duration.ofSeconds(1), 32, 64, 10, 1, 1, 1, 1), cut::add);

    @Test
    void anAddressOpensSoManyAtOnceAndNoMore() {
        for (int i = 0; i < 40; i++) {
            Channel channel = from("10.0.0.1");
            assertThat(handshakes.begins(channel)).isTrue();
            assertThat(handshakes.ends(channel)).isTrue();
        }
        assertThat(handshakes.begins(from("10.0.0.1"))).isFalse();
        assertThat(handshakes.begins(from("10.0.0.2"))).isTrue();
        assertThat(cut).isEmpty();
    }

    @Test
    void theOldestOfAnAddressMakesRoomForItsOwn() {
        Channel other = from("10.0.0.2");
        handshakes.begins(other);
        Channel first = from("10.0.0.1");
        handshakes.begins(first);
        for (int i = 1; i < 32; i++) {
            handshakes.begins(from("10.0.0.1"));
        }
        assertThat(cut).isEmpty();
        handshakes.begins(from("10.0.0.1"));
        assertThat(cut).containsExactly(first);
        assertThat(handshakes.ends(first)).isFalse();
        assertThat(handshakes.ends(other)).isTrue();
    }

    @Test
    void theOldestOfAllMakesRoomWhenThereAreTooManyOfAllAddresses() {
        Channel first = from("10.0.1.0");
        handshakes.begins(first);
        for (int i = 1; i < 64; i++) {
            handshakes.begins(from("10.0.1." + i));
        }
        assertThat(cut).isEmpty();
        handshakes.begins(from("10.0.2.1"));
        assertThat(cut).containsExactly(first);
    }

    @Test
    void addressesOfOneNetworkAreOneInIpv6() {
        for (int i = 0; i < 40; i++) {
            assertThat(handshakes.begins(from("2001:db8::" + Integer.toHexString(i))))
                    .isTrue();
        }
        assertThat(handshakes.begins(from("2001:db8::ffff"))).isFalse();
        assertThat(handshakes.begins(from("2001:db8:0:1::1"))).isTrue();
    }

    private static Channel from(String address) {
        return new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(address, 1);
            }

            @Override
            public SocketAddress remoteAddress() {
                return remoteAddress0();
            }
        };
    }
}
