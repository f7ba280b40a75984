package hanse.node.federation;

import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.GreetResponse;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.Request;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.peer.MessageSigner;
import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pays a little to the canary of every peer every minute, the way that agents' payments go: so it is seen whether
/// money arrives there before an agent finds out. The canary is an account without an agent: there is no key by which
/// anybody else could pay from it, and no list has it.
public final class Canary {
    private static final Logger LOG = LoggerFactory.getLogger(Canary.class);

    /// The least of which something arrives, whatever the fee: that is half of the amount at most.
    static final Avt PAYMENT = new Avt(2);

    /// What it is given at once, for each peer.
    private static final long PROVISION_MICROS = 1_000;

    private static final String NAME = "canary";
    private static final String RPC = "hanse.ledger.v1.LedgerService/CrossRegistryTransfer";

    private static final GreetRequest GREETING =
            GreetRequest.newBuilder().setProtocol(MessageSigner.PROTOCOL).build();

    private final RegistryId self;
    private final AgentId own;
    private final Database database;
    private final Ledger ledger;
    private final PeerDirectory directory;
    private final CrossRegistryTransfers transfers;
    private final BiFunction<RegistryId, GreetRequest, CompletableFuture<GreetResponse>> greeting;
    private final InstantSource clock;
    private final FrameStore frames = new FrameStore();
    private final CanaryStore store;
    private volatile Optional<Purse> purse = Optional.empty();

    /// Where its money comes from.
    @FunctionalInterface
    public interface Purse {
        /// Refuses where there is not so much.
        void provide(AgentId canary, Avt amount);
    }

    Canary(
            RegistryId self,
            Database database,
            Ledger ledger,
            PeerDirectory directory,
            CrossRegistryTransfers transfers,
            BiFunction<RegistryId, GreetRequest, CompletableFuture<GreetResponse>> greeting,
            InstantSource clock) {
        this.self = self;
        this.own = of(self);
        this.database = database;
        this.ledger = ledger;
        this.directory = directory;
        this.transfers = transfers;
        this.greeting = greeting;
        this.clock = clock;
        this.store = new CanaryStore(new Did(self, own), frames);
    }

    /// The canary of a registry, if it has one. Ids of agents are of another version, so no agent has this one.
    public static AgentId of(RegistryId registry) {
        return new AgentId(UUID.nameUUIDFromBytes(("hanse-canary/" + registry).getBytes(StandardCharsets.UTF_8)));
    }

    /// Opens its account where there is none yet; from now on peers are told of it.
    public void on(Purse provider) {
        if (account().isEmpty()) {
            open();
        }
        purse = Optional.of(provider);
    }

    private void open() {
        try {
            database.write(tx -> {
                ledger.open(tx, own);
                return own;
            });
        } catch (DataAccessException e) {
            // Another process may have done so at the same time.
            if (!Database.isDuplicate(e)) {
                throw e;
            }
        }
    }

    private Optional<Account> account() {
        return database.look(tx -> ledger.find(tx, AccountId.of(own)));
    }

    /// What peers are told; empty where it is turned off.
    Optional<Did> did() {
        return purse.map(on -> new Did(self, own));
    }

    /// Pays every peer whose canary is known and that has answered the payment before. To be called every minute; a
    /// repeat within the same minute pays nothing more. Blocks some seconds where a peer does not answer.
    public void sing() {
        List<RegistryId> active = directory.all().stream()
                .filter(peer -> peer.status() == PeerStatus.ACTIVE)
                .map(Peer::id)
                .toList();
        ask(active);
        Map<RegistryId, AgentId> payees = new LinkedHashMap<>();
        database.read(store::all).stream()
                .filter(state -> active.contains(state.peer()))
                .forEach(state -> state.payee().ifPresent(payee -> payees.put(state.peer(), payee)));
        provide(payees.size());
        long authVersion = database.look(tx -> ledger.authVersion(tx, own)).orElseThrow();
        Map<RegistryId, CompletableFuture<UUID>> sent = new LinkedHashMap<>();
        payees.forEach((peer, payee) -> sent.put(peer, pay(authVersion, new Did(peer, payee))));
        sent.forEach(this::note);
    }

