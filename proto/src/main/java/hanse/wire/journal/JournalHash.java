package hanse.wire.journal;

import hanse.audit.v1.JournalEntry;
import hanse.audit.v1.JournalSide;
import hanse.audit.v1.OpenedSide;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/// The hashes of a journal, made from messages: the same as the registry's own.
public final class JournalHash {
    /// Bytes of a hash.
    public static final int LENGTH = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;
    private static final byte SEAL = 2;
    private static final int SALT_LENGTH = 16;
    private static final int LANE_SHIFT = 40;
    private static final int POSITION_DIGITS = 16;
    private static final int UUID_LENGTH = 1 + 16;
    private static final int SIDE_LENGTH = UUID_LENGTH + LENGTH;
    private static final int FIXED_LENGTH = 6 * Long.BYTES + 2 + 2 * SIDE_LENGTH + 3 * UUID_LENGTH + 4;

    private JournalHash() {}

    /// SHA-256 of one entry: byte 0, then every field in fixed-width big-endian form, absent ones as zeros behind a 0
    /// byte; last, and only where there is one, payer and payee. What an account held stands there sealed:
    /// SHA-256(2 ‖ salt ‖ balance ‖ held ‖ version ‖ previous).
    ///
    /// @throws IllegalArgumentException when a field is not written as registries write it
    public static byte[] leaf(JournalEntry entry) {
        byte[] note = entry.getNote().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_LENGTH + note.length);
        bytes.put(LEAF);
        bytes.putLong(position(entry.getPosition()));
        bytes.putLong(entry.getAtMicros());
        bytes.putShort(kind(entry.getKind()));
        side(bytes, entry.getDebit());
        side(bytes, entry.getCredit());
        bytes.putLong(entry.getAmountMicros());
        bytes.putLong(entry.getHeldChangeMicros());
        bytes.putLong(entry.getLink().isEmpty() ? 0 : requirePlace(position(entry.getLink())));
        uuid(bytes, entry.getSubject());
        bytes.putInt(note.length);
        bytes.put(note);
        if (!entry.getPayer().isEmpty() || !entry.getPayee().isEmpty()) {
            uuid(bytes, entry.getPayer());
            uuid(bytes, entry.getPayee());
        }
        MessageDigest sha = sha256();
        sha.update(bytes.array(), 0, bytes.position());
        return sha.digest();
    }

    /// SHA-256(1 ‖ left ‖ right).
    public static byte[] node(byte[] left, byte[] right) {
        MessageDigest sha = sha256();
        sha.update(NODE);
        sha.update(left);
        return sha.digest(right);
    }

    /// SHA-256(previous head ‖ root of the block).
    public static byte[] head(byte[] previous, byte[] root) {
        MessageDigest sha = sha256();
        sha.update(previous);
        return sha.digest(root);
    }

    /// The lane of a place in the journal.
    ///
    /// @throws IllegalArgumentException when it is not 16 hex digits
    public static int lane(String position) {
        return (int) (position(position) >>> LANE_SHIFT);
    }

    /// The number of a place in its lane.
    ///
    /// @throws IllegalArgumentException when it is not 16 hex digits
    public static long number(String position) {
        return position(position) & ((1L << LANE_SHIFT) - 1);
    }

    /// Reads a hash in lower-case hex.
    ///
    /// @throws IllegalArgumentException when it is anything else
    public static byte[] hash(String hex) {
        byte[] hash = HexFormat.of().parseHex(hex);
        if (hash.length != LENGTH || !HexFormat.of().formatHex(hash).equals(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex");
        }
        return hash;
    }

    private static long position(String hex) {
        if (hex.length() != POSITION_DIGITS) {
            throw new IllegalArgumentException("a place in the journal is 16 hex digits");
        }
        long value = HexFormat.fromHexDigitsToLong(hex);
        if (!HexFormat.of().toHexDigits(value).equals(hex)) {
            throw new IllegalArgumentException("a place in the journal is written in lower-case hex");
        }
        return value;
    }

    private static long requirePlace(long position) {
        if (position == 0) {
            throw new IllegalArgumentException("no link is written as nothing");
        }
        return position;
    }

    private static short kind(int kind) {
        if (kind < 0 || kind > Short.MAX_VALUE) {
            throw new IllegalArgumentException("there is no such kind of entry");
        }
        return (short) kind;
    }

    private static void side(ByteBuffer bytes, JournalSide side) {
        uuid(bytes, side.getAccount());
        switch (side.getFiguresCase()) {
            case SEAL -> bytes.put(hash(side.getSeal()));
            case OPENED -> {
                if (side.getAccount().isEmpty()) {
                    throw new IllegalArgumentException("figures are of an account");
                }
                bytes.put(seal(side.getOpened()));
            }
            case FIGURES_NOT_SET -> throw new IllegalArgumentException("a side has its figures, or their seal");
        }
    }

    /// What an entry's hash has of an account's figures.
    ///
    /// @throws IllegalArgumentException when a field is not written as registries write it
    public static byte[] seal(OpenedSide figures) {
        byte[] salt = HexFormat.of().parseHex(figures.getSalt());
        if (salt.length != SALT_LENGTH || !HexFormat.of().formatHex(salt).equals(figures.getSalt())) {
            throw new IllegalArgumentException("a salt is 32 digits of lower-case hex");
        }
        ByteBuffer bytes = ByteBuffer.allocate(1 + SALT_LENGTH + 4 * Long.BYTES);
        bytes.put(SEAL).put(salt);
        bytes.putLong(figures.getBalanceMicros());
        bytes.putLong(figures.getHeldMicros());
        bytes.putLong(figures.getVersion());
        bytes.putLong(position(figures.getPrevious()));
        return sha256().digest(bytes.array());
    }

    private static void uuid(ByteBuffer bytes, String text) {
        if (text.isEmpty()) {
            bytes.put((byte) 0).putLong(0).putLong(0);
            return;
        }
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equals(text)) {
            throw new IllegalArgumentException("not a UUID as it is usually written");
        }
        bytes.put((byte) 1).putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
