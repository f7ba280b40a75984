package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.Optional;

/// Who keeps account of what rulings ask of defendants, and asks their homes. In the transaction of the ruling.
public interface Claims {
    /// Whether agents of that registry can be made to pay.
    boolean reaches(RegistryId home);

    /// Asks for the rows of a claim on an agent of a peer.
    void rows(Rows rows, RegistryId home);

    /// A slash was carried out here, or could not be.
    void settledHere(Books books, Claim claim, Avt burned, Avt mitigated, Optional<Reason> failure);

    /// Refuses with `EXPOSURE_EXCEEDED`, `UNKNOWN_PEER`, `FOREIGN_AGENT` what [#ask] could not ask for. Changes
    /// nothing.
    void requireRoom(Books books, Claim claim);

    /// Asks the defendant's home for the slash; what comes of it is told to [Rulings#ended]. To be called when
    /// [#requireRoom] has not refused.
    ///
    /// @param ruled the dispute as the ruling has left it, of which the home learns with it
    void ask(Books books, Claim claim, Notices.Change ruled, String traceparent);
}
