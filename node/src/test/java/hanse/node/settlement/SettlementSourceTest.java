package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Settlement.Status;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.federation.TestNode;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.testing.Asked;
import hanse.node.trust.DealingCount;
import hanse.node.trust.PeerTrust;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the source says of slashes between registries in so many words, as far as no other test does: docs/source.md
/// names the test of each sentence. Source: spec/protocol, Cross-Registry Dispute Settlement.
@Timeout(120)
final class SettlementSourceTest {
    private Saga saga;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void start(@TempDir Path directory) {
        saga = new Saga(directory);
        alice = saga.alpha().agent("1000");
        bob = saga.beta().agent("100");
    }

    @AfterEach
    void whole() {
        saga.requireWhole();
        saga.close();
    }

    @Test
    void whileItIsOffEverySlashOfThePeerNeedsTheOperator() {
        saga.trust(false, 1_000_000_000);
        String dispute = held("0.000002");
        assertThat(saga.home(dispute).getHeld()).isEqualTo("0.000002");
        assertThat(saga.approve(dispute).join().getStatus()).isEqualTo(Status.SLASHED);
        saga.settlesAs(dispute, Status.SETTLED);
    }

    @Test
    void aRequestOfExactlyTheCapIsCarriedOutAndOneThatIsLargerIsHeld() {
        saga.trust(10);
        String most = ruled("10");
        saga.settlesAs(most, Status.SETTLED);
        assertThat(saga.home(most).getSteps(1).getBy()).isEqualTo("auto");
        String larger = held("10.000001");
        assertThat(saga.reject(larger).join().getStatus()).isEqualTo(Status.FAILED);
        saga.settlesAs(larger, Status.FAILED);
    }

    @Test
    void theComplainantsRegistryMintsAndTheDefendantsDestroys() {
        saga.trust(10);
        saga.settlesAs(ruled("10"), Status.SETTLED);
        assertThat(money(saga.alpha())).containsExactly("DisputeCompensationMinted 10");
        assertThat(money(saga.beta())).containsExactly("DisputeSlash 10");
    }

    @Test
    void aListShowsAmountsAndStatesToEverybodyHereAndPartiesToNobody() {
        String dispute = held("10");
        AgentId observer = saga.beta().agent("0");
        ListSettlementsResponse seen = list(Saga.agent(observer), request());
        assertThat(seen).isEqualTo(list(Saga.agent(bob), request())).isEqualTo(list(Saga.OPERATOR, request()));
        assertThat(seen.getSettlementsList()).singleElement().satisfies(listed -> {
            assertThat(listed.getSettlementId()).isEqualTo(saga.atHome(dispute));
            assertThat(listed.getRole()).isEqualTo(Settlement.Role.HOME);
            assertThat(listed.getPeerId()).isEqualTo("alpha.example");
            assertThat(listed.getStatus()).isEqualTo(Status.PENDING_SLASH);
            assertThat(listed.getAmount()).isEqualTo("10");
            assertThat(listed.getBurned()).isEqualTo("0");
            assertThat(listed.hasSubject()).isFalse();
            assertThat(listed.getStepsList()).isEmpty();
            assertThat(listed.toString())
                    .as("neither the parties, nor the dispute, nor what is held of whom")
                    .doesNotContain(alice.toString(), bob.toString(), dispute, "evidence", "held");
        });
        Settlement whole = saga.home(dispute);
        assertThat(whole.getComplainant()).endsWith(alice.toString());
        assertThat(whole.getDefendant()).endsWith(bob.toString());
        assertThat(saga.reject(dispute).join().getStatus()).isEqualTo(Status.FAILED);
    }

