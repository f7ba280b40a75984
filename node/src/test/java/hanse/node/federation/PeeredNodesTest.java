package hanse.node.federation;

import static hanse.node.testing.Operating.awaitActive;
import static hanse.node.testing.Operating.deposit;
import static hanse.node.testing.Operating.peer;
import static hanse.node.testing.Operating.peers;
import static hanse.node.testing.Operating.refusal;
import static hanse.node.testing.Operating.show;
import static hanse.node.testing.Operating.trust;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import hanse.agent.v1.DeactivateAgentRequest;
import hanse.agent.v1.ResolveDidRequest;
import hanse.agent.v1.ResolveDidResponse;
import hanse.certs.CertificateAuthority;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.ledger.v1.ListStatementRequest;
import hanse.ledger.v1.TransferRequest;
import hanse.node.Node;
import hanse.node.config.Setting;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Postgres;
import hanse.peer.PeeringCards;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.AdvanceTransferRequest;
import hanse.peer.v1.GetCardRequest;
import hanse.peer.v1.GetPeerRequest;
import hanse.peer.v1.ListPeerTransfersRequest;
import hanse.peer.v1.ListPeerTransfersResponse;
import hanse.peer.v1.ListPeersRequest;
import hanse.peer.v1.ListPeersResponse;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.PeerTransfer;
import hanse.peer.v1.RemovePeerRequest;
import hanse.peer.v1.ResumePeerRequest;
import hanse.peer.v1.SignedCard;
import hanse.peer.v1.SuspendPeerRequest;
import hanse.peer.v1.UpdatePeerRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two whole nodes that are peers, as their operators and agents see them over gRPC.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(90)
class PeeredNodesTest {
    private static final String BETA = "beta.example";

