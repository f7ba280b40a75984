package hanse.drill;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The way to a port: TCP through a door of its own, which leads to one of several ports by turns, and on which a drill
/// lets things go wrong.
final class Proxy implements AutoCloseable {
    private static final int BUFFER = 16_384;
    private static final int CONNECT_MILLIS = 1_000;
    private static final Duration SLOW = Duration.ofMillis(300);

    /// What becomes of what is said in one direction.
    enum Fate {
        ARRIVES,
        /// Each piece comes late.
        LATE,
        /// Waits until the way is healed, as what TCP sends again and again.
        WAITS,
        /// Is lost, and nobody is told. When the way is healed, such a connection is reset.
        LOST
    }

    private final ServerSocket door;
    private final Set<Way> ways = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<Integer> targets = List.of();
    private volatile Fate requests = Fate.ARRIVES;
    private volatile Fate answers = Fate.ARRIVES;
    private volatile boolean shut;
    private volatile boolean rude;

    Proxy() throws IOException {
        door = new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().name("proxy").start(this::accept);
    }

    /// `host:port` of the door.
    String address() {
        return "127.0.0.1:" + door.getLocalPort();
    }

    /// Where the door leads to from now on; who is connected stays so.
    void to(List<Integer> ports) {
        targets = List.copyOf(ports);
    }

    /// From now on that becomes of what is said.
    void let(Fate ofRequests, Fate ofAnswers) {
        synchronized (this) {
            requests = ofRequests;
            answers = ofAnswers;
            notifyAll();
        }
    }

    /// Ends every connection, and each new one at once.
    ///
    /// @param reset by RST, not in an orderly way
    void shut(boolean reset) {
        rude = reset;
        shut = true;
        ways.forEach(way -> way.end(reset));
    }

    /// Lets everything pass again.
    void heal() {
        shut = false;
        let(Fate.ARRIVES, Fate.ARRIVES);
        ways.stream().filter(way -> way.spoilt).forEach(way -> way.end(true));
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket caller = door.accept();
                caller.setTcpNoDelay(true);
                Thread.ofVirtual().name("proxy").start(() -> connect(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket caller) {
        Way way = new Way(caller);
        ways.add(way);
        try {
            if (!shut && way.reach(targets, turn.getAndIncrement()) && !shut) {
                Thread back = Thread.ofVirtual().name("proxy").start(() -> carry(way, false));
                carry(way, true);
                back.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            way.end(shut && rude);
            ways.remove(way);
        }
    }

    /// Until either end closes.
    private void carry(Way way, boolean isRequest) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream from = (isRequest ? way.caller : way.called).getInputStream();
            var to = (isRequest ? way.called : way.caller).getOutputStream();
            for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
                Fate fate = awaitFate(isRequest);
                if (fate == Fate.LATE) {
                    Thread.sleep(SLOW);
                }
                if (fate == Fate.LOST) {
                    way.spoilt = true;
                }
                // Behind what was lost nothing makes sense to who decrypts it.
                if (!way.spoilt) {
                    to.write(buffer, 0, read);
                }
            }
        } catch (IOException broken) {
            // The other direction learns of it by the sockets that are closed now.
            way.end(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            way.end(false);
        }
    }

    private synchronized Fate awaitFate(boolean isRequest) throws InterruptedException {
        while ((isRequest ? requests : answers) == Fate.WAITS && !door.isClosed()) {
            wait();
        }
        return isRequest ? requests : answers;
    }

    /// One connection, and the one that it leads to.
    private static final class Way {
        final Socket caller;
        volatile Socket called = new Socket();
        volatile boolean spoilt;

        Way(Socket caller) {
            this.caller = caller;
        }

        /// Connects to whose turn it is, or else to the next that answers.
        boolean reach(List<Integer> ports, int first) {
            for (int i = 0; i < ports.size() && !caller.isClosed(); i++) {
                int port = ports.get(Math.floorMod(first + i, ports.size()));
                called = new Socket();
                try {
                    called.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
                    called.setTcpNoDelay(true);
                    return true;
                } catch (IOException nobodyThere) {
                    end(called, false);
                }
            }
            return false;
        }

        void end(boolean reset) {
            end(caller, reset);
            end(called, reset);
        }

        private static void end(Socket socket, boolean reset) {
            try {
                if (reset && !socket.isClosed()) {
                    socket.setSoLinger(true, 0);
                }
            } catch (IOException alreadyBroken) {
                // Closing is what matters.
                end(socket, false);
            }
            try {
                socket.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            // Nobody comes in by it any more, whatever it says.
            shut = true;
        }
        shut(false);
        heal();
    }
}
