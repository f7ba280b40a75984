package hanse.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RotateKeyRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.error.v1.Reason;
import hanse.event.v1.WatchRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HanseClientTest {
    private static final TransferRequest FIVE =
            TransferRequest.newBuilder().setTo("bob").setAmount("5").build();

    @TempDir
    Path directory;

    private RunningRegistry registry;
    private HanseClient client;

    @BeforeEach
    void start() throws Exception {
        registry = new RunningRegistry(directory);
        client = registry.client();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        registry.close();
    }

    @Test
    void registersAndThenSignsEachCallOverTheBytesThatArrive() {
        Credentials alice = client.register(AgentKey.generate(), "alice");
        TransferResponse paid = client.as(alice).ledger().transfer(FIVE);
        assertThat(paid.getAmount()).isEqualTo("5");
        assertThat(registry.refusals).isEmpty();
        assertThat(registry.signedCalls).hasValue(1);
    }

    @Test
    void signsAnEmptyMessageAndAStreamOfAnswers() {
        HanseClient alice = client.as(registry.known("alice"));
        List<Object> events = new ArrayList<>();
        alice.events().watch(WatchRequest.getDefaultInstance()).forEachRemaining(events::add);
        assertThat(events).hasSize(2);
    }

    @Test
    void equalRequestsInParallelAreDifferentSignatures() throws Exception {
        var stub = LedgerServiceGrpc.newFutureStub(
                client.as(registry.known("alice")).channel());
        List<ListenableFuture<TransferResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(stub.transfer(FIVE));
        }
        assertThat(Futures.allAsList(answers).get(30, TimeUnit.SECONDS)).hasSize(500);
        assertThat(registry.refusals).isEmpty();
    }

    @Test
    void isRefusedWithTheRegistrysReason() {
        HanseClient stranger = client.as(Credentials.agent("nobody", AgentKey.generate(), RunningRegistry.ID));
        assertThatThrownBy(
                        () -> HanseException.translate(() -> stranger.ledger().transfer(FIVE)))
                .isInstanceOfSatisfying(HanseException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.BAD_SIGNATURE);
                    assertThat(e.code()).isEqualTo(Status.Code.UNAUTHENTICATED);
                    assertThat(e.outcomeUnknown()).isFalse();
                });
        HanseClient alice = client.as(registry.known("alice"));
        TransferRequest tooMuch = FIVE.toBuilder().setAmount("1000000").build();
        assertThatThrownBy(() -> HanseException.translate(() -> alice.ledger().transfer(tooMuch)))
                .isInstanceOfSatisfying(
                        HanseException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INSUFFICIENT_FUNDS));
    }

    @Test
    void aSignatureForAnotherRegistryIsRefused() {
        Credentials alice = registry.known("alice");
        HanseClient elsewhere = client.as(new Credentials("alice", alice.key(), "beta.example"));
        assertThatThrownBy(
                        () -> HanseException.translate(() -> elsewhere.ledger().transfer(FIVE)))
                .isInstanceOfSatisfying(
                        HanseException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_AUDIENCE));
    }

    @Test
    void aDeadRegistryIsAnUnknownOutcomeWithoutAReason() throws Exception {
        HanseClient alice = client.as(registry.known("alice"));
        registry.close();
        assertThatThrownBy(() -> HanseException.translate(() -> alice.ledger().transfer(FIVE)))
                .isInstanceOfSatisfying(HanseException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.REASON_UNSPECIFIED);
                    assertThat(e.outcomeUnknown()).isTrue();
                });
    }

    @Test
    void refusesARegistryThatItsCaDoesNotVouchFor() throws Exception {
        Path other = java.nio.file.Files.createDirectory(directory.resolve("other"));
        try (RunningRegistry impostor = new RunningRegistry(other);
                HanseClient trusting =
                        HanseClient.connect(client.channel().authority(), impostor.caFile, RunningRegistry.ID)) {
            assertThatThrownBy(() -> trusting.register(AgentKey.generate(), RegisterAgentRequest.getDefaultInstance()))
                    .isInstanceOf(HanseException.class);
        }
    }

    @Test
    void oneSessionCarriesManyCallsAndIsClosed() {
        Credentials alice = registry.known("alice");
        try (SessionCredentials session = client.session(alice)) {
            HanseClient fast = client.as(session);
            for (int i = 0; i < 5; i++) {
                assertThat(fast.ledger().transfer(FIVE).getAmount()).isEqualTo("5");
            }
            assertThat(registry.sessionsOpened).hasValue(1);
            assertThat(registry.signedCalls).hasValue(1);
        }
        assertThat(registry.liveSessions).isEmpty();
    }

    @Test
    void aSessionsClientSignsWhatASessionMayNotDo() {
        try (SessionCredentials session = client.session(registry.known("alice"))) {
            HanseClient fast = client.as(session);
            fast.agents().rotateKey(RotateKeyRequest.getDefaultInstance());
            fast.agents().updateAgent(UpdateAgentRequest.getDefaultInstance());
            assertThat(registry.signedCalls).hasValue(2);
            assertThat(registry.bearerCalls).hasValue(0);
        }
    }

    @Test
    void aSessionIsRenewedBeforeItEnds() {
        Instant[] now = {Instant.now()};
        try (SessionCredentials session = new SessionCredentials(
                client.channel(), registry.known("alice"), Duration.ofMinutes(15), () -> now[0])) {
            HanseClient fast = client.as(session);
            fast.ledger().transfer(FIVE);
            now[0] = now[0].plus(Duration.ofMinutes(11));
            fast.ledger().transfer(FIVE);
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(registry.sessionsOpened).hasValue(2));
        }
    }

    @Test
    void aSessionThatTheRegistryForgotIsOpenedAnewForTheNextCall() {
        try (SessionCredentials session = client.session(registry.known("alice"))) {
            HanseClient fast = client.as(session);
            fast.ledger().transfer(FIVE);
            synchronized (registry) {
                registry.liveSessions.clear();
            }
            assertThatThrownBy(
                            () -> HanseException.translate(() -> fast.ledger().transfer(FIVE)))
                    .isInstanceOfSatisfying(
                            HanseException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SESSION_EXPIRED));
            assertThat(fast.ledger().transfer(FIVE).getAmount()).isEqualTo("5");
        }
    }

    @Test
    void aSessionThatCannotBeOpenedFailsTheCallWithTheReason() {
        try (SessionCredentials session =
                client.session(Credentials.agent("nobody", AgentKey.generate(), RunningRegistry.ID))) {
            assertThatThrownBy(() -> HanseException.translate(
                            () -> client.as(session).ledger().transfer(FIVE)))
                    .isInstanceOfSatisfying(
                            HanseException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.UNAUTHENTICATED));
        }
    }
}
