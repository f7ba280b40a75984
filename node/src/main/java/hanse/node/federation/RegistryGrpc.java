package hanse.node.federation;

import hanse.certs.VerifyKey;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.ledger.Fee;
import hanse.peer.v1.GetRegistryRequest;
import hanse.peer.v1.Registry;
import hanse.peer.v1.RegistryServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;

/// What this registry says of itself to anyone.
public final class RegistryGrpc extends RegistryServiceGrpc.RegistryServiceImplBase {
    private final Registry registry;
    private final InstantSource clock;

    /// @param publicUrl where HTTP clients reach it
    /// @param faucet whether test tokens are to be had
    /// @param version of the software
    public RegistryGrpc(
            RegistryId self,
            String publicUrl,
            VerifyKey signingKey,
            Fee fee,
            boolean faucet,
            String version,
            InstantSource clock) {
        this.registry = Registry.newBuilder()
                .setRegistryId(self.value())
                .setDid("did:web:" + self)
                .setPublicUrl(publicUrl)
                .setSigningKey(signingKey.base64())
                .setFeePpm(fee.ppm())
                .setFaucet(faucet)
                .setVersion(version)
                .build();
        this.clock = clock;
    }

    @Override
    public void getRegistry(GetRegistryRequest request, StreamObserver<Registry> observer) {
        observer.onNext(
                registry.toBuilder().setNow(WireTime.of(clock.instant())).build());
        observer.onCompleted();
    }
}