    /// How payments to each peer fare that is not removed; nothing where it is turned off.
    public List<CanaryState> states() {
        if (purse.isEmpty()) {
            return List.of();
        }
        List<RegistryId> linked = directory.linked();
        return database.read(store::all).stream()
                .filter(state -> linked.contains(state.peer()))
                .toList();
    }

    /// The same of one; empty where it is turned off.
    Optional<CanaryState> state(Tx tx, RegistryId peer) {
        return purse.map(on -> store.get(tx, peer));
    }

    /// Learns of the peers' canaries. Who does not answer is paid as before: that is what it is for.
    private void ask(List<RegistryId> peers) {
        Map<RegistryId, CompletableFuture<GreetResponse>> answers = new LinkedHashMap<>();
        peers.forEach(peer -> answers.put(peer, greeting.apply(peer, GREETING)));
        answers.forEach((peer, answer) -> {
            try {
                Optional<AgentId> told = told(peer, answer.join());
                change(peer, state -> state.told(told));
            } catch (CompletionException unreached) {
                LOG.debug("{} has not said what its canary is", peer, unreached);
            }
        });
    }

    private static Optional<AgentId> told(RegistryId peer, GreetResponse answer) {
        try {
            return Optional.of(Did.parse(answer.getCanary()))
                    .filter(did -> did.registry().equals(peer))
                    .map(Did::agent);
        } catch (RefusedException none) {
            return Optional.empty();
        }
    }

    /// Sees to it that it has enough for one payment to each of so many peers.
    private void provide(int peers) {
        Avt available = account().map(Account::available).orElseThrow();
        if (available.micros() >= PAYMENT.micros() * peers) {
            return;
        }
        try {
            purse.orElseThrow().provide(own, new Avt(PROVISION_MICROS * peers));
        } catch (RefusedException poor) {
            LOG.debug("the canary is given nothing: {}", poor.reason());
        }
    }

    /// Nothing more is sent to a peer that has not answered: money does not pile up behind a link that is cut.
    ///
    /// @return the payment that was sent, or that waits
    private CompletableFuture<UUID> pay(long authVersion, Did payee) {
        Optional<UUID> waits = database.look(tx -> frames.underWay(tx, payee.registry(), own));
        if (waits.isPresent()) {
            return CompletableFuture.completedFuture(waits.get());
        }
        CrossRegistryTransferRequest request = CrossRegistryTransferRequest.newBuilder()
                .setTo(payee.toString())
                .setAmount(PAYMENT.toString())
                .setMemo(NAME)
                .build();
        return transfers
                .transfer(call(authVersion, payee.registry(), request), request)
                .thenApply(answer -> UUID.fromString(answer.getTransferId()))
                .toCompletableFuture();
    }

    /// The same request within the same minute, whichever process makes it.
    private Call call(long authVersion, RegistryId peer, CrossRegistryTransferRequest request) {
        Caller caller = new Caller.Agent(own, authVersion, false, NAME);
        Instant minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        return new Call(
                caller,
                Optional.of(new Request(
                        caller,
                        RPC,
                        Request.key(caller, RPC, peer + " " + minute),
                        SignedText.sha256(request.toByteArray()),
                        Optional.empty(),
                        true,
                        minute.getEpochSecond())),
                "");
    }

    private void note(RegistryId peer, CompletableFuture<UUID> sent) {
        try {
            UUID id = sent.join();
            Frame frame = database.look(tx -> frames.find(tx, id)).orElseThrow();
            change(peer, state -> state.sent(frame));
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof RefusedException refused)) {
                throw e;
            }
            change(peer, state -> state.unsent(refused.reason()));
        }
    }

    /// Without a lock: one process does this at a time, and should two, a count may be one short.
    private void change(RegistryId peer, UnaryOperator<CanaryState> step) {
        database.write(tx -> {
            CanaryState before = store.get(tx, peer);
            CanaryState after = step.apply(before);
            if (!after.equals(before)) {
                store.put(tx, after);
            }
            return peer;
        });
    }
}
