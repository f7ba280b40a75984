package hanse.node.statement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import hanse.audit.v1.Equation;
import hanse.audit.v1.FederationReport;
import hanse.audit.v1.GetFederationReportRequest;
import hanse.audit.v1.GetStatementsRequest;
import hanse.audit.v1.GetStatementsResponse;
import hanse.audit.v1.ListStatementsRequest;
import hanse.audit.v1.ListStatementsResponse;
import hanse.audit.v1.PeerStatement;
import hanse.audit.v1.StatementDifference;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.federation.Pair;
import hanse.node.federation.PeerStatements;
import hanse.node.federation.TestNode;
import hanse.node.testing.Asked;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two registries say what they have counted of each day, and find the transfers in which they differ.
@Timeout(120)
final class StatementTest {
    private Pair pair;
    private TestNode alpha;
    private TestNode beta;
    private AgentId alice;
    private AgentId bob;
    private LocalDate today;

    @BeforeEach
    void someTransfersEachWay(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = pair.alpha();
        beta = pair.beta();
        alice = alpha.agent("100");
        bob = beta.agent("100");
        alpha.send(alice, beta, bob, "5").join();
        alpha.send(alice, beta, bob, "7").join();
        alpha.send(alice, beta, new AgentId(UUID.randomUUID()), "9").join();
        beta.send(bob, alpha, alice, "1").join();
        eventually("all have ended", () -> alpha.unanswered() == 0 && beta.unanswered() == 0);
        today = LocalDate.ofInstant(alpha.now(), ZoneOffset.UTC);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aDayIsClosedAnHourAfterItIsOverAndBothSayTheSame() {
        alpha.statements.run();
        assertThat(list(alpha, beta)).isEmpty();
        dayPasses();
        alpha.statements.run();
        beta.statements.run();
        for (TestNode node : List.of(alpha, beta)) {
            TestNode other = node == alpha ? beta : alpha;
            assertThat(list(node, other))
                    .filteredOn(one -> one.getDay().equals(today.toString()))
                    .extracting(PeerStatement::getSent, PeerStatement::getState, PeerStatement::getCount)
                    .containsExactlyInAnyOrder(
                            tuple(node == alpha, PeerStatement.State.MATCHES, 2L),
                            tuple(node == beta, PeerStatement.State.MATCHES, 1L));
        }
        assertThat(sent(alpha, beta).getSum()).isEqualTo("12");
        assertThat(sent(alpha, beta).getTheirSum()).isEqualTo("12");
        assertThat(alpha.statements.differing()).isZero();
    }

    @Test
    void aDayWaitsForWhatIsUnderWay() {
        beta.network.messagesLost.set(1_000_000);
        var sent = alpha.send(alice, beta, bob, "3");
        eventually("it is under way", () -> alpha.unanswered() == 1);
        dayPasses();
        alpha.statements.run();
        assertThat(list(alpha, beta)).isEmpty();
        beta.network.messagesLost.set(0);
        sent.join();
        eventually("it has ended", () -> alpha.unanswered() == 0);
        alpha.statements.run();
        assertThat(sent(alpha, beta).getState()).isEqualTo(PeerStatement.State.MATCHES);
        assertThat(sent(alpha, beta).getCount()).isEqualTo(3);
    }

    @Test
    void whatIsPreparedAfterTheCloseBelongsToAnotherDay() {
        dayPasses();
        alpha.statements.run();
        alpha.send(alice, beta, bob, "2").join();
        eventually("it has ended", () -> alpha.unanswered() == 0);
        assertThat(beta.balance(bob)).isEqualTo("112.93");
        assertThat(sent(alpha, beta).getTheirCount()).isEqualTo(2);
    }

    @Test
    void aDifferenceIsNarrowedToTheTransfersAtBothSides() {
        List<UUID> ids = manyTransfers(3_000);
        UUID lost = ids.get(17);
        UUID altered = ids.get(2_500);
        UUID made = UUID.randomUUID();
        beta.database.write(tx -> {
            tx.sql().execute("update inbox set bucket_day = null where id = ?", lost);
            tx.sql().execute("update inbox set micros = micros + 1 where id = ?", altered);
            return tx.sql()
                    .execute(
                            "insert into inbox (id, peer, outcome, bucket_day, micros) values (?, 'alpha.example', '', ?, 77)",
                            made,
                            (int) today.toEpochDay());
        });
        dayPasses();
        alpha.statements.run();
        beta.statements.run();

        PeerStatement atAlpha = sent(alpha, beta);
        assertThat(atAlpha.getState()).isEqualTo(PeerStatement.State.DIFFERS);
        assertThat(alpha.statements.differing()).isEqualTo(1);
        assertThat(beta.statements.differing()).isEqualTo(1);
        assertThat(get(alpha, beta).getStatementsList().getFirst().getDifferencesList())
                .containsExactlyInAnyOrder(
                        difference(lost, "0.000001", ""),
                        difference(altered, "0.000001", "0.000002"),
                        difference(made, "", "0.000077"));
        assertThat(get(beta, alpha).getStatementsList().stream()
                        .filter(one -> !one.getSent())
                        .flatMap(one -> one.getDifferencesList().stream()))
                .containsExactlyInAnyOrder(
                        difference(lost, "", "0.000001"),
                        difference(altered, "0.000002", "0.000001"),
                        difference(made, "0.000077", ""));
    }

    @Test
    void thereIsNoneOfADayThatIsNotOver() {
        assertThat(Asked.<GetStatementsResponse>ask(
                                operator(),
                                observer -> grpc(alpha).getStatements(request(beta, today.toString()), observer))
                        .refusal())
                .contains(Reason.NO_STATEMENT);
        assertThat(Asked.<GetStatementsResponse>ask(
                                operator(), observer -> grpc(alpha).getStatements(request(beta, "yesterday"), observer))
                        .refusal())
                .contains(Reason.NO_STATEMENT);
        assertThat(Asked.<GetStatementsResponse>ask(
                                operator(),
                                observer -> grpc(alpha)
                                        .getStatements(
                                                GetStatementsRequest.newBuilder()
                                                        .setRegistryId("nobody.example")
                                                        .setDay(today.toString())
                                                        .build(),
                                                observer))
                        .refusal())
                .contains(Reason.UNKNOWN_PEER);
    }

    @Test
    void theFederationsEquationsHoldWhileMoneyMoves() {
        var moving = alpha.send(alice, beta, bob, "4");
        FederationReport report = report(alpha);
        moving.join();
        assertThat(report.getPeersList()).singleElement().satisfies(peer -> {
            assertThat(peer.getRegistryId()).isEqualTo("beta.example");
            assertThat(peer.hasAt()).isTrue();
            assertThat(peer.getEquationsList())
                    .hasSize(4)
                    .allSatisfy(
                            one -> assertThat(one.getState()).as(one.toString()).isEqualTo(Equation.State.HOLDS));
        });
    }

    @Test
    void moneyThatAPeerHasMadeShows() {
        beta.database.write(tx -> tx.sql()
                .execute("update account set balance = balance - 1000000 where id ="
                        + " (select id from account where kind = 7 and balance < 0 limit 1)"));
        assertThat(report(alpha).getPeers(0).getEquationsList())
                .extracting(Equation::getState)
                .containsExactly(
                        Equation.State.DOES_NOT_HOLD, Equation.State.HOLDS, Equation.State.HOLDS, Equation.State.HOLDS);
        assertThat(report(alpha).getPeers(0).getEquations(0).getIs()).isEqualTo("13");
    }

    @Test
    void ofAPeerThatDoesNotAnswerNothingIsKnown() {
        beta.federation.stating(PeerStatements.NONE);
        assertThat(report(alpha).getPeers(0).getEquationsList())
                .extracting(Equation::getState)
                .containsOnly(Equation.State.NOT_KNOWN);
    }

    /// Of one micro each, with random ids, written by nobody.
    private List<UUID> manyTransfers(int count) {
        UUID[] ids = new UUID[count];
        Arrays.setAll(ids, i -> UUID.randomUUID());
        int day = (int) today.toEpochDay();
        alpha.database.write(tx -> tx.sql().execute("""
                        insert into frame (id, peer, state, payer, payee, amount, lane, bucket_day, prepared_at, ended_at)
                        select id, 'beta.example', 2, id, id, 1, 1, ?, now(), now() from unnest(?::uuid[]) as u (id)
                        """, day, ids));
        beta.database.write(tx -> tx.sql().execute("""
                        insert into inbox (id, peer, outcome, bucket_day, micros)
                        select id, 'alpha.example', '', ?, 1 from unnest(?::uuid[]) as u (id)
                        """, day, ids));
        return List.of(ids);
    }

    private void dayPasses() {
        pair.pass(Duration.between(
                alpha.now(),
                today.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().plus(Duration.ofHours(1))));
    }

    private static List<PeerStatement> list(TestNode at, TestNode peer) {
        return Asked.<ListStatementsResponse>ask(
                        operator(),
                        observer -> grpc(at).listStatements(
                                        ListStatementsRequest.newBuilder()
                                                .setRegistryId(peer.id.value())
                                                .build(),
                                        observer))
                .value()
                .getStatementsList();
    }

    private PeerStatement sent(TestNode at, TestNode peer) {
        return list(at, peer).stream()
                .filter(one -> one.getSent() && one.getDay().equals(today.toString()))
                .findFirst()
                .orElseThrow();
    }

    private GetStatementsResponse get(TestNode at, TestNode peer) {
        return Asked.<GetStatementsResponse>ask(
                        operator(), observer -> grpc(at).getStatements(request(peer, today.toString()), observer))
                .value();
    }

    private static FederationReport report(TestNode at) {
        return Asked.<FederationReport>ask(
                        operator(),
                        observer ->
                                grpc(at).getFederationReport(GetFederationReportRequest.getDefaultInstance(), observer))
                .value();
    }

    private static GetStatementsRequest request(TestNode peer, String day) {
        return GetStatementsRequest.newBuilder()
                .setRegistryId(peer.id.value())
                .setDay(day)
                .build();
    }

    private static StatementGrpc grpc(TestNode node) {
        return new StatementGrpc(node.federation.directory(), node.statements, node.reports);
    }

    private static StatementDifference difference(UUID transfer, String amount, String theirs) {
        return StatementDifference.newBuilder()
                .setTransferId(transfer.toString())
                .setAmount(amount)
                .setTheirAmount(theirs)
                .build();
    }

    private static Caller operator() {
        return new Caller.Operator("admin", 1);
    }
}
