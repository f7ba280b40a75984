package hanse.node.access;

import com.google.protobuf.util.Timestamps;
import hanse.access.v1.CloseSessionRequest;
import hanse.access.v1.CloseSessionResponse;
import hanse.access.v1.OpenSessionRequest;
import hanse.access.v1.OpenSessionResponse;
import hanse.access.v1.SessionServiceGrpc;
import hanse.node.call.Cold;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/// Sessions on the wire.
public final class SessionGrpc extends SessionServiceGrpc.SessionServiceImplBase {
    private final Sessions sessions;

    public SessionGrpc(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionResponse> observer) {
        Duration ttl = request.hasTtl()
                ? Duration.ofSeconds(
                        request.getTtl().getSeconds(), request.getTtl().getNanos())
                : Sessions.LONGEST;
        Identified identified = Identified.current();
        Cold.run(observer, () -> {
            Sessions.Opened opened = sessions.open(identified, ttl);
            return OpenSessionResponse.newBuilder()
                    .setToken(opened.token())
                    .setExpiresAt(Timestamps.fromMillis(opened.expiresAt().toEpochMilli()))
                    .build();
        });
    }

    @Override
    public void closeSession(CloseSessionRequest request, StreamObserver<CloseSessionResponse> observer) {
        Identified identified = Identified.current();
        Cold.run(observer, () -> {
            sessions.close(identified);
            return CloseSessionResponse.getDefaultInstance();
        });
    }
}
