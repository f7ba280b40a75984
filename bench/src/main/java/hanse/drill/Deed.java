package hanse.drill;

import hanse.node.ledger.Avt;
import hanse.node.ledger.Fee;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// One agent pays another, by one call or by several. Each call has a request id of its own, which stays the same
/// however often the deed is done over again: it must come to the same.
abstract sealed class Deed permits Transfer, Crossing, Purchase, Job {
    /// Where it stands, as far as its clients were told.
    enum State {
        OPEN,
        DONE,
        REFUSED,
        /// It was refused for good because its operator had frozen the payer's account.
        FROZEN,
        /// It was done, and its registry has lost that since.
        LOST
    }

    /// Of what is paid, a half percent.
    static final Fee FEE = new Fee(5_000);

    private final String tag;
    private final Party payer;
    private final Party payee;
    private final long micros;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private volatile State state = State.OPEN;
    private volatile String refusal = "";

    /// @param tag names it, and nothing else, ever
    Deed(String tag, Party payer, Party payee, long micros) {
        this.tag = tag;
        this.payer = payer;
        this.payee = payee;
        this.micros = micros;
    }

    /// Does it from the beginning, or over again.
    abstract void act(Asking asking) throws InterruptedException, Asking.SetAside;

    /// Its name, for people.
    abstract String kind();

    final String tag() {
        return tag;
    }

    final Party payer() {
        return payer;
    }

    final Party payee() {
        return payee;
    }

    final long micros() {
        return micros;
    }

    /// AVT, as it is written.
    final String amount() {
        return Avt.text(micros);
    }

    final boolean isLocal() {
        return payer.registry().equals(payee.registry());
    }

    final boolean concerns(String registry) {
        return payer.registry().equals(registry) || payee.registry().equals(registry);
    }

    /// Whether it is a transfer: one call, after which it is done.
    final boolean isTransfer() {
        return this instanceof Transfer || this instanceof Crossing;
    }

    /// The request id of one of its calls.
    final String request(String step) {
        return tag + "/" + step;
    }

    /// What was told at that step; the same as ever, or else gives what was told first.
    final Optional<String> told(String step, String answer) {
        String first = answers.putIfAbsent(step, answer);
        return first == null || first.equals(answer) ? Optional.empty() : Optional.of(first);
    }

    /// What identifies the answer to that step.
    final Optional<String> answer(String step) {
        return Optional.ofNullable(answers.get(step));
    }

    final State state() {
        return state;
    }

    final String refusal() {
        return refusal;
    }

    final void done() {
        state = State.DONE;
    }

    final void frozen() {
        state = State.FROZEN;
    }

    /// Whether its registry must have nothing of it.
    final boolean isUndone() {
        return state == State.FROZEN || state == State.LOST;
    }

    final void lost() {
        state = State.LOST;
    }

    final void refused(String why) {
        refusal = why;
        state = State.REFUSED;
    }

    @Override
    public String toString() {
        return kind() + " " + tag + " of " + amount() + " from " + payer.did() + " to " + payee.did() + ", " + state
                + (refusal.isEmpty() ? "" : " " + refusal) + ", told " + answers;
    }
}
