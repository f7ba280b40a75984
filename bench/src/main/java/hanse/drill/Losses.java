package hanse.drill;

import hanse.node.ledger.Avt;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Transfers of which only one of two registries knows any more, since the other was put back to an older state.
final class Losses {
    private final Map<String, Half> bySender = new LinkedHashMap<>();
    private final Map<String, Half> byReceiver = new LinkedHashMap<>();

    /// What one registry still has of a transfer.
    record Half(String id, Deed deed) {
        long micros() {
            return deed.micros();
        }

        /// What its payee gets of it.
        long afterFee() {
            return micros() - fee();
        }

        private long fee() {
            return Deed.FEE.of(new Avt(micros())).micros();
        }

        private boolean goes(String from, String to) {
            return deed.payer().registry().equals(from)
                    && deed.payee().registry().equals(to);
        }
    }

    /// It was credited; who sent it has its money again.
    Half forgottenBySender(String id, Deed deed) {
        Half half = new Half(id, deed);
        bySender.put(id, half);
        return half;
    }

    /// It was exported; who got it has lost the credit.
    Half forgottenByReceiver(String id, Deed deed) {
        Half half = new Half(id, deed);
        byReceiver.put(id, half);
        return half;
    }

    boolean isForgottenBySender(String id) {
        return bySender.containsKey(id);
    }

    boolean isForgottenByReceiver(String id) {
        return byReceiver.containsKey(id);
    }

    Collection<Half> forgottenBySenders() {
        return List.copyOf(bySender.values());
    }

    /// How many credits of a deed there are besides those of what its registry has sent; negative where they are fewer.
    long creditsTooMany(Deed deed) {
        return bySender.values().stream()
                        .filter(half -> half.deed().equals(deed))
                        .count()
                - byReceiver.values().stream()
                        .filter(half -> half.deed().equals(deed))
                        .count();
    }

    /// By how much what one has imported is above what the other has exported, micro-AVT.
    long importedTooMuch(String from, String to) {
        return sum(bySender, from, to) - sum(byReceiver, from, to);
    }

    private static long sum(Map<String, Half> halves, String from, String to) {
        return halves.values().stream()
                .filter(half -> half.goes(from, to))
                .mapToLong(Half::micros)
                .sum();
    }

    /// What treasuries have not got of credits that are lost: their payees were made up for them, treasuries were not.
    long fees() {
        return byReceiver.values().stream().mapToLong(Half::fee).sum();
    }
}
