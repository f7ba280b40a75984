package hanse.node.ops;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;

/// gRPC's own health service, which says of all services what `/readyz` says of the node.
public final class Health {
    private final HealthStatusManager status = new HealthStatusManager();
    private final Readiness readiness;

    public Health(Readiness readiness) {
        this.readiness = readiness;
        refresh();
    }

    public BindableService service() {
        return status.getHealthService();
    }

    /// Looks again; blocks as long as the checks do.
    public void refresh() {
        status.setStatus(
                HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
                readiness.check().ready() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    /// The node stops: from now on the answer is no.
    public void stop() {
        status.enterTerminalState();
    }
}
