package hanse.bridge;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.cert.X509Certificate;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// What a bridge proves itself with to a node: each new connection presents the newest certificate.
final class ClientIdentity implements AutoCloseable {
    private static final long LOOK_SECONDS = 1;

    private final AdvancedTlsX509KeyManager keyManager = new AdvancedTlsX509KeyManager();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("client-certificate").factory());
    private final Supplier<TlsIdentity> newest;
    private @Nullable TlsIdentity presented;

    private ClientIdentity(Supplier<TlsIdentity> newest) {
        this.newest = newest;
    }

    /// @param newest is asked every second
    static ClientIdentity open(Supplier<TlsIdentity> newest) {
        ClientIdentity identity = new ClientIdentity(newest);
        identity.present();
        identity.looking.scheduleWithFixedDelay(identity::present, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        return identity;
    }

    X509ExtendedKeyManager keyManager() {
        return keyManager;
    }

    private synchronized void present() {
        TlsIdentity now = newest.get();
        if (!now.equals(presented)) {
            keyManager.updateIdentityCredentials(now.chain().toArray(X509Certificate[]::new), now.key());
            presented = now;
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
