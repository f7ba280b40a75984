package hanse.node.trust;

import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.Parties;
import hanse.node.ledger.Avt;
import hanse.trust.v1.BondServiceGrpc;
import hanse.trust.v1.ForfeitBondRequest;
import hanse.trust.v1.GetBondPolicyRequest;
import hanse.trust.v1.GetBondRequest;
import hanse.trust.v1.PostBondRequest;
import hanse.trust.v1.ReleaseBondRequest;
import io.grpc.stub.StreamObserver;

/// Bonds on the wire.
public final class BondGrpc extends BondServiceGrpc.BondServiceImplBase {
    private final Parties parties;
    private final Bonds bonds;

    public BondGrpc(Parties parties, Bonds bonds) {
        this.parties = parties;
        this.bonds = bonds;
    }

    @Override
    public void getBondPolicy(GetBondPolicyRequest request, StreamObserver<hanse.trust.v1.BondPolicy> observer) {
        observer.onNext(BondWire.policy(bonds.policy()));
        observer.onCompleted();
    }

    @Override
    public void postBond(PostBondRequest request, StreamObserver<hanse.trust.v1.Bond> observer) {
        Call call = Call.current();
        Avt amount = Avt.parse(request.getAmount());
        Cold.run(observer, () -> bonds.post(call, amount));
    }

    @Override
    public void releaseBond(ReleaseBondRequest request, StreamObserver<hanse.trust.v1.Bond> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> bonds.release(call));
    }

    @Override
    public void getBond(GetBondRequest request, StreamObserver<hanse.trust.v1.Bond> observer) {
        Cold.run(observer, () -> bonds.get(parties.readLocal(request.getAgentId())));
    }

    @Override
    public void forfeitBond(ForfeitBondRequest request, StreamObserver<hanse.trust.v1.Bond> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> bonds.forfeit(call, parties.readLocal(request.getAgentId()), request.getReason()));
    }
}
