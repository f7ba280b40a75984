package hanse.node.federation.hostile;

import hanse.certs.Leaf;
import hanse.node.federation.TestNode;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// A bare connection to a peer port, on which a byte is what its owner writes.
final class Knock implements AutoCloseable {
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    static final int PING = 6;
    private static final int END_HEADERS = 4;

    private final Socket socket;
    private volatile boolean closed;

    private Knock(Socket socket) {
        this.socket = socket;
        Thread.startVirtualThread(this::listen);
    }

    /// TCP, and silence.
    static Knock silent(TestNode victim) {
        return new Knock(connected(victim));
    }

    /// The first half of what a TLS client says first.
    static Knock halfATlsHandshake(TestNode victim) {
        Knock knock = silent(victim);
        byte[] hello = clientHello();
        knock.write(Arrays.copyOf(hello, hello.length / 2));
        return knock;
    }

    /// TLS with a certificate, and no HTTP/2 yet.
    static Knock tls(TestNode victim, Leaf leaf) {
        try {
            SSLSocket socket = (SSLSocket) context(leaf)
                    .getSocketFactory()
                    .createSocket(connected(victim), "localhost", victim.federation.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new Knock(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// HTTP/2, ready for calls.
    static Knock http2(TestNode victim, Leaf leaf) {
        Knock knock = tls(victim, leaf);
        knock.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        knock.frame(SETTINGS, 0, 0, new byte[0]);
        return knock;
    }

    /// Begins a call and sends the first bytes of a message that is said to be longer.
    void halfAMessage(int stream, String method) {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        Map.of(
                        ":method", "POST",
                        ":scheme", "https",
                        ":authority", "localhost",
                        ":path", "/hanse.federation.v1.FederationService/" + method)
                .forEach((name, value) -> literal(headers, name, value));
        literal(headers, "content-type", "application/grpc");
        literal(headers, "te", "trailers");
        frame(HEADERS, END_HEADERS, stream, headers.toByteArray());
        frame(0, 0, stream, new byte[] {0, 0, 0, 100, 0, 1, 2, 3});
    }

    /// HPACK, without a table.
    private static void literal(ByteArrayOutputStream headers, String name, String value) {
        headers.write(0);
        for (String text : new String[] {name, value}) {
            headers.write(text.length());
            headers.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    void frame(int type, int flags, int stream, byte[] content) {
        write(ByteBuffer.allocate(9 + content.length)
                .put((byte) 0)
                .putShort((short) content.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(content)
                .array());
    }

    /// What cannot be written any more was refused.
    void write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException refused) {
            closed = true;
        }
    }

    /// Whether the other side has closed it.
    boolean isClosed() {
        return closed;
    }

    private void listen() {
        byte[] buffer = new byte[4096];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                // Whatever it says.
            }
        } catch (IOException broken) {
            // As good as closed.
        }
        closed = true;
    }

    private static Socket connected(TestNode victim) {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(Line.ADDRESS, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", victim.federation.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return socket;
    }

    private static byte[] clientHello() {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            return Arrays.copyOf(hello.array(), hello.position());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(Leaf leaf) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("leaf", leaf.key(), new char[0], leaf.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
