package hanse.sdk;

import com.google.protobuf.Message;
import hanse.audit.v1.JournalEntry;
import hanse.audit.v1.JournalSide;
import hanse.audit.v1.Receipt;
import hanse.wire.journal.CheckpointText;
import hanse.wire.journal.JournalHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Checks receipts, with nothing but the registry's signing key: no registry is asked. A sound receipt proves that the
/// registry signed a journal in which the entry stands, with these very accounts, amounts and times. It does not prove
/// that nothing else happened afterwards.
public final class Receipts {
    private static final String LEFT = "left ";
    private static final String RIGHT = "right ";

    private Receipts() {}

    /// Which part of a receipt is not what it must be.
    public enum Part {
        FORM,
        ENTRY,
        PATH,
        CHAIN,
        CHECKPOINT,
        SIGNATURE,
        KEY
    }

    /// Why a receipt proves nothing.
    ///
    /// @param wrong in words
    public record Fault(Part part, String wrong) {}

    private static final class Found extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Fault fault;

        Found(Part part, String wrong) {
            super(wrong, null, false, false);
            this.fault = new Fault(part, wrong);
        }
    }

    /// What is wrong with a receipt; empty when it proves its entry.
    ///
    /// @param registryKey the registry's Ed25519 signing key, 32 bytes, from a source that the caller trusts: its
    /// peering card,
    ///     or what it published before; never the receipt
    public static Optional<Fault> fault(Receipt receipt, byte[] registryKey) {
        try {
            requireKnown(receipt);
            byte[] root = requireEntry(receipt);
            byte[] head = head(receipt, root);
            requireCheckpoint(receipt, head);
            requireSigned(receipt, registryKey);
            return Optional.empty();
        } catch (Found found) {
            return Optional.of(found.fault);
        }
    }

    /// The same receipt, without what the reader's own account held: to be passed on. It proves the same entry.
    ///
    /// @throws IllegalArgumentException when the figures are not written as registries write them
    public static Receipt sealed(Receipt receipt) {
        Receipt.Builder sealed = receipt.toBuilder();
        seal(sealed.getEntryBuilder().getDebitBuilder());
        seal(sealed.getEntryBuilder().getCreditBuilder());
        return sealed.build();
    }

    private static void seal(JournalSide.Builder side) {
        if (side.hasOpened()) {
            side.setSeal(HexFormat.of().formatHex(JournalHash.seal(side.getOpened())));
        }
    }

    private static void requireKnown(Receipt receipt) throws Found {
        for (Message part : List.of(
                receipt,
                receipt.getEntry(),
                receipt.getEntry().getDebit(),
                receipt.getEntry().getDebit().getOpened(),
                receipt.getEntry().getCredit(),
                receipt.getEntry().getCredit().getOpened())) {
            if (!part.getUnknownFields().asMap().isEmpty()) {
                throw new Found(Part.FORM, "It has a field that no receipt has.");
            }
        }
    }

    private static byte[] requireEntry(Receipt receipt) throws Found {
        JournalEntry entry = receipt.getEntry();
        byte[] hash;
        try {
            hash = JournalHash.leaf(entry);
        } catch (IllegalArgumentException e) {
            throw new Found(Part.ENTRY, "The entry cannot be read: " + e.getMessage() + ".");
        }
        if (!Arrays.equals(hash, hash(Part.ENTRY, "leaf", receipt.getLeaf()))) {
            throw new Found(Part.ENTRY, "The entry, or its leaf, was altered: the one is not the other's hash.");
        }
        for (String step : receipt.getPathList()) {
            if (step.startsWith(LEFT)) {
                hash = JournalHash.node(hash(Part.PATH, "path", step.substring(LEFT.length())), hash);
            } else if (step.startsWith(RIGHT)) {
                hash = JournalHash.node(hash, hash(Part.PATH, "path", step.substring(RIGHT.length())));
            } else {
                throw new Found(Part.PATH, "The path has a step that is neither left nor right.");
            }
        }
        if (!Arrays.equals(hash, hash(Part.PATH, "root", receipt.getRoot()))) {
            throw new Found(
                    Part.PATH, "The path, or the root, was altered: it does not lead from the leaf to the root.");
        }
        return hash;
    }

    private static byte[] head(Receipt receipt, byte[] root) throws Found {
        byte[] head = JournalHash.head(hash(Part.CHAIN, "previous head", receipt.getPreviousHead()), root);
        for (String later : receipt.getLaterRootsList()) {
            head = JournalHash.head(head, hash(Part.CHAIN, "later roots", later));
        }
        return head;
    }

    private static void requireCheckpoint(Receipt receipt, byte[] head) throws Found {
        CheckpointText checkpoint = CheckpointText.parse(receipt.getCheckpoint().getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new Found(Part.CHECKPOINT, "The checkpoint cannot be read."));
        if (!checkpoint.registry().equals(receipt.getRegistryId())) {
            throw new Found(
                    Part.CHECKPOINT,
                    "The receipt says that it is " + receipt.getRegistryId() + "'s; its checkpoint is "
                            + checkpoint.registry() + "'s.");
        }
        String position = receipt.getEntry().getPosition();
        int lane = JournalHash.lane(position);
        CheckpointText.Head end = checkpoint
                .lane(lane)
                .orElseThrow(() -> new Found(
                        Part.CHECKPOINT,
                        "The checkpoint does not cover lane " + lane + ", in which the entry stands."));
        if (end.entries() < JournalHash.number(position)) {
            throw new Found(
                    Part.CHECKPOINT,
                    "The checkpoint covers fewer entries of lane " + lane + " than this one's number.");
        }
        if (end.block() - receipt.getBlock() != receipt.getLaterRootsCount()) {
            throw new Found(
                    Part.CHAIN,
                    "From block " + receipt.getBlock() + " to the checkpoint's block " + end.block() + " there are not "
                            + receipt.getLaterRootsCount() + " more.");
        }
        if (!Arrays.equals(end.hash(), head)) {
            throw new Found(
                    Part.CHAIN,
                    "The chain was altered, or the checkpoint: from the block's root the blocks after it do not lead to the"
                            + " head of lane " + lane + " that the checkpoint has.");
        }
    }

    private static void requireSigned(Receipt receipt, byte[] registryKey) throws Found {
        byte[] key = base64(Part.KEY, "signing key", receipt.getSigningKey());
        if (!Arrays.equals(key, registryKey)) {
            throw new Found(
                    Part.KEY,
                    "The receipt names the signing key " + receipt.getSigningKey() + "; the registry's is "
                            + Base64.getEncoder().encodeToString(registryKey) + ".");
        }
        byte[] signature = base64(Part.SIGNATURE, "signature", receipt.getSignature());
        if (!AgentKey.verifies(registryKey, receipt.getCheckpoint().getBytes(StandardCharsets.UTF_8), signature)) {
            throw new Found(Part.SIGNATURE, "The checkpoint is not signed by the registry's key, or was altered.");
        }
    }

    private static byte[] hash(Part part, String what, String hex) throws Found {
        try {
            return JournalHash.hash(hex);
        } catch (IllegalArgumentException e) {
            throw new Found(part, "The " + what + " is not a SHA-256 in lower-case hex.");
        }
    }

    private static byte[] base64(Part part, String what, String text) throws Found {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // Said below, as what decodes but was written otherwise.
        }
        throw new Found(part, "The " + what + " is not base64.");
    }
}
