package hanse.node.ledger;

import hanse.node.call.AgentId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final byte SEAL = 2;
    private static final byte DEBIT_SALT = 3;
    private static final byte CREDIT_SALT = 4;
    private static final int SALT_LENGTH = 16;
    private static final int SIDE_LENGTH = 17 + HASH_LENGTH;
    private static final int FIXED_LENGTH = 8 + 8 + 2 + 2 * SIDE_LENGTH + 8 + 8 + 8 + 17 + 4;
    private static final int PARTIES_LENGTH = 2 * 17;

    private final MessageDigest sha = sha256();
    private final ByteBuffer salted = ByteBuffer.allocate(1 + 16 + 8 + 16);
    private final ByteBuffer sealed = ByteBuffer.allocate(1 + SALT_LENGTH + 4 * 8);

    /// SHA-256 of one entry: byte 0, then every field in fixed-width big-endian form, absent ones as zeros behind a 0
    /// byte. Last, and only where there are such, parties whose accounts it does not change. Of what an account
    /// held it has a seal only, so that a receipt shows nobody the account of another.
    ///
    /// @param secret the lane's
    public byte[] leaf(Entry entry, UUID secret) {
        byte[] note = entry.note().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(1 + FIXED_LENGTH + note.length + PARTIES_LENGTH);
        bytes.put(LEAF);
        bytes.putLong(entry.position().value());
        bytes.putLong(Math.addExact(
                Math.multiplyExact(entry.at().getEpochSecond(), 1_000_000L),
                entry.at().getNano() / 1_000));
        bytes.putShort(entry.kind().code());
        side(bytes, entry.debit(), debitSalt(entry, secret));
        side(bytes, entry.credit(), creditSalt(entry, secret));
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

    /// With what the debit account's figures are sealed.
    public byte[] debitSalt(Entry entry, UUID secret) {
        return salt(DEBIT_SALT, secret, entry.position(), entry.debit());
    }

    /// With what the credit account's figures are sealed.
    public byte[] creditSalt(Entry entry, UUID secret) {
        return salt(CREDIT_SALT, secret, entry.position(), entry.credit());
    }

    /// The first 16 bytes of SHA-256(3 or 4 ‖ the lane's secret ‖ position ‖ account): whoever knows one knows no
    /// other.
    private byte[] salt(byte which, UUID secret, Position position, Optional<Entry.Side> side) {
        salted.clear().put(which);
        uuid(salted, secret);
        salted.putLong(position.value());
        uuid(salted, side.map(Entry.Side::account).orElse(NONE));
        sha.update(salted.array());
        return Arrays.copyOf(sha.digest(), SALT_LENGTH);
    }

    /// SHA-256(2 ‖ salt ‖ balance ‖ held ‖ version ‖ previous), of an absent side zeros.
    private byte[] seal(Optional<Entry.Side> side, byte[] salt) {
        sealed.clear().put(SEAL).put(salt);
        if (side.isPresent()) {
            Entry.Side s = side.get();
            sealed.putLong(s.balance()).putLong(s.held()).putLong(s.version()).putLong(s.previous());
        } else {
            sealed.putLong(0).putLong(0).putLong(0).putLong(0);
        }
        sha.update(sealed.array());
        return sha.digest();
    }

    /// What an entry's hash has of the debit account's figures.
    public byte[] debitSeal(Entry entry, UUID secret) {
        return seal(entry.debit(), debitSalt(entry, secret));
    }

    /// What an entry's hash has of the credit account's figures.
    public byte[] creditSeal(Entry entry, UUID secret) {
        return seal(entry.credit(), creditSalt(entry, secret));
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

    private void side(ByteBuffer bytes, Optional<Entry.Side> side, byte[] salt) {
        uuid(bytes, side.map(Entry.Side::account));
        bytes.put(seal(side, salt));
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
