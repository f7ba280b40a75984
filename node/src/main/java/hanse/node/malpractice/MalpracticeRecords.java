package hanse.node.malpractice;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.TimePage;
import hanse.node.federation.Federation;
import hanse.node.ledger.Books;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Rows;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.node.trust.LocalTrust;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The operations on records.
public final class MalpracticeRecords {
    /// So many records an agent makes in a day, at most.
    static final int MOST_A_DAY = 10;

    /// So many records of one agent against another stand, at most: this is what one agent can weigh.
    static final int MOST_AGAINST_ONE = 5;

    private static final Duration DAY = Duration.ofDays(1);

    private final Database database;
    private final Ledger ledger;
    private final Outcomes outcomes;
    private final Parties parties;
    private final LocalTrust trust;
    private final List<Reportable> owners;
    private final Optional<PeerMalpractice> peers;
    private final MalpracticeStore store = new MalpracticeStore();

    /// Of a registry without peers.
    public MalpracticeRecords(
            Database database,
            Ledger ledger,
            Outcomes outcomes,
            Parties parties,
            LocalTrust trust,
            List<Reportable> owners) {
        this.database = database;
        this.ledger = ledger;
        this.outcomes = outcomes;
        this.parties = parties;
        this.trust = trust;
        this.owners = List.copyOf(owners);
        this.peers = Optional.empty();
    }

    /// Of a registry with peers; makes itself known to the federation, which must not have been started.
    public MalpracticeRecords(
            Database database,
            Ledger ledger,
            Outcomes outcomes,
            Parties parties,
            LocalTrust trust,
            List<Reportable> owners,
            Federation federation,
            GroupCommit commit) {
        this.database = database;
        this.ledger = ledger;
        this.outcomes = outcomes;
        this.parties = parties;
        this.trust = trust;
        this.owners = List.copyOf(owners);
        this.peers = Optional.of(new PeerMalpractice(federation, commit, parties, store, this.owners));
    }

    /// Puts malpractice on record. Refuses with `UNKNOWN_SUBJECT`, `DEALING_NOT_BEGUN`, `REPORTING_WINDOW_CLOSED`,
    /// `ALREADY_REPORTED`, `TOO_MANY_REPORTS`.
    hanse.malpractice.v1.Malpractice report(
            Call call, Reportable.Kind kind, UUID dealing, Malpractice.Grounds grounds, Said said) {
        return run(call, tx -> report(tx, call, kind, dealing, grounds, said));
    }

    /// A party's words before they have a time.
    record Said(String statement, String reference, Optional<byte[]> referenceHash) {
        Testimony at(Tx tx) {
            return new Testimony(statement, reference, referenceHash, tx.now());
        }
    }

