package hanse.node.audit;

import hanse.audit.v1.JournalEntry;
import hanse.audit.v1.JournalSide;
import hanse.audit.v1.OpenedSide;
import hanse.audit.v1.Receipt;
import hanse.certs.VerifyKey;
import hanse.node.call.AgentId;
import hanse.node.ledger.Chain;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Position;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// A proof as a message.
final class ReceiptWire {
    private static final HexFormat HEX = HexFormat.of();

    private ReceiptWire() {}

    /// @param reader whose figures it shows
    static Receipt receipt(Receipts.Proof proof, Optional<UUID> reader, VerifyKey signingKey) {
        Checkpoint checkpoint = proof.checkpoint().checkpoint();
        Receipt.Builder receipt = Receipt.newBuilder()
                .setRegistryId(checkpoint.registry().value())
                .setEntry(entry(proof.entry(), proof.secret(), reader))
                .setLeaf(HEX.formatHex(proof.leaf()))
                .setRoot(HEX.formatHex(proof.block().root()))
                .setBlock(proof.block().number())
                .setPreviousHead(HEX.formatHex(proof.block().previous()))
                .setCheckpoint(new String(checkpoint.text(), StandardCharsets.UTF_8))
                .setSignature(
                        Base64.getEncoder().encodeToString(proof.checkpoint().signature()))
                .setSigningKey(signingKey.base64());
        proof.path().forEach(step -> receipt.addPath((step.left() ? "left " : "right ") + HEX.formatHex(step.hash())));
        proof.laterRoots().forEach(root -> receipt.addLaterRoots(HEX.formatHex(root)));
        return receipt.build();
    }

    private static JournalEntry entry(Entry entry, UUID secret, Optional<UUID> reader) {
        Chain chain = new Chain();
        return JournalEntry.newBuilder()
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
                .setPayee(entry.parties().payee().map(AgentId::toString).orElse(""))
                .setDebit(side(entry.debit(), reader, chain.debitSalt(entry, secret), chain.debitSeal(entry, secret)))
                .setCredit(
                        side(entry.credit(), reader, chain.creditSalt(entry, secret), chain.creditSeal(entry, secret)))
                .build();
    }

    private static JournalSide side(Optional<Entry.Side> side, Optional<UUID> reader, byte[] salt, byte[] seal) {
        JournalSide.Builder message = JournalSide.newBuilder();
        side.ifPresent(s -> message.setAccount(s.account().toString()));
        if (side.isPresent() && side.map(Entry.Side::account).equals(reader)) {
            return message.setOpened(opened(side.get(), salt)).build();
        }
        return message.setSeal(HEX.formatHex(seal)).build();
    }

    private static OpenedSide opened(Entry.Side side, byte[] salt) {
        return OpenedSide.newBuilder()
                .setBalanceMicros(side.balance())
                .setHeldMicros(side.held())
                .setVersion(side.version())
                .setPrevious(new Position(side.previous()).toString())
                .setSalt(HEX.formatHex(salt))
                .build();
    }
}