    private final Postgres.Fresh alphaBooks = Postgres.fresh();
    private final Postgres.Fresh betaBooks = Postgres.fresh();
    private Path directory;
    private NodeHome betaHome;
    private Node alpha;
    private Node beta;
    private HanseClient atAlpha;
    private HanseClient atBeta;
    private HanseClient alphaOperator;
    private HanseClient betaOperator;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        NodeHome alphaHome = new NodeHome(
                directory.resolve("alpha"), "alpha.example", alphaBooks, Map.of(Setting.PEER_EXPOSURE, "123.5"));
        betaHome = new NodeHome(directory.resolve("beta"), BETA, betaBooks, Map.of());
        alpha = alphaHome.start();
        beta = betaHome.start();
        atAlpha = alphaHome.client();
        atBeta = betaHome.client();
        alphaOperator = atAlpha.as(alphaHome.operator());
        betaOperator = atBeta.as(betaHome.operator());
        peer(alphaOperator, betaOperator);
    }

    @AfterAll
    void stop() {
        atAlpha.close();
        atBeta.close();
        alpha.close();
        beta.close();
        alphaBooks.close();
        betaBooks.close();
    }

    @Test
    void aPeerForWhichNoLimitIsNamedHasTheConfiguredOne() {
        assertThat(show(alphaOperator, BETA).getExposureLimit()).isEqualTo("123.5");
        assertThat(show(betaOperator, "alpha.example").getExposureLimit()).isEqualTo("10000");
        assertThat(peers(alphaOperator)
                        .addPeer(AddPeerRequest.newBuilder()
                                .setCard(card("limited.example"))
                                .setExposureLimit("5")
                                .build())
                        .getExposureLimit())
                .isEqualTo("5");
    }

    @Test
    void nobodyPaysToAPeerThatWasNeverReached() {
        var unused = peers(alphaOperator)
                .addPeer(AddPeerRequest.newBuilder()
                        .setCard(card("silent.example"))
                        .build());
        Credentials alice = atAlpha.register(AgentKey.generate(), "hopeful");
        deposit(alphaOperator, alice.subject(), "10");
        assertThat(refusal(() -> atAlpha.as(alice)
                        .ledger()
                        .crossRegistryTransfer(CrossRegistryTransferRequest.newBuilder()
                                .setTo("did:theprotocol:silent.example:" + UUID.randomUUID())
                                .setAmount("1")
                                .build())))
                .isEqualTo(Reason.PEER_PENDING);
    }

    @Test
    void agentsMayNotCallAnyOfIt() {
        HanseClient alice = atAlpha.as(atAlpha.register(AgentKey.generate(), "nosy"));
        for (MethodDescriptor<?, ?> method :
                PeerServiceGrpc.getServiceDescriptor().getMethods()) {
            assertThat(refusal(() -> call(alice, method)))
                    .describedAs(method.getFullMethodName())
                    .isEqualTo(Reason.ROLE_REQUIRED);
            assertThat(refusal(() -> call(atAlpha, method)))
                    .describedAs(method.getFullMethodName())
                    .isEqualTo(Reason.UNAUTHENTICATED);
        }
    }

    @SuppressWarnings("unchecked") // each method's own empty request
    private static Object call(HanseClient caller, MethodDescriptor<?, ?> method) {
        MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
        Message request = ((PrototypeMarshaller<Message>) typed.getRequestMarshaller()).getMessagePrototype();
        return ClientCalls.blockingUnaryCall(caller.channel(), typed, CallOptions.DEFAULT, request);
    }

    @Test
    void eachBadInputHasItsReason() {
        SignedCard own = peers(alphaOperator).getCard(GetCardRequest.getDefaultInstance());
        SignedCard good = card("gamma.example");
        assertThat(add(AddPeerRequest.newBuilder())).isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(add(AddPeerRequest.newBuilder().setCard(SignedCard.getDefaultInstance())))
                .isEqualTo(Reason.BAD_CARD);
        assertThat(add(AddPeerRequest.newBuilder()
                        .setCard(good.toBuilder().setCard(good.getCard().concat(ByteString.copyFromUtf8("x"))))))
                .isEqualTo(Reason.BAD_CARD);
        assertThat(add(AddPeerRequest.newBuilder()
                        .setCard(good.toBuilder()
                                .setSignature(card("gamma.example").getSignature()))))
                .isEqualTo(Reason.BAD_CARD);
        assertThat(add(AddPeerRequest.newBuilder().setCard(good).setFingerprint(own.getFingerprint())))
                .isEqualTo(Reason.BAD_CARD);
        assertThat(add(AddPeerRequest.newBuilder().setCard(own))).isEqualTo(Reason.OWN_CARD);
        for (String limit : List.of("-1", "0.0000001", "much", "NaN", "1e3")) {
            assertThat(add(AddPeerRequest.newBuilder().setCard(good).setExposureLimit(limit)))
                    .describedAs(limit)
                    .isEqualTo(Reason.BAD_AMOUNT);
            assertThat(refusal(() -> peers(alphaOperator)
                            .updatePeer(UpdatePeerRequest.newBuilder()
                                    .setRegistryId(BETA)
                                    .setExposureLimit(limit)
                                    .build())))
                    .describedAs(limit)
                    .isEqualTo(Reason.BAD_AMOUNT);
        }
        for (String nobody : List.of("nobody.example", "Not a registry!")) {
            assertThat(refusal(() -> show(alphaOperator, nobody))).isEqualTo(Reason.UNKNOWN_PEER);
            assertThat(refusal(() -> suspend(nobody))).isEqualTo(Reason.UNKNOWN_PEER);
            assertThat(refusal(() -> resume(nobody))).isEqualTo(Reason.UNKNOWN_PEER);
            assertThat(refusal(() -> remove(nobody))).isEqualTo(Reason.UNKNOWN_PEER);
            assertThat(refusal(() -> peers(alphaOperator)
                            .updatePeer(UpdatePeerRequest.newBuilder()
                                    .setRegistryId(nobody)
                                    .setExposureLimit("1")
                                    .build())))
                    .isEqualTo(Reason.UNKNOWN_PEER);
        }
        assertThat(refusal(() -> peers(alphaOperator).getPeer(GetPeerRequest.getDefaultInstance())))
                .isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(refusal(() -> list(201, ""))).isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(refusal(() -> list(1, "%%%"))).isEqualTo(Reason.BAD_PAGE_TOKEN);
        // What PostgreSQL could not even compare.
        assertThat(refusal(() -> list(1, "YQBi"))).isEqualTo(Reason.BAD_PAGE_TOKEN);
        assertThat(refusal(() -> show(alphaOperator, "gamma.example"))).isEqualTo(Reason.UNKNOWN_PEER);
    }

    @Test
    void listsEveryPeerOnce() {
        for (String name : List.of("a.example", "c.example", "z.example")) {
            var unused = peers(alphaOperator)
                    .addPeer(AddPeerRequest.newBuilder().setCard(card(name)).build());
        }
        List<String> listed = new ArrayList<>();
        String token = "";
        do {
            ListPeersResponse page = list(2, token);
            assertThat(page.getPeersCount()).isBetween(1, 2);
            page.getPeersList().forEach(peer -> listed.add(peer.getRegistryId()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertThat(listed).isSorted().doesNotHaveDuplicates().contains("a.example", BETA, "c.example", "z.example");
    }

    @Test
    void aPeerIsSuspendedResumedRemovedAndAddedAgain() {
        HanseClient alice = payer("wanderer");
        String weather = payee("sunny");
        assertThat(suspend(BETA).getStatus()).isEqualTo(Peer.Status.SUSPENDED);
        assertThat(refusal(() -> pay(alice, weather))).isEqualTo(Reason.PEER_SUSPENDED);
        assertThat(resume(BETA).getStatus()).isEqualTo(Peer.Status.ACTIVE);
        assertThat(pay(alice, weather).getState()).isEqualTo(State.EXPORTED);

        assertThat(remove(BETA).getStatus()).isEqualTo(Peer.Status.REMOVED);
        assertThat(refusal(() -> pay(alice, weather))).isEqualTo(Reason.PEER_REMOVED);
        assertThat(refusal(() -> suspend(BETA))).isEqualTo(Reason.PEER_REMOVED);
        assertThat(refusal(() -> resume(BETA))).isEqualTo(Reason.PEER_REMOVED);
        assertThat(remove(BETA).getStatus()).isEqualTo(Peer.Status.REMOVED);
        // Its own open connections have closed, and it gets no new one.
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !show(betaOperator, "alpha.example").getLastFault().isEmpty());

        assertThat(trust(alphaOperator, betaOperator).getStatus()).isEqualTo(Peer.Status.PENDING);
        awaitActive(alphaOperator, betaOperator);
        assertThat(pay(alice, weather).getState()).isEqualTo(State.EXPORTED);
    }

    @Test
    void agentsOfAPeerAreResolvedThroughTheLink() {
        Credentials weather = atBeta.register(AgentKey.generate(), "cloudy");
        String did = "did:theprotocol:beta.example:" + weather.subject();
        ResolveDidResponse resolved = resolve(did);
        assertThat(resolved.getDidDocument().getFieldsOrThrow("id").getStringValue())
                .isEqualTo(did);
        assertThat(resolved.getDidDocument())
                .isEqualTo(atBeta.as(weather)
                        .agents()
                        .resolveDid(ResolveDidRequest.newBuilder().setDid(did).build())
                        .getDidDocument());
        assertThat(refusal(() -> resolve("did:theprotocol:beta.example:" + UUID.randomUUID())))
                .isEqualTo(Reason.UNKNOWN_AGENT);
        assertThat(refusal(() -> resolve("did:theprotocol:nobody.example:" + UUID.randomUUID())))
                .isEqualTo(Reason.UNKNOWN_PEER);
        assertThat(refusal(() -> resolve("did:theprotocol:beta.example:nobody")))
                .isEqualTo(Reason.BAD_DID);
        var suspended = suspend(BETA);
        assertThat(refusal(() -> resolve(did))).isEqualTo(Reason.PEER_SUSPENDED);
        var removed = remove(BETA);
        assertThat(refusal(() -> resolve(did))).isEqualTo(Reason.PEER_REMOVED);
        assertThat(List.of(suspended.getStatus(), removed.getStatus()))
                .containsExactly(Peer.Status.SUSPENDED, Peer.Status.REMOVED);
        var added = trust(alphaOperator, betaOperator);
        assertThat(added.getStatus()).isEqualTo(Peer.Status.PENDING);
        awaitActive(alphaOperator, betaOperator);
        assertThat(resolve(did).getDidDocument()).isEqualTo(resolved.getDidDocument());
    }

    @Test
    void anAgentWithMoneyOnItsWayToAPeerIsNotDeactivated() {
        HanseClient alice = payer("leaving");
        Credentials heir = atAlpha.register(AgentKey.generate(), "staying");
        String weather = payee("rainy");
        beta.close();
        CrossRegistryTransferResponse onItsWay = pay(alice, weather);
        assertThat(onItsWay.getState()).isEqualTo(State.PREPARED);
        assertThat(refusal(() -> resolve(weather))).isEqualTo(Reason.PEER_UNREACHABLE);
        assertThat(refusal(() -> deactivate(alice, "leaving@public", heir.subject())))
                .isEqualTo(Reason.FUNDS_PROMISED);
        beta = betaHome.start();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> show(alphaOperator, BETA).getOutstanding() == 0);
        assertThat(deactivate(alice, "leaving@public", heir.subject()).getHandle())
                .isEqualTo("leaving@public");
    }

    @Test
    void theTreasuryAdvancesWhatWaitsForAPeerThatIsDown() {
        HanseClient alice = payer("hasty");
        HanseClient dora = payer("patient");
        Credentials rich = atAlpha.register(AgentKey.generate(), "rich");
        deposit(alphaOperator, rich.subject(), "300");
        // The fee is what the treasury has.
        var fee = atAlpha.as(rich)
                .ledger()
                .transfer(TransferRequest.newBuilder()
                        .setTo("hasty@public")
                        .setAmount("200")
                        .build());
        String weather = payee("stormy");
        beta.close();
        String first = pay(alice, weather).getTransferId();
        String second = pay(dora, weather).getTransferId();

        ListPeerTransfersResponse page = transfers(false, 1, "");
        ListPeerTransfersResponse rest = transfers(false, 1, page.getNextPageToken());
        assertThat(rest.getNextPageToken()).isEmpty();
        assertThat(List.of(page.getTransfers(0), rest.getTransfers(0)))
                .allSatisfy(waiting -> {
                    assertThat(waiting.getState()).isEqualTo(PeerTransfer.State.PREPARED);
                    assertThat(waiting.getPayee()).isEqualTo(weather);
                    assertThat(waiting.getAmount()).isEqualTo("1");
                })
                .extracting(PeerTransfer::getTransferId)
                .containsExactlyInAnyOrder(first, second);

        PeerTransfer advanced = advance(first);
        assertThat(advanced.hasAdvancedAt()).isTrue();
        assertThat(refusal(() -> advance(first))).isEqualTo(Reason.ALREADY_ADVANCED);
        assertThat(refusal(() -> advance(second))).isEqualTo(Reason.INSUFFICIENT_FUNDS);
        assertThat(transfers(true, 0, "").getTransfersList()).containsExactly(advanced);
        assertThat(alice.ledger()
                        .listStatement(ListStatementRequest.newBuilder()
                                .setAgentId("hasty@public")
                                .setPageSize(1)
                                .build())
                        .getEntries(0))
                .satisfies(entry -> {
                    assertThat(entry.getType()).isEqualTo("CrossRegistryTransferAdvanced");
                    assertThat(entry.getChange()).isEqualTo("1");
                    assertThat(entry.getCounterparty()).isEqualTo("treasury");
                    assertThat(entry.getSubject()).isEqualTo(first);
                });
        // Nothing will come back to her.
        assertThat(deactivate(alice, "hasty@public", rich.subject()).getHandle())
                .isEqualTo("hasty@public");

        beta = betaHome.start();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> show(alphaOperator, BETA).getOutstanding() == 0);
        assertThat(transfers(false, 0, "").getTransfersList()).isEmpty();
        assertThat(transfers(true, 0, "").getTransfers(0).getState()).isEqualTo(PeerTransfer.State.EXPORTED);
        assertThat(refusal(() -> advance(second))).isEqualTo(Reason.TRANSFER_ENDED);
        assertThat(refusal(() -> advance(UUID.randomUUID().toString()))).isEqualTo(Reason.UNKNOWN_TRANSFER);
        assertThat(refusal(() -> advance("first"))).isEqualTo(Reason.INVALID_ARGUMENT);
        for (String token : List.of("%%%", "bm8gaWQ")) {
            assertThat(refusal(() -> transfers(false, 0, token))).isEqualTo(Reason.BAD_PAGE_TOKEN);
        }
        assertThat(refusal(() -> transfers(false, 201, ""))).isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(refusal(() -> peers(alphaOperator)
                        .listPeerTransfers(ListPeerTransfersRequest.newBuilder()
                                .setRegistryId("nobody.example")
                                .build())))
                .isEqualTo(Reason.UNKNOWN_PEER);
    }

    private ListPeerTransfersResponse transfers(boolean advanced, int size, String token) {
        return peers(alphaOperator)
                .listPeerTransfers(ListPeerTransfersRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setAdvanced(advanced)
                        .setPageSize(size)
                        .setPageToken(token)
                        .build());
    }

    private PeerTransfer advance(String transfer) {
        return peers(alphaOperator)
                .advanceTransfer(AdvanceTransferRequest.newBuilder()
                        .setTransferId(transfer)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    private static hanse.agent.v1.Agent deactivate(HanseClient agent, String handle, String heir) {
        return agent.agents()
                .deactivateAgent(DeactivateAgentRequest.newBuilder()
                        .setAgentId(handle)
                        .setRemainderTo(heir)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    private HanseClient payer(String name) {
        Credentials payer = atAlpha.register(AgentKey.generate(), name);
        deposit(alphaOperator, payer.subject(), "10");
        return atAlpha.as(payer);
    }

    private String payee(String name) {
        return "did:theprotocol:beta.example:"
                + atBeta.register(AgentKey.generate(), name).subject();
    }

    private static CrossRegistryTransferResponse pay(HanseClient payer, String payee) {
        return payer.ledger()
                .crossRegistryTransfer(CrossRegistryTransferRequest.newBuilder()
                        .setTo(payee)
                        .setAmount("1")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    private ResolveDidResponse resolve(String did) {
        return alphaOperator
                .agents()
                .resolveDid(ResolveDidRequest.newBuilder().setDid(did).build());
    }

    private Reason add(AddPeerRequest.Builder request) {
        return refusal(() -> peers(alphaOperator).addPeer(request.build()));
    }

    private ListPeersResponse list(int size, String token) {
        return peers(alphaOperator)
                .listPeers(ListPeersRequest.newBuilder()
                        .setPageSize(size)
                        .setPageToken(token)
                        .build());
    }

    private Peer suspend(String peer) {
        return peers(alphaOperator)
                .suspendPeer(SuspendPeerRequest.newBuilder().setRegistryId(peer).build());
    }

    private Peer resume(String peer) {
        return peers(alphaOperator)
                .resumePeer(ResumePeerRequest.newBuilder().setRegistryId(peer).build());
    }

    private Peer remove(String peer) {
        return peers(alphaOperator)
                .removePeer(RemovePeerRequest.newBuilder().setRegistryId(peer).build());
    }

    /// The card of a registry that nobody runs.
    private SignedCard card(String registry) {
        return PeeringCards.make(
                registry,
                "localhost:1",
                "https://" + registry,
                CertificateAuthority.openOrCreate(directory.resolve(registry), registry, InstantSource.system())
                        .bundle(),
                SigningKey.generate());
    }
}