    private Malpractice report(
            Tx tx, Call call, Reportable.Kind kind, UUID dealing, Malpractice.Grounds grounds, Said said) {
        AgentId agent = call.agent();
        Did reporter = parties.did(agent);
        RealDealing real = Reportable.of(owners, kind)
                .flatMap(owner -> owner.find(tx, dealing, agent))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SUBJECT));
        Did reported = real.counterparty(reporter);
        Malpractice record = Malpractice.reported(
                parties.self(),
                new Malpractice.Report(kind, dealing, reporter, reported, grounds, said.at(tx)),
                parties.isLocal(reported) ? Malpractice.Delivery.HERE : Malpractice.Delivery.UNDER_WAY);
        Rows rows = Rows.wanting(store, record.id());
        trust.want(rows, reporter, reported);
        return ledger.post(tx, rows, wanted -> {}, books -> {
            // All that one agent reports comes one after the other: its account is locked.
            if (rows.get(store, record.id()).isPresent()) {
                throw new RefusedException(Reason.ALREADY_REPORTED);
            }
            real.requireReportable(books.now());
            if (store.madeSince(tx, reporter, books.now().minus(DAY)) >= MOST_A_DAY
                    || store.standing(tx, reporter, reported) >= MOST_AGAINST_ONE) {
                throw new RefusedException(Reason.TOO_MANY_REPORTS);
            }
            rows.insert(store, record.id(), record);
            trust.report(books, reporter, reported);
            MalpracticeEvents.reported(books, parties, record);
            peers.ifPresent(links -> links.show(books, record, call));
            return record;
        });
    }

    /// Answers a record as the reported agent. Refuses with `UNKNOWN_MALPRACTICE`, `NOT_YOURS`, `ALREADY_ANSWERED`.
    hanse.malpractice.v1.Malpractice answer(Call call, UUID id, Said said) {
        return run(
                call,
                tx -> change(
                        tx,
                        see(tx, call.caller(), id),
                        record -> {
                            requireIs(call, record.report().reported());
                            return record.answered(said.at(tx));
                        },
                        (books, record) -> {
                            MalpracticeEvents.answered(books, parties, record);
                            peers.ifPresent(links -> links.answer(books, record, call));
                        }));
    }

    /// Takes a record back as its reporter. Refuses with `UNKNOWN_MALPRACTICE`, `NOT_YOURS`, `MALPRACTICE_ENDED`.
    hanse.malpractice.v1.Malpractice withdraw(Call call, UUID id) {
        return run(call, tx -> {
            Malpractice seen = see(tx, call.caller(), id);
            requireIs(call, seen.report().reporter());
            return end(tx, call, seen, Malpractice.State.WITHDRAWN, "");
        });
    }

    /// Strikes a record out as an operator. Refuses with `UNKNOWN_MALPRACTICE`, `MALPRACTICE_ENDED`, `KEPT_BY_PEER`.
    hanse.malpractice.v1.Malpractice strike(Call call, UUID id, String reason) {
        return run(call, tx -> {
            Malpractice seen = see(tx, call.caller(), id);
            if (!seen.registry().equals(parties.self())) {
                throw new RefusedException(Reason.KEPT_BY_PEER);
            }
            return end(tx, call, seen, Malpractice.State.STRUCK, reason);
        });
    }

    private Malpractice end(Tx tx, Call call, Malpractice seen, Malpractice.State how, String note) {
        Malpractice.Ending ending =
                new Malpractice.Ending(how, tx.now(), call.caller().name(), note);
        return change(tx, seen, record -> record.ended(ending), (books, record) -> {
            trust.retract(books, record.report().reporter(), record.report().reported());
            MalpracticeEvents.ended(books, parties, record);
            peers.ifPresent(links -> links.show(books, record, call));
        });
    }

    /// What follows from a change, in its commit.
    private interface Consequence {
        void of(Books books, Malpractice changed);
    }

    private Malpractice change(Tx tx, Malpractice seen, UnaryOperator<Malpractice> change, Consequence then) {
        Rows rows = Rows.wanting(store, seen.id());
        trust.want(rows, seen.report().reporter(), seen.report().reported());
        return ledger.post(tx, rows, wanted -> {}, books -> {
            Malpractice changed = change.apply(rows.get(store, seen.id()).orElseThrow());
            rows.update(store, seen.id(), changed);
            then.of(books, changed);
            return changed;
        });
    }

    private void requireIs(Call call, Did party) {
        if (!parties.did(call.agent()).equals(party)) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
    }

    private hanse.malpractice.v1.Malpractice run(Call call, Function<Tx, Malpractice> step) {
        return outcomes.run(
                call, hanse.malpractice.v1.Malpractice.parser(), tx -> MalpracticeWire.record(step.apply(tx)));
    }

    /// A record that the caller may see. Refuses with `UNKNOWN_MALPRACTICE`.
    Malpractice show(Caller caller, UUID id) {
        return database.read(tx -> see(tx, caller, id));
    }

    private Malpractice see(Tx tx, Caller caller, UUID id) {
        return store.find(tx, id)
                .filter(record -> switch (caller) {
                    case Caller.Operator _ -> true;
                    case Caller.Agent agent -> record.isParty(parties.did(agent.id()));
                    case Caller.Anyone _ -> false;
                })
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_MALPRACTICE));
    }

    /// One more than `size` records, newest first, so that the caller sees whether there are more: an agent's own; for
    /// an operator all.
    ///
    /// @param agent only those that this one is a party to
    List<Malpractice> list(
            Caller caller,
            Side side,
            Optional<Did> agent,
            Optional<Malpractice.State> state,
            Optional<TimePage> before,
            int size) {
        MalpracticeStore.Filter filter = caller instanceof Caller.Agent self
                ? new MalpracticeStore.Filter(Optional.of(parties.did(self.id())), side, agent, state)
                : new MalpracticeStore.Filter(agent, side, Optional.empty(), state);
        return database.read(tx -> store.list(tx, filter, before, size + 1));
    }
}
