package hanse.node.settlement;

import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.dispute.Rulings;
import hanse.node.federation.Federation;
import hanse.node.identity.Notes;
import hanse.node.identity.UnfinishedBusiness;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.node.trust.PeerTrust;
import hanse.node.trust.PeerTrusts;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators do about settlements, and what goes on by itself.
public final class Settlements {
    private static final Logger LOG = LoggerFactory.getLogger(Settlements.class);
    private static final int SWEEP = 200;

    private final Database database;
    private final Ledger ledger;
    private final Federation federation;
    private final Home home;
    private final Rulings rulings;
    private final PeerTrusts trusts;
    private final InstantSource clock;
    private final SettlementBook book;
    private final SettlementStore store = new SettlementStore();
    private final StepStore steps = new StepStore();
    private final ThresholdStore thresholds = new ThresholdStore();

    public Settlements(
            Database database,
            Ledger ledger,
            Federation federation,
            Home home,
            Rulings rulings,
            Parties parties,
            PeerTrusts trusts,
            InstantSource clock) {
        this.database = database;
        this.ledger = ledger;
        this.federation = federation;
        this.home = home;
        this.rulings = rulings;
        this.trusts = trusts;
        this.clock = clock;
        this.book = new SettlementBook(parties);
    }

    /// Whether a slash of an agent waits here: until that is over, neither its account nor its bond is given back.
    public static UnfinishedBusiness queued() {
        SettlementStore store = new SettlementStore();
        return store::isQueued;
    }

    /// A settlement and everything that ever happened to it.
    record History(Settlement settlement, List<Step> steps) {}

    /// A peer's threshold, and how dealing with it has gone.
    record PeerConfig(Threshold threshold, Optional<PeerTrust> trust) {}

    /// One more than `size` settlements, newest first, so that the caller sees whether there are more.
    List<Settlement> list(Tx tx, Optional<Settlement.State> state, Optional<TimePage> before, int size) {
        return store.list(tx, state, before, size + 1);
    }

    /// Refuses with `UNKNOWN_SETTLEMENT`.
    History get(Tx tx, UUID id) {
        return new History(find(tx, id), steps.of(tx, id));
    }

