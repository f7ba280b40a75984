package hanse.drill;

import hanse.sdk.HanseClient;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The connections of all clients to one registry. They outlive its processes.
final class Door implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final int DEADLINE_SECONDS = 10;

    /// Nobody waits for ever.
    static final ClientInterceptor DEADLINE = new ClientInterceptor() {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return next.newCall(method, options.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
        }
    };

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<HanseClient> clients = new ArrayList<>();

    /// @param address `host:port` of the gRPC port, or of what stands before it
    Door(String address, Path caFile, String registry) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            ManagedChannel channel = NettyChannelBuilder.forTarget(address)
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(caFile.toFile())
                            .build())
                    .build();
            channels.add(channel);
            clients.add(HanseClient.over(channel, registry));
        }
    }

    /// One of the connections.
    HanseClient client(int number) {
        return clients.get(Math.floorMod(number, clients.size()));
    }

    /// Has each connection try again at once, however long it would wait by now.
    void knock() {
        channels.forEach(ManagedChannel::resetConnectBackoff);
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
