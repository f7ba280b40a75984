package hanse.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.audit.v1.GetCheckpointRequest;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.SystemAccount;
import hanse.node.testing.Asked;
import hanse.node.testing.TestRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class VerificationTest {
    private final Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(new byte[32], 0);
    private TestRegistry registry;
    private Checkpoints checkpoints;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void aJournalInThreeLanes() {
        registry = TestRegistry.fresh();
        checkpoints = new Checkpoints(registry.database, registry.ledger, TestRegistry.NAME, this::sign);
        alice = registry.agent("1000");
        bob = registry.agent("1000");
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            AgentId payer = i % 3 == 0 ? bob : alice;
            AgentId payee = i % 3 == 0 ? alice : bob;
            answers.add(registry.commit.submit(
                    registry.transfer(java.util.Optional.empty(), payer, payee, new Avt(1_000_000 + i))));
            if (i % 40 == 0) {
                answers.forEach(CompletableFuture::join);
                registry.deposit(alice, Avt.parse("1"));
            }
        }
        answers.forEach(CompletableFuture::join);
        registry.database.write(tx -> registry.ledger.post(
                tx,
                wanted -> wanted.account(AccountId.of(alice)),
                books -> books.post(Posting.hold(EntryKind.PAYMENT_AUTHORIZED, AccountId.of(alice), Avt.parse("7")))));
        registry.database.write(
                tx -> registry.ledger.record(tx, EntryKind.AGENT_UPDATED, alice.value(), "{\"note\":\"x\"}"));
        registry.promiseWhatIsBooked();
        assertThat(checkpoints.make()).isTrue();
        registry.pay(alice, bob, "3");
        assertThat(checkpoints.make()).isTrue();
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void findsNothingWhereNothingIsWrongAndSaysHowFarItIs() {
        List<Long> steps = new ArrayList<>();
        Verification.Report report = verify((checked, total) -> steps.add(checked));

        assertThat(report.fault()).isEmpty();
        assertThat(report.entries()).isGreaterThan(400);
        assertThat(steps).isSorted().startsWith(0L).endsWith(report.entries());
    }

    @Test
    void verifiesAnEmptyJournal() {
        try (TestRegistry empty = TestRegistry.fresh()) {
            assertThat(empty.verify().fault()).isEmpty();
        }
    }

    @Test
    void beforeTheFirstCheckpointThereIsNoneToShow() {
        try (TestRegistry empty = TestRegistry.fresh()) {
            Checkpoints none = new Checkpoints(empty.database, empty.ledger, TestRegistry.NAME, this::sign);
            AuditGrpc audit = new AuditGrpc(
                    none,
                    new Receipts(
                            empty.database,
                            none,
                            (text, signature) -> java.util.Optional.empty(),
                            (tx, payment) -> java.util.Optional.empty()),
                    new Verification(empty.database, TestRegistry.NAME, (text, signature) -> true));
            assertThat(Asked.<hanse.audit.v1.Checkpoint>ask(
                                    new Caller.Agent(alice, 1, false, "t"),
                                    observer ->
                                            audit.getCheckpoint(GetCheckpointRequest.getDefaultInstance(), observer))
                            .refusal())
                    .contains(Reason.NO_CHECKPOINT);
        }
    }

    @Test
    void namesAnEntryWhoseAmountWasAltered() {
        long position = entryOfAlice();
        alter("update journal set amount = amount + 1 where position = " + position);
        assertFault("journal " + hex(position));
    }

    @Test
    void namesAnEntryWhoseBalanceWasAltered() {
        long position = entryOfAlice();
        alter("update journal set credit_balance = credit_balance + 5 where position = " + position);
        assertFault("journal " + hex(position));
    }

    @Test
    void namesTheBlockOfAnEntryWhoseNoteOrTimeWasAltered() {
        long position = entryOfAlice();
        alter("update journal set note = 'for nothing' where position = " + position);
        Fault fault = fault();
        assertThat(fault.row()).matches("block \\d+/\\d+|journal " + hex(position));
        assertThat(fault.wrong()).contains("altered");
    }

    @Test
    void namesAnEntryThatSomebodyElseMayWatch() {
        long position = entryOfAlice();
        alter("update journal set payee = '" + alice + "' where position = " + position);
        assertThat(fault().row()).matches("block \\d+/\\d+|journal " + hex(position));
    }

    @Test
    void namesAnEntryThatIsGone() {
        long position = entryOfAlice();
        alter("delete from journal where position = " + position);
        assertFault("journal " + hex(position));
    }

    @Test
    void namesAnEntryThatWasAdded() {
        long last = number("select max(position) from journal");
        alter("insert into journal (position, at, kind) values (" + (last + 1) + ", now(), 40)");
        assertFault("journal " + hex(last + 1));
    }

    @Test
    void namesAnEntryOfAKindThatNobodyWrites() {
        long position = entryOfAlice();
        alter("update journal set kind = 999 where position = " + position);
        assertFault("journal " + hex(position));
    }

    @Test
    void namesTheLaneWhoseNewestBlockIsGoneWithAllItsEntries() {
        alter("delete from journal j using block b, lane l where b.lane = l.id and b.number = l.block and l.id = 1"
                + " and j.position between b.first and b.last");
        alter("delete from block b using lane l where b.lane = l.id and b.number = l.block and l.id = 1");
        assertFault("lane 1");
    }

    @Test
    void namesABlockThatIsGone() {
        alter("delete from block where lane = 3 and number = 2");
        assertFault("block 3/2");
    }

    @Test
    void namesABlockWhoseHeadWasAltered() {
        alter("update block set head = sha256(head) where lane = 3 and number = 2");
        assertFault("block 3/2");
    }

    @Test
    void namesABlockWhoseRootWasAltered() {
        alter("update block set root = sha256(root) where lane = 3 and number = 2");
        assertThat(fault().row()).matches("block 3/2|journal .*");
    }

    @Test
    void namesALaneWhoseHeadWasAltered() {
        alter("update lane set head = sha256(head) where id = 2");
        assertFault("lane 2");
    }

    @Test
    void namesAnAccountWhoseBalanceWasAltered() {
        alter("update account set balance = balance + 1000000 where id = '" + bob + "'");
        assertFault("account " + bob);
    }

    @Test
    void namesAnAccountWhoseHoldWasAltered() {
        alter("update account set held = held - 1 where id = '" + alice + "'");
        assertFault("account " + alice);
    }

    @Test
    void namesAnAccountThatIsGone() {
        alter("delete from account where id = '" + bob + "'");
        assertFault("account " + bob);
    }

    @Test
    void namesAnAccountThatHasMoneyButNoHistory() {
        UUID forged = UUID.randomUUID();
        alter("insert into account (id, kind, balance) values ('" + forged + "', 1, 5)");
        assertFault("account " + forged);
    }

    @Test
    void namesASystemAccountThatPassesForAnother() {
        UUID issued = SystemAccount.issued(3).id().value();
        alter("update account set kind = 7, peer = 'beta.example' where id = '" + issued + "'");
        assertFault("account " + issued);
    }

    @Test
    void namesACheckpointWhoseTextWasAltered() {
        alter("update checkpoint set body = body || '\\x0a'::bytea where number = 1");
        assertFault("checkpoint 1");
    }

    @Test
    void namesACheckpointThatIsGone() {
        alter("delete from checkpoint where number = 1");
        assertFault("checkpoint 1");
    }

    @Test
    void namesACheckpointThatCoversWhatIsNoLongerThere() {
        // The whole tail was removed and lane 1 set back, so that only the checkpoint remembers.
        alter("delete from journal j using block b, lane l where b.lane = l.id and b.number = l.block and l.id = 3"
                + " and j.position between b.first and b.last");
        alter("update lane l set block = b.number, position = b.last & ((1::bigint << 40) - 1), head = b.head"
                + " from block b where b.lane = l.id and b.number = l.block - 1 and l.id = 3");
        alter("delete from block b using lane l where b.lane = l.id and b.number > l.block");
        assertFault("checkpoint 1");
    }

    @Test
    void findsAForgedPastThatIsSoundInItselfByItsSignature() {
        byte[] text = text(number("select max(number) from checkpoint"));
        byte[] forged = new String(text, StandardCharsets.UTF_8)
                .replace("alpha.example", "gamma.example")
                .getBytes(StandardCharsets.UTF_8);
        registry.database.write(
                tx -> tx.sql().execute("update checkpoint set body = ? where number = 2", (Object) forged));
        assertFault("checkpoint 2");
    }

    @Test
    void makesNoCheckpointWhereNothingHasHappenedSince() {
        assertThat(checkpoints.make()).isFalse();
        registry.pay(alice, bob, "1");
        assertThat(checkpoints.make()).isTrue();
        assertThat(checkpoints.newest().orElseThrow().checkpoint().number()).isEqualTo(3);
    }

    @Test
    void numbersCheckpointsWithoutGapsWhenManyProcessesMakeThem() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 10; n++) {
                    registry.pay(alice, bob, "0.01");
                    checkpoints.make();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(number("select max(number) - count(*) from checkpoint")).isZero();
        assertThat(verify((checked, total) -> {}).fault()).isEmpty();
    }

    @Test
    void aCheckpointsTextIsWhatTheDocumentsSay() {
        Checkpoint checkpoint = checkpoints.newest().orElseThrow().checkpoint();
        String[] lines = new String(checkpoint.text(), StandardCharsets.UTF_8).split("\n");
        assertThat(lines)
                .startsWith(
                        "hanse-checkpoint-v1",
                        "alpha.example",
                        "2",
                        checkpoint.at().toString());
        assertThat(Arrays.copyOfRange(lines, 4, lines.length))
                .hasSize(3)
                .allMatch(line -> line.matches("\\d+ \\d+ \\d+ [0-9a-f]{64}"));
    }

    private long entryOfAlice() {
        return number("select position from journal where debit = '" + alice
                + "' and kind = 1 order by position limit 1" + " offset 20");
    }

    private void assertFault(String row) {
        assertThat(fault().row()).isEqualTo(row);
    }

    private Fault fault() {
        return verify((checked, total) -> {}).fault().orElseThrow();
    }

    private Verification.Report verify(Progress progress) {
        return new Verification(registry.database, TestRegistry.NAME, this::isSigned).run(progress);
    }

    private void alter(String sql) {
        assertThat(registry.database.<Integer>write(tx -> tx.sql().execute(sql)))
                .as(sql)
                .isPositive();
    }

    private long number(String sql) {
        return registry.database.read(tx -> tx.sql().fetchSingle(sql).get(0, Long.class));
    }

    private byte[] text(long checkpoint) {
        return registry.database.read(tx -> tx.sql()
                .fetchSingle("select body from checkpoint where number = " + checkpoint)
                .get(0, byte[].class));
    }

    private static String hex(long position) {
        return "%016x".formatted(position);
    }

    private byte[] sign(byte[] text) {
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(text, 0, text.length);
        return signer.generateSignature();
    }

    private boolean isSigned(byte[] text, byte[] signature) {
        Ed25519PublicKeyParameters publicKey = key.generatePublicKey();
        Ed25519Signer verifier = new Ed25519Signer();
        verifier.init(false, publicKey);
        verifier.update(text, 0, text.length);
        return verifier.verifySignature(signature);
    }
}
