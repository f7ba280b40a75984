package hanse.bench;

import com.google.protobuf.Struct;
import hanse.certs.SigningKey;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.DisputeServiceGrpc;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.SettlementServiceGrpc;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.WatchRequest;
import hanse.event.v1.WatchResponse;
import hanse.node.NodeKeys;
import hanse.node.cli.LocalFederation;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Disputes between registries, from filing until the compensation is settled on both. Each client disputes a payment
/// of its own, a little of it each time.
final class SlashSagas implements AutoCloseable {
    private static final String PAID = "5000";
    private static final int TRUSTED = 1_000_000_000;
    private static final Set<Settlement.Status> ENDS =
            EnumSet.of(Settlement.Status.SETTLED, Settlement.Status.FAILED, Settlement.Status.EXPIRED);
    private static final long PATIENCE_SECONDS = 60;

    private final List<WireStage.Agent> payers = new ArrayList<>();
    private final List<String> payments = new ArrayList<>();
    private final List<HanseClient> judges = new ArrayList<>();
    private final HanseClient home;

    /// Those that somebody waits for, by their dispute.
    private final Map<String, CompletableFuture<String>> settled = new ConcurrentHashMap<>();

    SlashSagas(WireStage stage, List<WireStage.Agent> here, List<WireStage.Agent> there, int clients) throws Exception {
        for (int client = 0; client < clients; client++) {
            WireStage.Agent payer = WireStage.any(here);
            payers.add(payer);
            payments.add(paid(stage, payer, WireStage.any(there), client));
        }
        LocalFederation.Member alpha = stage.alpha();
        for (int i = 0; i < here.getFirst().clients().size(); i++) {
            judges.add(HanseClient.connect(alpha.grpc(), alpha.caFile(), alpha.registry())
                    .as(operator(alpha)));
        }
        home = stage.beta().operator();
        var trusting = SettlementServiceGrpc.newBlockingStub(home.channel())
                .updatePeerSlashConfig(UpdatePeerSlashConfigRequest.newBuilder()
                        .setPeerId(alpha.registry())
                        .setAutoSlashEnabled(true)
                        .setAutoSlashMaxAvt(TRUSTED)
                        .setRequestId(WireStage.id())
                        .build());
        EventServiceGrpc.newStub(home.channel())
                .watch(
                        WatchRequest.newBuilder()
                                .addTypes("DisputeSettlementChanged")
                                .build(),
                        new Settled());
    }

    /// Signs as fast as the agents do.
    private static Credentials operator(LocalFederation.Member member) throws IOException {
        AgentKey key = AgentKey.read(member.operatorKey());
        SigningKey fast = SigningKey.parse(key.toPem());
        return Credentials.operator(NodeKeys.FIRST_OPERATOR, key.signingWith(fast::sign), member.registry());
    }

    private static String paid(WireStage stage, WireStage.Agent payer, WireStage.Agent payee, int client)
            throws Exception {
        PaymentServiceGrpc.PaymentServiceFutureStub asPayer =
                PaymentServiceGrpc.newFutureStub(payer.on(client).channel());
        AuthorizeResponse token = WireStage.await(asPayer.authorize(AuthorizeRequest.newBuilder()
                .setPayee(payee.did())
                .setAmount(PAID)
                .setRequestId(WireStage.id())
                .build()));
        var verified = WireStage.await(
                PaymentServiceGrpc.newFutureStub(payee.on(client).channel())
                        .verify(VerifyRequest.newBuilder()
                                .setPaymentToken(token.getPaymentToken())
                                .setIssuer(stage.alpha().registry())
                                .setRequestId(WireStage.id())
                                .build()));
        Payment.State state = WireStage.await(asPayer.settle(SettleRequest.newBuilder()
                        .setPaymentId(token.getPaymentId())
                        .setRequestId(WireStage.id())
                        .build()))
                .getState();
        if (!verified.getValid() || state != Payment.State.SETTLED) {
            throw new IllegalStateException("a payment to a peer was not settled: " + state);
        }
        return token.getPaymentId();
    }

    /// File, open the vote, rule, and wait until the home has the origin's receipt: then it is SETTLED on both.
    void run(String amount, int client) throws Exception {
        Dispute filed = WireStage.await(
                DisputeServiceGrpc.newFutureStub(payers.get(client).on(client).channel())
                        .fileDispute(FileDisputeRequest.newBuilder()
                                .setSubject(Subject.newBuilder()
                                        .setKind(Subject.Kind.PAYMENT)
                                        .setId(payments.get(client)))
                                .setReason("nothing came")
                                .setAmount(amount)
                                .setRequestId(WireStage.id())
                                .build()));
        String dispute = filed.getDisputeId();
        CompletableFuture<String> end = new CompletableFuture<>();
        settled.put(dispute, end);
        DisputeServiceGrpc.DisputeServiceFutureStub judge = DisputeServiceGrpc.newFutureStub(
                judges.get(client % judges.size()).channel());
        var voting = WireStage.await(judge.openVoting(OpenVotingRequest.newBuilder()
                .setDisputeId(dispute)
                .setRequestId(WireStage.id())
                .build()));
        var ruled = WireStage.await(judge.ruleDispute(RuleDisputeRequest.newBuilder()
                .setDisputeId(dispute)
                .setRuling(Ruling.IN_FAVOR_OF_COMPLAINANT)
                .setRequestId(WireStage.id())
                .build()));
        String status = end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!status.equals(Settlement.Status.SETTLED.name())) {
            throw new IllegalStateException("a slash ended as " + status);
        }
    }

    /// Hears at the home how each ends.
    private final class Settled implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {
            if (!response.hasEvent()) {
                return;
            }
            Struct data = response.getEvent().getData();
            String status = data.getFieldsOrThrow("status").getStringValue();
            if (ENDS.contains(Settlement.Status.valueOf(status))) {
                CompletableFuture<String> end =
                        settled.remove(data.getFieldsOrThrow("dispute_id").getStringValue());
                if (end != null) {
                    end.complete(status);
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            settled.values().forEach(end -> end.completeExceptionally(failure));
        }

        @Override
        public void onCompleted() {}
    }

    @Override
    public void close() {
        judges.forEach(HanseClient::close);
    }
}
