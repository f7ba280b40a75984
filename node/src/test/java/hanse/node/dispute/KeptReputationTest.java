package hanse.node.dispute;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Ruling;
import hanse.node.call.AgentId;
import hanse.node.ledger.Account;
import hanse.node.ledger.SystemAccount;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.Attestations;
import hanse.node.trust.KeptReputation;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.PeerTrusts;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Rulings leave their marks where trust keeps them: spec/protocol, Disputes, first key property.
class KeptReputationTest {
    private final Court court = new Court(0, Optional.of(KeptReputationTest::reputation));
    private final AgentId payer = court.registry.agent("100");
    private final AgentId payee = court.registry.agent("20");

    static Reputation reputation(TestRegistry registry) {
        return new KeptReputation(
                TestRegistry.NAME,
                new LocalTrust(TestRegistry.NAME),
                new PeerTrusts(),
                new Attestations(
                        false,
                        1,
                        registry.database,
                        registry.outcomes,
                        registry.parties,
                        text -> text,
                        new SecureRandom()));
    }

    @AfterEach
    void close() {
        court.close();
    }

    @Test
    void aLosingDefendantGetsThreeUnsatisfactoryAndItsBondPaysFirst() {
        bond("6");
        rule(Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(rows()).containsExactly(payer + " " + payee + " 0 3");
        assertThat(bonded()).isZero();
        // 14 were left, 9.95 came in, and 4 of the 10 were not in the bond.
        assertThat(court.registry.balance(payee)).isEqualTo(19_950_000);
        assertThat(court.registry.balance(payer)).isEqualTo(100_000_000);
    }

    @Test
    void aVindicatedDefendantGetsOneSatisfactoryAndTheComplainantNothing() {
        bond("6");
        rule(Ruling.IN_FAVOR_OF_DEFENDANT);
        assertThat(rows()).containsExactly(payer + " " + payee + " 1 0");
        assertThat(bonded()).isEqualTo(6_000_000);
    }

    @Test
    void aDismissedDisputeLeavesNoRow() {
        rule(Ruling.DISMISSED);
        assertThat(rows()).isEmpty();
    }

    private void bond(String amount) {
        court.bond(payee, amount);
        court.registry.database.write(tx ->
                tx.sql().execute("insert into bond (agent, state, posted_at) values (?, 1, now())", payee.value()));
    }

    private void rule(Ruling ruling) {
        String payment = court.settled(payer, payee, "10");
        String dispute = court.voting(payer, payment, "");
        var unused = court.rule(dispute, ruling, "").value();
        assertThat(court.registry.verify().fault()).isEmpty();
    }

    private long bonded() {
        return court.registry.database.read(tx -> court.registry
                .ledger
                .find(tx, SystemAccount.bond(payee).id())
                .map(Account::balance)
                .orElse(0L));
    }

    private List<String> rows() {
        return court.registry.database.read(
                tx -> tx.sql().fetch("select rater, rated, satisfactory, unsatisfactory from trust_row").stream()
                        .map(row -> row.get(0) + " " + row.get(1) + " " + row.get(2) + " " + row.get(3))
                        .toList());
    }
}
