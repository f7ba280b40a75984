package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;

/// What a transfer costs: a share of the amount, rounded up to the micro-AVT, deducted from what the payee gets.
///
/// @param ppm parts per million: 5000 is 0.5 %
public record Fee(long ppm) {
    private static final long MILLION = 1_000_000;

    public Fee {
        if (ppm < 0 || ppm >= MILLION) {
            throw new IllegalArgumentException("a fee is at least 0 and less than 1,000,000 parts per million");
        }
    }

    /// The fee of an amount. Refuses with `AMOUNT_TOO_SMALL` when nothing would be left for the payee.
    public Avt of(Avt amount) {
        long whole = amount.micros() / MILLION;
        long part = amount.micros() % MILLION;
        long fee = Math.addExact(Math.multiplyExact(whole, ppm), Math.ceilDiv(part * ppm, MILLION));
        if (amount.micros() - fee < 1) {
            throw new RefusedException(Reason.AMOUNT_TOO_SMALL);
        }
        return new Avt(fee);
    }
}