    @Test
    void aListIsFilteredByStatusAndGivenInPagesNewestFirst() {
        String rejected = held("1");
        var unused = saga.reject(rejected).join();
        saga.settlesAs(rejected, Status.FAILED);
        saga.pair.pass(Duration.ofSeconds(1));
        saga.trust(10);
        String settled = ruled("2");
        saga.settlesAs(settled, Status.SETTLED);
        saga.pair.pass(Duration.ofSeconds(1));
        String waiting = held("10.5");

        assertThat(ids(request().setStatus(Status.PENDING_SLASH))).containsExactly(saga.atHome(waiting));
        assertThat(ids(request().setStatus(Status.SETTLED))).containsExactly(saga.atHome(settled));
        assertThat(ids(request().setStatus(Status.FAILED))).containsExactly(saga.atHome(rejected));
        for (Status none : List.of(Status.SLASHING, Status.SLASHED, Status.EXPIRED)) {
            assertThat(ids(request().setStatus(none))).as("%s", none).isEmpty();
        }
        ListSettlementsResponse first = list(Saga.OPERATOR, request().setPageSize(2));
        assertThat(ids(first)).containsExactly(saga.atHome(waiting), saga.atHome(settled));
        ListSettlementsResponse second =
                list(Saga.OPERATOR, request().setPageSize(2).setPageToken(first.getNextPageToken()));
        assertThat(ids(second)).containsExactly(saga.atHome(rejected));
        assertThat(second.getNextPageToken()).isEmpty();
        assertThatThrownBy(() -> list(Saga.OPERATOR, request().setPageToken("garbage")))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.BAD_PAGE_TOKEN));
        assertThat(saga.reject(waiting).join().getStatus()).isEqualTo(Status.FAILED);
    }

    /// "Most recent cross-registry interaction (any kind)"; "Lifetime tx count with this peer".
    @Test
    void aSlashIsAnInteractionWithThePeerAndNoTransaction() {
        saga.trust(10);
        String voting = saga.voting(alice, saga.settled(alice, bob, "10"), "");
        for (TestNode node : List.of(saga.alpha(), saga.beta())) {
            count(node);
        }
        Instant before = last(saga.alpha(), saga.beta());
        Instant beforeAtHome = last(saga.beta(), saga.alpha());
        saga.pair.pass(Duration.ofHours(1));
        saga.settlesAs(saga.ruled(voting), Status.SETTLED);
        for (TestNode node : List.of(saga.alpha(), saga.beta())) {
            count(node);
        }
        assertThat(last(saga.alpha(), saga.beta())).isAfterOrEqualTo(before.plus(Duration.ofHours(1)));
        assertThat(last(saga.beta(), saga.alpha())).isAfterOrEqualTo(beforeAtHome.plus(Duration.ofHours(1)));
        assertThat(trust(saga.alpha(), saga.beta()).interactions()).isEqualTo(1);
        assertThat(trust(saga.beta(), saga.alpha()).interactions()).isEqualTo(1);
    }

    private String ruled(String amount) {
        return saga.ruled(saga.voting(alice, saga.settled(alice, bob, amount), ""));
    }

    private String held(String amount) {
        String dispute = ruled(amount);
        eventually("it is held", () -> saga.isHeld(dispute));
        return dispute;
    }

    private static ListSettlementsRequest.Builder request() {
        return ListSettlementsRequest.newBuilder();
    }

    /// As beta answers it.
    private ListSettlementsResponse list(Caller caller, ListSettlementsRequest.Builder request) {
        return Asked.<ListSettlementsResponse>ask(
                        caller, observer -> saga.beta().settling.listSettlements(request.build(), observer))
                .value();
    }

    private List<String> ids(ListSettlementsRequest.Builder request) {
        return ids(list(Saga.OPERATOR, request));
    }

    private static List<String> ids(ListSettlementsResponse page) {
        return page.getSettlementsList().stream()
                .map(Settlement::getSettlementId)
                .toList();
    }

    /// What a journal tells of slashes and compensations.
    private static List<String> money(TestNode node) {
        return node.read(tx -> node.ledger.heads(tx).stream()
                .flatMap(head -> node.ledger.entriesAfter(tx, Position.start(head.lane()), 1_000).stream())
                .filter(entry -> entry.kind() == EntryKind.DISPUTE_SLASH
                        || entry.kind() == EntryKind.DISPUTE_COMPENSATION_MINTED)
                .map(entry -> entry.kind().event() + " " + entry.amount())
                .toList());
    }

    private static void count(TestNode node) {
        new DealingCount(node.database, node.ledger, node.trust, node.peerTrusts, List.of()).run();
    }

    private static PeerTrust trust(TestNode at, TestNode of) {
        return at.read(tx -> at.peerTrusts.of(tx, of.id));
    }

    private static Instant last(TestNode at, TestNode of) {
        return trust(at, of).lastInteractionAt().orElseThrow();
    }
}
