package hanse.node.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports that nobody listens on, below those that the system gives to outgoing connections: between being found and
/// being listened on, such a one is easily taken.
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;

    private Ports() {}

    public static int free() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (ServerSocket _ = new ServerSocket(port)) {
                return port;
            } catch (IOException taken) {
                continue;
            }
        }
    }
}
