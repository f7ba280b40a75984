package hanse.node.operator;

import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.node.identity.Ed25519Key;
import hanse.node.identity.Standing;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.operator.v1.ListOperatorsRequest;
import hanse.operator.v1.ListOperatorsResponse;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.PutOperatorRequest;
import hanse.operator.v1.ReinstateAgentRequest;
import hanse.operator.v1.RemoveOperatorRequest;
import hanse.operator.v1.RemoveOperatorResponse;
import hanse.operator.v1.SuspendAgentRequest;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.Optional;

/// Operators and suspensions on the wire.
public final class OperatorGrpc extends OperatorServiceGrpc.OperatorServiceImplBase {
    private final Database database;
    private final Outcomes outcomes;
    private final Parties parties;
    private final Operators operators;
    private final Suspensions suspensions;

    public OperatorGrpc(
            Database database, Outcomes outcomes, Parties parties, Operators operators, Suspensions suspensions) {
        this.database = database;
        this.outcomes = outcomes;
        this.parties = parties;
        this.operators = operators;
        this.suspensions = suspensions;
    }

    @Override
    public void listOperators(ListOperatorsRequest request, StreamObserver<ListOperatorsResponse> observer) {
        Cold.run(
                observer,
                () -> ListOperatorsResponse.newBuilder()
                        .addAllOperators(database.read(operators::list).stream()
                                .map(OperatorGrpc::wire)
                                .toList())
                        .build());
    }

    @Override
    public void putOperator(PutOperatorRequest request, StreamObserver<hanse.operator.v1.Operator> observer) {
        Cold.run(observer, () -> {
            Ed25519Key key = Ed25519Key.parse(request.getPublicKey());
            return outcomes.run(
                    Call.current(),
                    hanse.operator.v1.Operator.parser(),
                    tx -> wire(operators.put(tx, request.getName(), key)));
        });
    }

    @Override
    public void removeOperator(RemoveOperatorRequest request, StreamObserver<RemoveOperatorResponse> observer) {
        Cold.run(
                observer,
                () -> outcomes.run(Call.current(), RemoveOperatorResponse.parser(), tx -> {
                    operators.remove(tx, request.getName());
                    return RemoveOperatorResponse.getDefaultInstance();
                }));
    }

    @Override
    public void suspendAgent(SuspendAgentRequest request, StreamObserver<hanse.operator.v1.Suspension> observer) {
        Cold.run(observer, () -> {
            Call call = Call.current();
            var agent = parties.readLocal(request.getAgentId());
            return outcomes.run(
                    call,
                    hanse.operator.v1.Suspension.parser(),
                    tx -> wire(suspensions.suspend(tx, agent, call.caller().name(), request.getNote())));
        });
    }

    @Override
    public void reinstateAgent(ReinstateAgentRequest request, StreamObserver<hanse.operator.v1.Suspension> observer) {
        Cold.run(observer, () -> {
            Call call = Call.current();
            var agent = parties.readLocal(request.getAgentId());
            return outcomes.run(
                    call,
                    hanse.operator.v1.Suspension.parser(),
                    tx -> wire(suspensions.reinstate(tx, agent, call.caller().name(), request.getNote())));
        });
    }

    private static hanse.operator.v1.Operator wire(Operator operator) {
        return hanse.operator.v1.Operator.newBuilder()
                .setName(operator.name())
                .setPublicKey(operator.key().base64())
                .setSince(WireTime.of(operator.since()))
                .build();
    }

    private static hanse.operator.v1.Suspension wire(Suspensions.Decision decision) {
        var wire = hanse.operator.v1.Suspension.newBuilder()
                .setAgentId(decision.agent().id().toString())
                .setSuspensions(decision.count());
        if (decision.agent().standing() instanceof Standing.Suspended(Optional<Instant> until)) {
            wire.setSuspended(true);
            until.ifPresent(end -> wire.setUntil(WireTime.of(end)));
        }
        return wire.build();
    }
}
