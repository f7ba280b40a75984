package hanse.node.statement;

import com.google.protobuf.ByteString;
import hanse.federation.v1.Credit;
import hanse.federation.v1.CreditPart;
import hanse.federation.v1.ListCreditsResponse;
import hanse.node.statement.CreditStore.Range;
import hanse.node.statement.Statement.Difference;
import hanse.node.statement.Statement.Key;
import hanse.node.storage.Database;
import hanse.peer.MessageIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/// Finds the transfers in which two statements differ: the peer cuts a range of ids into parts, and those that do not
/// count the same here are cut again, until they are listed one by one. Bounded, whatever the peer answers.
final class Narrowing {
    private static final int MOST_CALLS = 400;
    private static final int MOST_DIFFERENCES = 1_000;

    /// What one part can have here although the peer has few in it.
    private static final int MOST_OURS = 10_000;

    private final Database database;
    private final CreditStore credits;
    private final Key key;
    private final Function<Range, ListCreditsResponse> peer;
    private final List<Difference> found = new ArrayList<>();
    private final Deque<Range> open = new ArrayDeque<>(List.of(Range.ALL));

    /// @param peer asked for what it has counted in a range
    Narrowing(Database database, CreditStore credits, Key key, Function<Range, ListCreditsResponse> peer) {
        this.database = database;
        this.credits = credits;
        this.key = key;
        this.peer = peer;
    }

    List<Difference> find() {
        for (int calls = 0; calls < MOST_CALLS && !open.isEmpty() && found.size() < MOST_DIFFERENCES; calls++) {
            Range range = open.removeFirst();
            ListCreditsResponse theirs = peer.apply(range);
            if (theirs.getComplete()) {
                list(range, theirs.getCreditsList());
            } else {
                cut(range, theirs.getPartsList());
            }
        }
        return found.size() > MOST_DIFFERENCES ? List.copyOf(found.subList(0, MOST_DIFFERENCES)) : found;
    }

    private void list(Range range, List<Credit> listed) {
        Map<UUID, Long> theirs = new HashMap<>();
        listed.forEach(credit -> theirs.put(id(credit.getId()), credit.getMicros()));
        for (Tally.Credit ours : database.read(tx -> credits.list(tx, key, range, MOST_OURS))) {
            Optional<Long> there = Optional.ofNullable(theirs.remove(ours.id()));
            if (!there.equals(Optional.of(ours.micros()))) {
                found.add(new Difference(ours.id(), Optional.of(ours.micros()), there));
            }
        }
        theirs.forEach((id, micros) -> found.add(new Difference(id, Optional.empty(), Optional.of(micros))));
    }

    private void cut(Range range, List<CreditPart> parts) {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Optional<UUID> from =
                    i == 0 ? range.from() : Optional.of(id(parts.get(i).getFrom()));
            Optional<UUID> to =
                    i + 1 < parts.size() ? Optional.of(id(parts.get(i + 1).getFrom())) : range.to();
            ranges.add(new Range(from, to));
        }
        if (ranges.size() < 2) {
            throw new IllegalArgumentException("a part that cannot be cut");
        }
        for (int i = 0; i < ranges.size(); i++) {
            Range part = ranges.get(i);
            CreditPart said = parts.get(i);
            Tally ours = database.read(tx -> credits.tally(tx, key, part));
            if (!ours.matches(new Tally(
                    said.getCount(), said.getMicros(), said.getDigest().toByteArray()))) {
                open.addLast(part);
            }
        }
    }

    private static UUID id(ByteString bytes) {
        return MessageIds.parse(bytes).orElseThrow(() -> new IllegalArgumentException("an id that is none"));
    }
}
