package hanse.node.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final AtomicReference<Optional<String>> fault = new AtomicReference<>(Optional.empty());
    private final Readiness readiness = new Readiness().with("database", fault::get);
    private final Health health = new Health(readiness);
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void open() throws IOException {
        String name = UUID.randomUUID().toString();
        server = InProcessServerBuilder.forName(name)
                .addService(health.service())
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void saysWhetherTheNodeIsReady() {
        assertThat(status()).as("it starts").isEqualTo(ServingStatus.NOT_SERVING);
        readiness.open();
        health.refresh();
        assertThat(status()).isEqualTo(ServingStatus.SERVING);
        fault.set(Optional.of("no answer"));
        health.refresh();
        assertThat(status()).as("without its database").isEqualTo(ServingStatus.NOT_SERVING);
        fault.set(Optional.empty());
        health.refresh();
        assertThat(status()).isEqualTo(ServingStatus.SERVING);
        health.stop();
        health.refresh();
        assertThat(status()).as("it stops").isEqualTo(ServingStatus.NOT_SERVING);
    }

    private ServingStatus status() {
        return HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }
}
