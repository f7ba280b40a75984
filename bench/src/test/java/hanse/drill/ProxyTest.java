package hanse.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.drill.Proxy.Fate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ProxyTest {
    private static final int NOTHING_COMES_MILLIS = 200;

    private Echo first;
    private Echo second;
    private Proxy proxy;

    @BeforeEach
    void open() throws IOException {
        first = new Echo('1');
        second = new Echo('2');
        proxy = new Proxy();
        proxy.to(List.of(first.port(), second.port()));
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        first.close();
        second.close();
    }

    @Test
    void leadsToEachByTurnsAndPastOneThatIsDead() throws IOException {
        assertThat(List.of(greeting(), greeting(), greeting())).containsExactly('1', '2', '1');
        second.close();
        assertThat(List.of(greeting(), greeting())).containsExactly('1', '1');
    }

    @Test
    void breaksConnectionsAndNewOnesUntilItIsHealed() throws IOException {
        try (Socket open = connected()) {
            proxy.shut(false);
            assertThat(open.getInputStream().read()).isEqualTo(-1);
            try (Socket next = dial()) {
                assertThat(next.getInputStream().read()).isEqualTo(-1);
            }
        }
        proxy.heal();
        connected().close();
    }

    @Test
    void resetsConnections() throws IOException {
        try (Socket open = connected()) {
            proxy.shut(true);
            assertThatThrownBy(() -> open.getInputStream().read()).hasMessageContaining("reset");
        }
    }

    @Test
    void holdsBackWhatIsSaidAndDeliversItWhenItIsHealed() throws IOException {
        try (Socket open = connected()) {
            proxy.let(Fate.WAITS, Fate.ARRIVES);
            open.getOutputStream().write('a');
            requireSilence(open);
            proxy.heal();
            open.setSoTimeout(0);
            assertThat(open.getInputStream().read()).isEqualTo('a');
        }
    }

    @Test
    void losesWhatIsSaidInOneDirectionAndResetsTheConnectionAfterwards() throws IOException {
        try (Socket open = connected()) {
            proxy.let(Fate.ARRIVES, Fate.LOST);
            open.getOutputStream().write('a');
            requireSilence(open);
            proxy.heal();
            open.setSoTimeout(0);
            assertThatThrownBy(() -> open.getInputStream().read()).hasMessageContaining("reset");
        }
        connected().close();
    }

    private static void requireSilence(Socket open) throws IOException {
        open.setSoTimeout(NOTHING_COMES_MILLIS);
        assertThatThrownBy(() -> open.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    private char greeting() throws IOException {
        try (Socket caller = dial()) {
            return (char) caller.getInputStream().read();
        }
    }

    /// A connection on which something was said both ways.
    private Socket connected() throws IOException {
        Socket caller = dial();
        assertThat(caller.getInputStream().read()).isIn((int) '1', (int) '2');
        caller.getOutputStream().write('x');
        assertThat(caller.getInputStream().read()).isEqualTo('x');
        return caller;
    }

    private Socket dial() throws IOException {
        int port = Integer.parseInt(proxy.address().substring(proxy.address().indexOf(':') + 1));
        return new Socket(InetAddress.getByName("127.0.0.1"), port);
    }

    /// Says its name, and then what it is told.
    private static final class Echo implements AutoCloseable {
        private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));

        Echo(char name) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!door.isClosed()) {
                    try {
                        Socket caller = door.accept();
                        Thread.ofVirtual().start(() -> serve(caller, name));
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
        }

        private static void serve(Socket caller, char name) {
            try (caller) {
                caller.getOutputStream().write(name);
                caller.getInputStream().transferTo(caller.getOutputStream());
            } catch (IOException broken) {
                Thread.currentThread().interrupt();
            }
        }

        int port() {
            return door.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }
}
