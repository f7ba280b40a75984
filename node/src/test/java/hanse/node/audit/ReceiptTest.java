package hanse.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.audit.v1.JournalEntry;
import hanse.audit.v1.JournalSide;
import hanse.audit.v1.Receipt;
import hanse.certs.SigningKey;
import hanse.certs.VerifyKey;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.ledger.Posting;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.sdk.Receipts.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a registry proves of its journal, and a stranger checks with the registry's key alone.
@Timeout(120)
final class ReceiptTest {
    private static final Caller OPERATOR = new Caller.Operator("admin", 1);

    private final SigningKey key = SigningKey.generate();
    private final TestClock clock = new TestClock();
    private final UUID payment = UUID.randomUUID();
    private TestRegistry registry;
    private Checkpoints checkpoints;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void aJournalOfManyBlocks() {
        registry = TestRegistry.fresh(clock);
        checkpoints = new Checkpoints(registry.database, registry.ledger, TestRegistry.NAME, key::sign);
        alice = registry.agent("1000");
        bob = registry.agent("1000");
        for (int round = 0; round < 8; round++) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 1 + 3 * round; i++) {
                answers.add(registry.commit.submit(
                        registry.transfer(Optional.empty(), alice, bob, new Avt(1_000_000 + i))));
            }
            answers.forEach(CompletableFuture::join);
        }
        registry.database.write(tx -> registry.ledger.post(
                tx,
                wanted -> wanted.account(AccountId.of(alice)),
                books -> books.post(Posting.hold(EntryKind.PAYMENT_AUTHORIZED, AccountId.of(alice), Avt.parse("7"))
                        .noting("für Brot"))));
        registry.database.write(
                tx -> registry.ledger.record(tx, EntryKind.AGENT_UPDATED, alice.value(), "{\"note\":\"x\"}"));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void provesEveryEntryThereIs() {
        checkpoints.make();
        List<Position> all = positions();
        assertThat(all).hasSizeGreaterThan(180);
        for (Position position : all) {
            Receipt receipt = receipts().get(OPERATOR, position.toString());
            assertThat(fault(receipt)).as(position.toString()).isEmpty();
            assertThat(receipt.getEntry().getPosition()).isEqualTo(position.toString());
        }
    }

    @Test
    void isRefusedWithAnyBitFlipped() {
        Receipt receipt = longReceipt();
        assertThat(fault(receipt)).isEmpty();
        byte[] bytes = receipt.toByteArray();
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
            byte[] altered = bytes.clone();
            altered[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            try {
                assertThat(fault(Receipt.parseFrom(altered))).as("bit " + bit).isPresent();
            } catch (InvalidProtocolBufferException unreadable) {
                assertThat(unreadable).hasMessageNotContaining(key.verifyKey().base64());
            }
        }
    }

    @Test
    void saysWhichPartWasAltered() {
        Receipt receipt = longReceipt();
        assertFault(Part.ENTRY, receipt, r -> r.getEntryBuilder().setAmountMicros(1));
        assertFault(Part.ENTRY, receipt, r -> r.getEntryBuilder().setNote("another"));
        assertFault(
                Part.ENTRY, receipt, r -> r.getEntryBuilder().getCreditBuilder().setAccount("nobody"));
        assertFault(
                Part.ENTRY, receipt, r -> r.getEntryBuilder().getCreditBuilder().setSeal("0".repeat(64)));
        assertFault(
                Part.ENTRY,
                receipt,
                r -> r.getEntryBuilder().getCreditBuilder().getOpenedBuilder().setBalanceMicros(1_000_000_000));
        assertFault(Part.PATH, receipt, r -> r.setPath(0, r.getPath(0).replace("right", "left")));
        assertFault(Part.CHAIN, receipt, r -> r.setPreviousHead("f".repeat(64)));
        assertFault(Part.CHAIN, receipt, r -> r.setBlock(r.getBlock() + 1));
        assertFault(Part.CHECKPOINT, receipt, r -> r.setRegistryId("beta.example"));
        assertFault(
                Part.SIGNATURE, receipt, r -> r.setCheckpoint(r.getCheckpoint().replace("T00:", "T01:")));
        assertFault(
                Part.KEY,
                receipt,
                r -> r.setSigningKey(SigningKey.generate().verifyKey().base64()));
        assertThat(hanse.sdk.Receipts.fault(receipt, SigningKey.generate().publicKey()))
                .hasValueSatisfying(fault -> assertThat(fault.part()).isEqualTo(Part.KEY));
    }

    @Test
    void isForThePartiesAndOperatorsOnly() {
        checkpoints.make();
        String transfer = ofAlice().toString();
        for (AgentId party : List.of(alice, bob)) {
            assertThat(fault(receipts().get(caller(party), transfer))).isEmpty();
        }
        AgentId stranger = registry.agent("0");
        assertRefused(Reason.UNKNOWN_TRANSFER, caller(stranger), transfer);
        assertRefused(Reason.UNKNOWN_TRANSFER, OPERATOR, UUID.randomUUID().toString());
        assertRefused(
                Reason.UNKNOWN_TRANSFER, OPERATOR, Position.at(1, 1_000_000).toString());
        assertRefused(Reason.UNKNOWN_TRANSFER, OPERATOR, "nonsense");
    }

    @Test
    void showsWhatAnAccountHeldToItsAgentAlone() {
        checkpoints.make();
        Entry entry = registry.database
                .read(tx -> registry.ledger.entry(tx, ofAlice()))
                .orElseThrow();
        JournalEntry ofAlice =
                receipts().get(caller(alice), entry.position().toString()).getEntry();
        JournalEntry ofBob =
                receipts().get(caller(bob), entry.position().toString()).getEntry();
        JournalEntry ofOperator =
                receipts().get(OPERATOR, entry.position().toString()).getEntry();
        assertThat(ofAlice.getDebit().getOpened().getBalanceMicros())
                .isEqualTo(entry.debit().orElseThrow().balance());
        assertThat(ofBob.getCredit().getOpened().getBalanceMicros())
                .isEqualTo(entry.credit().orElseThrow().balance());
        for (JournalSide other :
                List.of(ofAlice.getCredit(), ofBob.getDebit(), ofOperator.getDebit(), ofOperator.getCredit())) {
            assertThat(other.getFiguresCase()).isEqualTo(JournalSide.FiguresCase.SEAL);
        }
        Receipt passedOn = hanse.sdk.Receipts.sealed(
                receipts().get(caller(alice), entry.position().toString()));
        assertThat(passedOn).isEqualTo(receipts().get(OPERATOR, entry.position().toString()));
        assertThat(fault(passedOn)).isEmpty();
        assertThat(ofAlice.getCredit().getSeal())
                .isEqualTo(ofOperator.getCredit().getSeal());
    }

    @Test
    void whatIsSealedIsNotGuessed() {
        checkpoints.make();
        Entry entry = registry.database
                .read(tx -> registry.ledger.entry(tx, ofAlice()))
                .orElseThrow();
        Receipt receipt = receipts().get(caller(alice), entry.position().toString());
        Entry.Side truth = entry.credit().orElseThrow();
        // Right figures, and the only salt that Alice has.
        Receipt.Builder guess = receipt.toBuilder();
        guess.getEntryBuilder()
                .getCreditBuilder()
                .setOpened(receipt.getEntry().getDebit().getOpened().toBuilder()
                        .setBalanceMicros(truth.balance())
                        .setHeldMicros(truth.held())
                        .setVersion(truth.version())
                        .setPrevious(new Position(truth.previous()).toString()));
        assertThat(fault(guess.build())).isPresent();
        guess.getEntryBuilder()
                .getCreditBuilder()
                .getOpenedBuilder()
                .setSalt(receipts()
                        .get(caller(bob), entry.position().toString())
                        .getEntry()
                        .getCredit()
                        .getOpened()
                        .getSalt());
        assertThat(fault(guess.build())).as("with Bob's own salt").isEmpty();
    }

    @Test
    void isFoundByThePaymentToo() {
        checkpoints.make();
        Receipt receipt = receipts().get(caller(bob), payment.toString());
        assertThat(receipt.getEntry().getPosition()).isEqualTo(ofAlice().toString());
    }

    @Test
    void hasACheckpointMadeUnlessOneWasJustMade() {
        checkpoints.make();
        String paid = registry.pay(alice, bob, "3");
        clock.advance(Duration.ofSeconds(4));
        assertThatThrownBy(() -> receipts().get(OPERATOR, paid))
                .isInstanceOfSatisfying(RefusedException.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.NOT_YET_PROVEN);
                    assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(6));
                });
        clock.advance(Duration.ofSeconds(6));
        assertThat(fault(receipts().get(OPERATOR, paid))).isEmpty();
    }

    @Test
    void isRefusedWhereItWouldGrowWithoutBound() {
        checkpoints.make();
        Receipts narrow = new Receipts(registry.database, checkpoints, this::signer, this::paid, 0);
        Position early = registry.database.read(tx -> registry.ledger.heads(tx)).stream()
                .filter(head -> head.block() > 1)
                .map(head -> Position.at(head.lane(), 1))
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> narrow.get(OPERATOR, early.toString()))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(Reason.RECEIPT_TOO_LONG));
    }

    @Test
    void checkpointsAreMadeEachMinuteAndNotMoreOften() {
        assertThat(checkpoints.makeIfDue()).isTrue();
        registry.pay(alice, bob, "3");
        clock.advance(Duration.ofSeconds(59));
        assertThat(checkpoints.makeIfDue()).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(checkpoints.makeIfDue()).isTrue();
        assertThat(checkpoints.makeIfDue()).isFalse();
    }

    private Receipts receipts() {
        return new Receipts(registry.database, checkpoints, this::signer, this::paid);
    }

    private Optional<VerifyKey> signer(byte[] text, byte[] signature) {
        return Optional.of(key.verifyKey()).filter(known -> known.verify(text, signature));
    }

    private Optional<Position> paid(hanse.node.storage.Tx tx, UUID id) {
        return id.equals(payment) ? Optional.of(ofAlice()) : Optional.empty();
    }

    /// Of an entry whose way to the checkpoint has steps of every sort.
    private Receipt longReceipt() {
        checkpoints.make();
        return positions().stream()
                .filter(position -> registry.database.read(tx -> registry.ledger
                        .entry(tx, position)
                        .filter(entry -> entry.concerned().contains(bob.value()))
                        .isPresent()))
                .map(position -> receipts().get(caller(bob), position.toString()))
                .filter(receipt -> receipt.getPathCount() > 1
                        && receipt.getPath(0).startsWith("right")
                        && receipt.getLaterRootsCount() > 1
                        && receipt.getEntry().getCredit().hasOpened())
                .findFirst()
                .orElseThrow();
    }

    private Position ofAlice() {
        return positions().stream()
                .filter(position -> registry.database.read(tx -> registry.ledger
                        .entry(tx, position)
                        .filter(entry -> entry.concerned().containsAll(Set.of(alice.value(), bob.value())))
                        .isPresent()))
                .findFirst()
                .orElseThrow();
    }

    private List<Position> positions() {
        return registry.database.read(tx -> registry.ledger.heads(tx).stream()
                .flatMap(head -> java.util.stream.LongStream.rangeClosed(1, head.number())
                        .mapToObj(number -> Position.at(head.lane(), number)))
                .toList());
    }

    private Optional<hanse.sdk.Receipts.Fault> fault(Receipt receipt) {
        return hanse.sdk.Receipts.fault(receipt, key.publicKey());
    }

    private void assertFault(Part part, Receipt receipt, Consumer<Receipt.Builder> altering) {
        Receipt.Builder altered = receipt.toBuilder();
        altering.accept(altered);
        assertThat(fault(altered.build()))
                .hasValueSatisfying(
                        fault -> assertThat(fault.part()).as(fault.wrong()).isEqualTo(part));
    }

    private void assertRefused(Reason reason, Caller caller, String id) {
        assertThatThrownBy(() -> receipts().get(caller, id))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    private static Caller caller(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }
}
