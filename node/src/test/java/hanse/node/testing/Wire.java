package hanse.node.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/// The way to a port: TCP through a door of its own. A test cuts it, or lets what is said on it get lost.
public final class Wire implements AutoCloseable {
    private static final int BUFFER = 16_384;

    private final ServerSocket door;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile boolean cut;
    private volatile boolean requestsLost;
    private volatile boolean answersLost;

    public Wire() {
        try {
            door = new ServerSocket(0, 50, InetAddress.getByName("localhost"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::accept);
    }

    /// The door's port.
    public int port() {
        return door.getLocalPort();
    }

    /// Where the door leads to.
    public void to(int port) {
        target = port;
    }

    /// From now on nothing that callers say arrives, until the wire is cut and restored.
    public void loseRequests() {
        requestsLost = true;
    }

    /// From now on nothing that callers are told arrives, until the wire is cut and restored.
    public void loseAnswers() {
        answersLost = true;
    }

    /// Breaks every connection; new ones break at once until the wire is restored.
    public void cut() {
        cut = true;
        open.forEach(Wire::drop);
    }

    /// Whether somebody is connected.
    public boolean isInUse() {
        return open.stream().anyMatch(socket -> !socket.isClosed());
    }

    public boolean isCut() {
        return cut;
    }

    public void restore() {
        requestsLost = false;
        answersLost = false;
        cut = false;
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket caller = door.accept();
                Thread.startVirtualThread(() -> connect(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket caller) {
        open.add(caller);
        try (caller;
                Socket called = new Socket(door.getInetAddress(), target)) {
            open.add(called);
            if (cut) {
                return;
            }
            Thread answers = Thread.startVirtualThread(() -> carry(called, caller, () -> answersLost));
            carry(caller, called, () -> requestsLost);
            answers.join();
            open.remove(called);
        } catch (IOException nobodyThere) {
            drop(caller);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(caller);
        }
    }

    /// Until either end closes.
    private static void carry(Socket from, Socket to, BooleanSupplier lost) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                if (!lost.getAsBoolean()) {
                    to.getOutputStream().write(buffer, 0, read);
                }
            }
        } catch (IOException broken) {
            drop(from);
        } finally {
            drop(from);
            drop(to);
        }
    }

    private static void drop(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
