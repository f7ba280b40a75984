package hanse.drill;

import hanse.drill.Books.Moved;
import hanse.drill.Losses.Half;
import hanse.drill.Rows.Row;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// What a registry lacks that was put back to an older state, and what its operator does about it.
final class Aftermath {
    /// What a peer has credited of a registry's, by the peer's books.
    private static final String CREDITED = """
            select j.subject, j.amount, j.note from journal j join account a on a.id = j.debit
            where j.kind = %d and a.peer = '%s'
            """;

    /// What a registry has credited of a peer's, by the peer's books.
    private static final String EXPORTED = """
            select f.id, f.amount, j.note from frame f join journal j on j.subject = f.id and j.kind = %d
            where f.state = 2 and f.peer = '%s'
            """;

    private final Town town;
    private final List<Town> peers;
    private final Losses losses;
    private final Faults faults;
    private final Tally tally;
    private final List<Half> given = new ArrayList<>();
    private final List<Half> got = new ArrayList<>();

    Aftermath(Town town, List<Town> peers, Losses losses, Faults faults, Tally tally) {
        this.town = town;
        this.peers = peers;
        this.losses = losses;
        this.faults = faults;
        this.tally = tally;
    }

    /// Looks for all that is lost.
    ///
    /// @param name what the memos of all transfers begin with
    /// @param safe what was done before the backup: nothing of it may be lost
    void find(List<Deed> deeds, String name, Set<Deed> safe) throws SQLException, IOException {
        Books own;
        try (Connection database = town.database()) {
            own = Books.read(database, name);
        }
        for (Deed deed : deeds) {
            if (isAcknowledgedTransfer(deed) && !stands(deed, own)) {
                faults.require(!safe.contains(deed), "was acknowledged before the backup, and is lost: " + deed);
                deed.lost();
                count("acknowledged after the backup and lost: " + deed.kind(), deed.micros());
            }
        }
        Map<String, Deed> byTag =
                deeds.stream().filter(Deed::isTransfer).collect(Collectors.toMap(Deed::tag, Function.identity()));
        for (Town peer : peers) {
            try (Connection database = peer.database()) {
                for (Row row :
                        Rows.of(database, CREDITED.formatted(EntryKind.TRANSFER_IMPORTED.code(), town.registry()))) {
                    String id = row.text(0);
                    if (!own.frames().containsKey(id) && !losses.isForgottenBySender(id)) {
                        given.add(losses.forgottenBySender(id, deedOf(row, byTag, safe)));
                        count("transfers credited by a peer, and lost by their sender", row.number(1));
                    }
                }
                for (Row row :
                        Rows.of(database, EXPORTED.formatted(EntryKind.TRANSFER_PREPARED.code(), town.registry()))) {
                    String id = row.text(0);
                    if (!own.received().containsKey(id) && !losses.isForgottenByReceiver(id)) {
                        got.add(losses.forgottenByReceiver(id, deedOf(row, byTag, safe)));
                        count("transfers exported by a peer, their credit lost", row.number(1));
                    }
                }
            }
        }
    }

    private boolean isAcknowledgedTransfer(Deed deed) {
        return deed.isTransfer()
                && deed.state() == Deed.State.DONE
                && deed.payer().registry().equals(town.registry());
    }

    private static boolean stands(Deed deed, Books books) {
        Map<String, Moved> there = deed.isLocal() ? books.transfers() : books.prepared();
        return there.containsKey(deed.tag());
    }

    private Deed deedOf(Row row, Map<String, Deed> byTag, Set<Deed> safe) {
        Deed deed = byTag.get(row.text(2));
        if (deed == null) {
            throw new IllegalStateException("lost is what no client has asked for: " + row);
        }
        faults.require(!safe.contains(deed), "had arrived before the backup, and is lost: " + deed);
        faults.require(deed.micros() == row.number(1), "was of another amount, " + row + ": " + deed);
        return deed;
    }

    private void count(String what, long micros) {
        tally.count(what);
        tally.add("micro-AVT, " + what, micros);
    }

    /// Lets nobody spend again what a peer's agent has got already.
    void freeze() {
        spentAlready().keySet().forEach(payer -> town.done("freeze", payer));
    }

    /// Takes from payers what a peer's agents have got, and gives payees what peers' agents have paid them.
    void makeUp() {
        spentAlready().forEach((payer, micros) -> {
            town.done("destroy", payer, Avt.text(micros));
            town.done("unfreeze", payer);
        });
        sums(got, half -> half.deed().payee(), Half::afterFee)
                .forEach((payee, micros) -> town.done("deposit", payee, Avt.text(micros)));
    }

    private Map<String, Long> spentAlready() {
        return sums(given, half -> half.deed().payer(), Half::micros);
    }

    private static Map<String, Long> sums(List<Half> halves, Function<Half, Party> whose, ToLongFunction<Half> micros) {
        return halves.stream()
                .collect(Collectors.groupingBy(
                        half -> whose.apply(half).credentials().subject(),
                        TreeMap::new,
                        Collectors.summingLong(micros)));
    }

    /// Whether the report on the federation has something to say.
    boolean hasHalves() {
        return !given.isEmpty() || !got.isEmpty();
    }
}