    private Settlement find(Tx tx, UUID id) {
        return store.find(tx, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SETTLEMENT));
    }

    /// An operator lets a slash be carried out; what has expired meanwhile, is. Refuses with `UNKNOWN_SETTLEMENT`,
    /// `SETTLEMENT_NOT_HELD`.
    History approve(Tx tx, Call call, UUID id) {
        return decide(
                tx,
                id,
                (books, held) -> home.carryOut(books, held, call.caller().name(), call.traceparent()));
    }

    /// An operator lets it come to nothing. Refuses with `UNKNOWN_SETTLEMENT`, `SETTLEMENT_NOT_HELD`.
    History reject(Tx tx, Call call, UUID id, String note) {
        return decide(
                tx,
                id,
                (books, held) -> home.decline(
                        books, held, Reason.SLASH_REJECTED, call.caller().name(), note, call.traceparent()));
    }

    private interface Decide {
        Settlement take(Books books, Settlement held);
    }

    private History decide(Tx tx, UUID id, Decide decide) {
        Settlement seen = find(tx, id);
        seen.requireHeld();
        Rows rows = rows(seen);
        Settlement decided = ledger.post(
                tx, rows, wanted -> home.accounts(wanted, seen), books -> decide.take(books, home.held(books, id)));
        return new History(decided, steps.of(tx, id));
    }

    /// The rows that deciding a settlement at home takes.
    private Rows rows(Settlement settlement) {
        Rows rows = Rows.wanting(store, settlement.id());
        home.rows(rows, settlement);
        return rows;
    }

    /// Lets expire what has waited for 24 h: at the home for good, at the origin until more is known. And tells the
    /// operator of what waits for it, before that. To be called every minute. Answers how many have expired.
    public int sweep() {
        alert();
        int swept = 0;
        for (UUID id : database.look(tx -> store.overdue(tx, clock.instant(), SWEEP))) {
            try {
                swept += expire(id).isPresent() ? 1 : 0;
            } catch (RuntimeException failure) {
                // The others are not to wait for it.
                LOG.error("settlement {} cannot expire", id, failure);
            }
        }
        return swept;
    }

    private Optional<Settlement> expire(UUID id) {
        Settlement seen = database.look(tx -> find(tx, id));
        return seen.role() == Settlement.Role.HOME ? expireAtHome(seen) : database.write(tx -> unheard(tx, seen));
    }

    private Optional<Settlement> expireAtHome(Settlement seen) {
        return database.write(tx -> ledger.post(
                tx,
                rows(seen),
                wanted -> home.accounts(wanted, seen),
                books -> book.find(books.rows(), seen.id())
                        .filter(found -> found.isOverdue(books.now()))
                        .map(found -> home.decline(books, found, Reason.SLASH_EXPIRED, Step.NODE, "", ""))));
    }

    private Optional<Settlement> unheard(Tx tx, Settlement seen) {
        Rows rows = Rows.wanting(store, seen.id());
        rulings.endedRows(rows, seen.claim().dispute(), seen.claim().subject());
        return ledger.post(
                tx,
                rows,
                wanted -> {},
                books -> book.find(rows, seen.id())
                        .filter(found -> found.isOverdue(books.now()))
                        .map(found -> unheard(books, found)));
    }

    private Settlement unheard(Books books, Settlement overdue) {
        rulings.unanswered(books, overdue.claim().dispute());
        return book.change(
                books,
                overdue.unheard(),
                Step.NODE,
                Optional.empty(),
                "nothing heard in 24 h; a late slash is minted all the same");
    }

    private void alert() {
        database.write(tx -> store.alert(tx, clock.instant().plus(Settlement.ALERT)))
                .forEach(id -> LOG.warn("settlement {} waits for an operator and expires within 4 hours", id));
    }

    /// How many settlements wait for the operator.
    public int held() {
        return queue().held();
    }

    /// How many of these expire within four hours.
    public int expiring() {
        return queue().expiring();
    }

    private SettlementStore.Queue queue() {
        return database.read(tx -> store.queue(tx, clock.instant().plus(Settlement.ALERT)));
    }

    /// The thresholds of all peers that are not removed, by id.
    ///
    /// @param withTrust whether the caller may know how dealing with them has gone
    List<PeerConfig> configs(Tx tx, boolean withTrust) {
        Map<RegistryId, Threshold> set = thresholds.all(tx);
        return federation.directory().linked().stream()
                .map(peer -> config(tx, set.getOrDefault(peer, Threshold.none(peer)), withTrust))
                .toList();
    }

    private PeerConfig config(Tx tx, Threshold threshold, boolean withTrust) {
        return new PeerConfig(threshold, withTrust ? Optional.of(trusts.of(tx, threshold.peer())) : Optional.empty());
    }

    /// Changes a peer's threshold. Refuses with `UNKNOWN_PEER`.
    PeerConfig put(Tx tx, Call call, Threshold threshold) {
        RegistryId peer = threshold.peer();
        Rows rows = Rows.wanting(federation.positions(), peer);
        rows.want(thresholds, peer);
        ledger.post(tx, rows, wanted -> {}, books -> {
            if (rows.get(federation.positions(), peer).isEmpty()) {
                throw new RefusedException(Reason.UNKNOWN_PEER);
            }
            if (rows.get(thresholds, peer).isPresent()) {
                rows.update(thresholds, peer, threshold);
            } else {
                rows.insert(thresholds, peer, threshold);
            }
            UUID subject = UUID.nameUUIDFromBytes(("hanse-peer/" + peer).getBytes(StandardCharsets.UTF_8));
            return books.post(Posting.event(
                    EntryKind.PEER_SLASH_CONFIG_CHANGED,
                    subject,
                    Notes.json(Map.of(
                            "peer",
                            peer.value(),
                            "auto_slash_enabled",
                            Boolean.toString(threshold.enabled()),
                            "auto_slash_max_avt",
                            Integer.toString(threshold.maxAvt()),
                            "by",
                            call.caller().name()))));
        });
        return config(tx, threshold, true);
    }
}
