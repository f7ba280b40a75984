package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import hanse.certs.CertificateAuthority;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.federation.v1.GreetResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import hanse.peer.LinkProbe.End;
import hanse.peer.LinkProbe.Sight;
import hanse.peer.TrustedPeer;
import hanse.peer.v1.Diagnosis;
import hanse.peer.v1.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a doctor says to what it sees.
class SymptomsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String CANARY = "did:theprotocol:alpha.example:";
    private static final RegistryId BETA = new RegistryId("beta.example");
    private static final OutboxStore.Waiting NOTHING_WAITS = new OutboxStore.Waiting(0, 0, Optional.empty());

    @TempDir
    Path directory;

    private TrustedPeer trusted;

    @BeforeEach
    void pin() {
        trusted = new TrustedPeer(
                BETA.value(),
                "beta.example:7103",
                CertificateAuthority.openOrCreate(directory, BETA.value(), InstantSource.fixed(NOW))
                        .bundle(),
                List.of(SigningKey.generate().verifyKey()));
    }

    @Test
    void findsNothingWhereNothingIsWrong() {
        Diagnosis diagnosis = Symptoms.judge(healthy());
        assertThat(diagnosis.getWell()).isTrue();
        assertThat(diagnosis.getFindingsList()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NAME, NAME_UNKNOWN",
        "PORT, PORT_CLOSED",
        "TLS, NO_TLS",
        "FOREIGN_CA, FOREIGN_CA",
        "OTHER_NAME, OTHER_NAME",
        "EXPIRED, CERTIFICATE_EXPIRED",
        "NOT_YET_VALID, CERTIFICATE_NOT_YET_VALID",
        "REVOKED, CERTIFICATE_REVOKED"
    })
    void saysWhereTheWayEnds(End end, Finding.Kind kind) {
        Symptoms seen = new Symptoms(
                peer(PeerStatus.ACTIVE, 0),
                Optional.of(new Sight(end, "detail")),
                Optional.empty(),
                NOTHING_WAITS,
                Optional.empty(),
                true,
                NOW.plus(Duration.ofDays(20)),
                NOW);
        assertOnly(seen, kind);
    }

    @ParameterizedTest
    @EnumSource(
            value = PeerStatus.class,
            names = {"PENDING", "SUSPENDED"})
    void saysThatNoNewWorkIsTakenHere(PeerStatus status) {
        Symptoms seen = healthy();
        assertOnly(
                new Symptoms(
                        peer(status, 0),
                        seen.sight(),
                        seen.greeting(),
                        NOTHING_WAITS,
                        Optional.empty(),
                        true,
                        seen.ownExpiry(),
                        NOW),
                Finding.Kind.valueOf(status.name()));
    }

    @Test
    void doesNotTryTheWayToAPeerThatIsRemoved() {
        assertOnly(
                new Symptoms(
                        peer(PeerStatus.REMOVED, 0),
                        Optional.empty(),
                        Optional.empty(),
                        NOTHING_WAITS,
                        Optional.empty(),
                        false,
                        NOW.plus(Duration.ofDays(20)),
                        NOW),
                Finding.Kind.REMOVED);
    }

    @Test
    void saysWhatThePeerAnswers() {
        Symptoms seen = healthy();
        assertOnly(answered(seen, Optional.empty()), Finding.Kind.NOT_LET_IN);
        assertOnly(answered(seen, greeting().map(g -> g.setProtocol(7))), Finding.Kind.VERSION);
        assertOnly(answered(seen, greeting().map(g -> g.setWelcomes(false))), Finding.Kind.NOT_WELCOME);
        assertOnly(answered(seen, greeting().map(g -> g.setNow(WireTime.of(NOW.minusSeconds(6))))), Finding.Kind.CLOCK);
        assertOnly(answered(seen, greeting().map(g -> g.setNow(WireTime.of(NOW.plusSeconds(6))))), Finding.Kind.CLOCK);
        assertThat(Symptoms.judge(answered(seen, greeting().map(GreetResponse.Builder::clearNow)))
                        .getWell())
                .isTrue();
    }

    @Test
    void saysWhatWaitsAndForHowLong() {
        assertThat(Symptoms.judge(waiting(3, 0, NOW.minusSeconds(59))).getWell())
                .isTrue();
        assertOnly(waiting(3, 0, NOW.minusSeconds(61)), Finding.Kind.BACKLOG);
        assertOnly(waiting(3, 2, NOW.minusSeconds(1)), Finding.Kind.SET_ASIDE);
    }

    @Test
    void saysHowCanaryPaymentsFare() {
        CanaryState quiet = CanaryState.first(Did.parse(CANARY + "11111111-1111-3111-8111-111111111111"), BETA);
        assertThat(Symptoms.judge(singing(quiet)).getFindingsList()).isEmpty();
        assertThat(Symptoms.judge(singing(quiet.sent(canary(NOW.minusSeconds(59)))))
                        .getWell())
                .isTrue();
        assertOnly(singing(quiet.sent(canary(NOW.minusSeconds(61)))), Finding.Kind.CANARY_WAITING);
        Frame refused =
                canary(NOW.minusSeconds(61)).refunded(NOW, Reason.EXPOSURE_EXCEEDED, ByteString.copyFromUtf8("proof"));
        assertOnly(singing(quiet.sent(refused)), Finding.Kind.CANARY_REFUSED);
        assertOnly(singing(quiet.unsent(Reason.ACCOUNT_FROZEN)), Finding.Kind.CANARY_UNSENT);
        assertHint(singing(quiet.unsent(Reason.INSUFFICIENT_FUNDS)), Finding.Kind.CANARY_UNFUNDED);
        Symptoms old = singing(quiet);
        assertHint(
                new Symptoms(
                        old.peer(),
                        old.sight(),
                        greeting().map(GreetResponse.Builder::build),
                        NOTHING_WAITS,
                        old.canary(),
                        true,
                        old.ownExpiry(),
                        NOW),
                Finding.Kind.CANARY_UNKNOWN);
    }

    private static Frame canary(Instant sentAt) {
        return new Frame(
                new UUID(7, 7),
                Frame.State.PREPARED,
                new AgentId(new UUID(1, 1)),
                new Did(BETA, new AgentId(new UUID(2, 2))),
                Canary.PAYMENT,
                1,
                new Frame.Purpose.Transfer(Optional.empty()),
                0,
                sentAt,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private Symptoms singing(CanaryState state) {
        Symptoms seen = healthy();
        return new Symptoms(
                seen.peer(),
                seen.sight(),
                greeting().map(answer -> answer.setCanary("did").build()),
                NOTHING_WAITS,
                Optional.of(state),
                true,
                seen.ownExpiry(),
                NOW);
    }

    private static void assertHint(Symptoms seen, Finding.Kind kind) {
        Diagnosis diagnosis = Symptoms.judge(seen);
        assertThat(diagnosis.getWell()).isTrue();
        assertThat(diagnosis.getFindingsList())
                .singleElement()
                .satisfies(finding -> assertThat(finding.getKind()).isEqualTo(kind));
    }

    @Test
    void saysHowMuchOfThePeersMoneyIsHeldOnceThatIsMuch() {
        assertThat(Symptoms.judge(holding(89)).getFindingsList()).isEmpty();
        Diagnosis much = Symptoms.judge(holding(90));
        assertThat(much.getWell()).isTrue();
        assertThat(much.getFindings(0).getKind()).isEqualTo(Finding.Kind.EXPOSURE);
        assertOnly(holding(100), Finding.Kind.EXPOSURE);
    }

    @Test
    void saysWhatIsWrongWithThisNode() {
        Symptoms seen = healthy();
        assertOnly(
                new Symptoms(
                        seen.peer(),
                        seen.sight(),
                        seen.greeting(),
                        NOTHING_WAITS,
                        Optional.empty(),
                        true,
                        NOW.plus(Duration.ofHours(23)),
                        NOW),
                Finding.Kind.OWN_CERTIFICATE);
        Diagnosis unknown = Symptoms.judge(new Symptoms(
                seen.peer(),
                seen.sight(),
                seen.greeting(),
                NOTHING_WAITS,
                Optional.empty(),
                false,
                seen.ownExpiry(),
                NOW));
        assertThat(unknown.getWell()).isTrue();
        assertThat(unknown.getFindings(0).getKind()).isEqualTo(Finding.Kind.CARD_UNKNOWN);
    }

    private static void assertOnly(Symptoms seen, Finding.Kind kind) {
        Diagnosis diagnosis = Symptoms.judge(seen);
        assertThat(diagnosis.getWell()).isFalse();
        assertThat(diagnosis.getFindingsList()).singleElement().satisfies(finding -> {
            assertThat(finding.getKind()).isEqualTo(kind);
            assertThat(finding.getWhat()).isNotEmpty();
            assertThat(finding.getRemedy()).isNotEmpty();
        });
    }

    private Symptoms healthy() {
        return new Symptoms(
                peer(PeerStatus.ACTIVE, 0),
                Optional.of(new Sight(End.ARRIVED, "")),
                greeting().map(GreetResponse.Builder::build),
                NOTHING_WAITS,
                Optional.empty(),
                true,
                NOW.plus(Duration.ofDays(20)),
                NOW);
    }

    private static Optional<GreetResponse.Builder> greeting() {
        return Optional.of(GreetResponse.newBuilder()
                .setRegistryId(BETA.value())
                .setProtocol(1)
                .setWelcomes(true)
                .setNow(WireTime.of(NOW.plusSeconds(4))));
    }

    private static Symptoms answered(Symptoms seen, Optional<GreetResponse.Builder> answer) {
        return new Symptoms(
                seen.peer(),
                seen.sight(),
                answer.map(GreetResponse.Builder::build),
                NOTHING_WAITS,
                Optional.empty(),
                true,
                seen.ownExpiry(),
                NOW);
    }

    private Symptoms waiting(int messages, int aside, Instant oldest) {
        Symptoms seen = healthy();
        return new Symptoms(
                seen.peer(),
                seen.sight(),
                seen.greeting(),
                new OutboxStore.Waiting(messages, aside, Optional.of(oldest)),
                Optional.empty(),
                true,
                seen.ownExpiry(),
                NOW);
    }

    private Symptoms holding(long micros) {
        Symptoms seen = healthy();
        return new Symptoms(
                peer(PeerStatus.ACTIVE, micros),
                seen.sight(),
                seen.greeting(),
                NOTHING_WAITS,
                Optional.empty(),
                true,
                seen.ownExpiry(),
                NOW);
    }

    /// Of whose money 100 micro-AVT are held at most.
    private Peer peer(PeerStatus status, long held) {
        return new Peer(
                BETA,
                new PeerPosition(BETA, status, new Avt(100), held, Avt.ZERO, -1),
                trusted,
                "https://beta.example",
                "",
                NOW);
    }
}
