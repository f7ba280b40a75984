package hanse.node.ledger;

import hanse.node.call.AgentId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The hashes that chain a lane: a leaf per entry, a Merkle root per block, a head over all blocks so far. Described
/// for independent verifiers in ARCHITECTURE.md, Journal.
public final class Chain {
    /// The head of a lane that has no block.
    public static final int HASH_LENGTH = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;
    private static final int FIXED_LENGTH = 8 + 8 + 2 + 2 * (1 + 16 + 4 * 8) + 8 + 8 + 8 + 17 + 4;
    private static final int PARTIES_LENGTH = 2 * 17;

    private final MessageDigest sha = sha256();

    /// SHA-256 of one entry: byte 0, then every field in fixed-width big-endian form, absent ones as zeros behind a 0
    /// byte. Last, and only where there are such, parties whose accounts it does not change.
    public byte[] leaf(Entry entry) {
        byte[] note = entry.note().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(1 + FIXED_LENGTH + note.length + PARTIES_LENGTH);
        bytes.put(LEAF);
        bytes.putLong(entry.position().value());
        bytes.putLong(Math.addExact(
                Math.multiplyExact(entry.at().getEpochSecond(), 1_000_000L),
                entry.at().getNano() / 1_000));
        bytes.putShort(entry.kind().code());
        side(bytes, entry.debit());
        side(bytes, entry.credit());
        bytes.putLong(entry.amount().micros());
        bytes.putLong(entry.heldChange());
        bytes.putLong(entry.link().map(Position::value).orElse(0L));
        uuid(bytes, entry.subject());
        bytes.putInt(note.length);
        bytes.put(note);
        if (!entry.parties().isEmpty()) {
            uuid(bytes, entry.parties().payer().map(AgentId::value));
            uuid(bytes, entry.parties().payee().map(AgentId::value));
        }
        sha.update(bytes.array(), 0, bytes.position());
        return sha.digest();
    }

    /// Root of the Merkle tree over some leaves, at least one: a node is SHA-256(1 ‖ left ‖ right), a last odd one goes
    /// up as it is.
    public byte[] root(List<byte[]> leaves) {
        List<byte[]> level = leaves;
        while (level.size() > 1) {
            level = above(level);
        }
        return level.getFirst();
    }

    private List<byte[]> above(List<byte[]> level) {
        List<byte[]> above = new ArrayList<>((level.size() + 1) / 2);
        for (int i = 0; i + 1 < level.size(); i += 2) {
            sha.update(NODE);
            sha.update(level.get(i));
            above.add(sha.digest(level.get(i + 1)));
        }
        if (level.size() % 2 == 1) {
            above.add(level.getLast());
        }
        return above;
    }

    /// What a leaf is hashed with on its way to the root.
    ///
    /// @param left whether the other node stands on the left
    public record Step(boolean left, byte[] hash) {}

    /// The way from one of some leaves to their root.
    public List<Step> path(List<byte[]> leaves, int index) {
        List<Step> path = new ArrayList<>();
        List<byte[]> level = leaves;
        int at = index;
        while (level.size() > 1) {
            int other = at ^ 1;
            if (other < level.size()) {
                path.add(new Step(other < at, level.get(other)));
            }
            level = above(level);
            at /= 2;
        }
        return path;
    }

    /// SHA-256(previous ‖ root).
    public byte[] head(byte[] previous, byte[] root) {
        sha.update(previous);
        return sha.digest(root);
    }

    private static final UUID NONE = new UUID(0, 0);

    private static void side(ByteBuffer bytes, Optional<Entry.Side> side) {
        if (side.isEmpty()) {
            bytes.put((byte) 0);
            bytes.position(bytes.position() + 16 + 4 * 8);
            return;
        }
        Entry.Side s = side.get();
        bytes.put((byte) 1);
        uuid(bytes, s.account());
        bytes.putLong(s.balance()).putLong(s.held()).putLong(s.version()).putLong(s.previous());
    }

    private static void uuid(ByteBuffer bytes, Optional<UUID> uuid) {
        bytes.put((byte) (uuid.isPresent() ? 1 : 0));
        uuid(bytes, uuid.orElse(NONE));
    }

    private static void uuid(ByteBuffer bytes, UUID uuid) {
        bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
