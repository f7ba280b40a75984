package hanse.node.account;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Tx;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// A page of an account's entries, newest first. An account may be kept in stripes; their entries are merged by time.
///
/// @param lines each entry with the stripe it is of
/// @param next where the next page goes on; empty at the end
record Statement(List<Line> lines, Optional<String> next) {
    /// @param side what the entry did to the account
    record Line(Entry entry, Entry.Side side, boolean isDebit) {}

    /// Reads a page.
    ///
    /// @param stripes the account, or all its stripes, always in the same order
    /// @param token from the previous page, or empty
    static Statement read(Ledger ledger, Tx tx, List<AccountId> stripes, String token, int size) {
        long[] from = token.isEmpty() ? heads(ledger, tx, stripes) : decode(token, stripes.size());
        List<Deque<Line>> left = new ArrayList<>();
        for (int i = 0; i < stripes.size(); i++) {
            AccountId stripe = stripes.get(i);
            Deque<Line> lines = new ArrayDeque<>();
            for (Entry entry : ledger.walk(tx, stripe, from[i], size + 1)) {
                Entry.Side side =
                        entry.sideOf(stripe.value()).orElseThrow(() -> new RefusedException(Reason.BAD_PAGE_TOKEN));
                boolean isDebit = entry.debit().filter(side::equals).isPresent();
                lines.add(new Line(entry, side, isDebit));
            }
            left.add(lines);
        }
        // Along one stripe the order is that of its versions, whatever the clocks said; time only decides between
        // stripes.
        List<Line> page = new ArrayList<>();
        while (page.size() < size) {
            Optional<Deque<Line>> newest = newest(left);
            if (newest.isEmpty()) {
                break;
            }
            Line line = newest.get().remove();
            page.add(line);
            from[stripes.indexOf(new AccountId(line.side().account()))] =
                    line.side().previous();
        }
        return new Statement(page, newest(left).map(more -> encode(from)));
    }

    private static Optional<Deque<Line>> newest(List<Deque<Line>> stripes) {
        return stripes.stream()
                .filter(lines -> !lines.isEmpty())
                .max(Comparator.comparing(lines -> lines.element().entry().at()));
    }

    private static long[] heads(Ledger ledger, Tx tx, List<AccountId> stripes) {
        return stripes.stream()
                .mapToLong(id -> ledger.find(tx, id).map(Account::lastEntry).orElse(0L))
                .toArray();
    }

    private static String encode(long[] positions) {
        ByteBuffer bytes = ByteBuffer.allocate(positions.length * Long.BYTES);
        for (long position : positions) {
            bytes.putLong(position);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static long[] decode(String token, int count) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            if (bytes.remaining() != count * Long.BYTES) {
                throw new RefusedException(Reason.BAD_PAGE_TOKEN);
            }
            long[] positions = new long[count];
            for (int i = 0; i < count; i++) {
                positions[i] = bytes.getLong();
            }
            return positions;
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }
}
