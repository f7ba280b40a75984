package hanse.node.audit;

import hanse.audit.v1.JournalEntry;
import hanse.audit.v1.JournalSide;
import hanse.audit.v1.Receipt;
import hanse.node.call.AgentId;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Position;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;

/// A proof as a message.
final class ReceiptWire {
    private static final HexFormat HEX = HexFormat.of();

    private ReceiptWire() {}

    static Receipt receipt(Receipts.Proof proof, byte[] signingKey) {
        Checkpoint checkpoint = proof.checkpoint().checkpoint();
        Receipt.Builder receipt = Receipt.newBuilder()
                .setRegistryId(checkpoint.registry().value())
                .setEntry(entry(proof.entry()))
                .setLeaf(HEX.formatHex(proof.leaf()))
                .setRoot(HEX.formatHex(proof.block().root()))
                .setBlock(proof.block().number())
                .setPreviousHead(HEX.formatHex(proof.block().previous()))
                .setCheckpoint(new String(checkpoint.text(), StandardCharsets.UTF_8))
                .setSignature(
                        Base64.getEncoder().encodeToString(proof.checkpoint().signature()))
                .setSigningKey(Base64.getEncoder().encodeToString(signingKey));
        proof.path().forEach(step -> receipt.addPath((step.left() ? "left " : "right ") + HEX.formatHex(step.hash())));
        proof.laterRoots().forEach(root -> receipt.addLaterRoots(HEX.formatHex(root)));
        return receipt.build();
    }

    private static JournalEntry entry(Entry entry) {
        JournalEntry.Builder message = JournalEntry.newBuilder()
                .setPosition(entry.position().toString())
                .setAtMicros(Math.addExact(
                        Math.multiplyExact(entry.at().getEpochSecond(), 1_000_000L),
                        entry.at().getNano() / 1_000))
                .setKind(entry.kind().code())
                .setAmountMicros(entry.amount().micros())
                .setHeldChangeMicros(entry.heldChange())
                .setLink(entry.link().map(Position::toString).orElse(""))
                .setSubject(entry.subject().map(UUID::toString).orElse(""))
                .setNote(entry.note())
                .setPayer(entry.parties().payer().map(AgentId::toString).orElse(""))
                .setPayee(entry.parties().payee().map(AgentId::toString).orElse(""));
        entry.debit().ifPresent(side -> message.setDebit(side(side)));
        entry.credit().ifPresent(side -> message.setCredit(side(side)));
        return message.build();
    }

    private static JournalSide side(Entry.Side side) {
        return JournalSide.newBuilder()
                .setAccount(side.account().toString())
                .setBalanceMicros(side.balance())
                .setHeldMicros(side.held())
                .setVersion(side.version())
                .setPrevious(new Position(side.previous()).toString())
                .build();
    }
}
