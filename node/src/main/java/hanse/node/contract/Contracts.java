package hanse.node.contract;

import com.google.protobuf.Timestamp;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.TimePage;
import hanse.node.contract.ContractStore.Filter;
import hanse.node.dispute.Disputable;
import hanse.node.federation.Federation;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Transfers;
import hanse.node.malpractice.Reportable;
import hanse.node.payment.HeldMoney;
import hanse.node.payment.Token;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/// The operations on contracts.
public final class Contracts {
    private final Database database;
    private final GroupCommit commit;
    private final Parties parties;
    private final Function<Caller.Agent, Ed25519Key> keys;
    private final HeldMoney tokens;
    private final ContractStore store;
    private final Changes changes;
    private final Optional<PeerContracts> peers;
    private final InstantSource clock;

    /// Of a registry without peers.
    public Contracts(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            Function<Caller.Agent, Ed25519Key> keys,
            HeldMoney tokens,
            InstantSource clock) {
        this(database, commit, transfers, parties, keys, tokens, Optional.empty(), clock);
    }

    /// Of a registry with peers; makes itself known to the federation, which must not have been started.
    public Contracts(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            Function<Caller.Agent, Ed25519Key> keys,
            HeldMoney tokens,
            Federation federation,
            InstantSource clock) {
        this(database, commit, transfers, parties, keys, tokens, Optional.of(federation), clock);
    }

    /// @param keys the key that a caller's standing rests on; what is signed with it is checked outside of the batch,
    ///     which then refuses a caller whose key has changed
    private Contracts(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            Function<Caller.Agent, Ed25519Key> keys,
            HeldMoney tokens,
            Optional<Federation> federation,
            InstantSource clock) {
        this.database = database;
        this.commit = commit;
        this.parties = parties;
        this.keys = keys;
        this.tokens = tokens;
        this.clock = clock;
        this.store = new ContractStore(parties.self());
        this.changes = new Changes(
                parties,
                store,
                new ContractMoney(parties.self(), transfers, tokens, federation.map(Federation::frames)),
                federation.map(Federation::messages));
        this.peers = federation.map(links -> new PeerContracts(links, database, commit, changes, clock));
    }

    /// Contracts of which malpractice may be reported.
    public Reportable reportable() {
        return new ReportableContract(store, parties);
    }

    /// Proposes a contract as its contractor.
    CompletableFuture<hanse.contract.v1.Contract> create(Call call, Terms terms, String signature) {
        SignedTerms signed = SignedTerms.check(terms, signature, key(call));
        return commit.submit(new CreateCommand(call, changes, peers, signed));
    }

    /// Accepts a contract as its provider.
    CompletableFuture<hanse.contract.v1.Contract> accept(Call call, UUID id, String signature, String termsHash) {
        return change(call, id, new Change.Accept(signature, key(call), termsHash));
    }

    /// Approves the work of a milestone as the contractor, which pays it.
    ///
    /// @param token a payment token whose held money pays; may be empty
    CompletableFuture<hanse.contract.v1.Contract> approve(Call call, UUID id, String milestone, String token) {
        Optional<Token> presented = token.isEmpty() ? Optional.empty() : Optional.of(tokens.token(token));
        return change(call, id, new Change.Approve(milestone, presented));
    }

    /// Changes a contract as one of its parties. What has to go to a peer is waited for, 2 s at most.
    CompletableFuture<hanse.contract.v1.Contract> change(Call call, UUID id, Change change) {
        return commit.submit(new ChangeCommand(call, changes, peers, keys, id, change))
                .thenCompose(answer -> answer.getRelayId().isEmpty()
                        ? paying(answer)
                                .map(frame -> paid(call, answer, frame))
                                .orElse(CompletableFuture.completedFuture(answer))
                        : peers.orElseThrow().relayed(UUID.fromString(answer.getRelayId())));
    }

    private static Optional<UUID> paying(hanse.contract.v1.Contract contract) {
        return contract.getMilestonesList().stream()
                .filter(milestone -> milestone.getState() == hanse.contract.v1.Milestone.State.PAYING)
                .max(Comparator.comparing(
                        hanse.contract.v1.Milestone::getApprovedAt,
                        Comparator.comparing(Timestamp::getSeconds).thenComparing(Timestamp::getNanos)))
                .map(milestone -> UUID.fromString(milestone.getTransferId()));
    }

    /// The contract as it stands when a milestone's transfer has ended, or after 2 s.
    private CompletableFuture<hanse.contract.v1.Contract> paid(
            Call call, hanse.contract.v1.Contract first, UUID frame) {
        CompletableFuture<?> ended = peers.orElseThrow().paid(frame);
        if (call.isReplayed()) {
            ended.complete(null);
        }
        return ended.thenApplyAsync(
                whatever -> database.read(tx -> store.find(tx, UUID.fromString(first.getContractId())))
                        .map(contract -> ContractWire.basic(contract, parties))
                        .orElse(first),
                peers.orElseThrow().threads());
    }

    private Ed25519Key key(Call call) {
        if (call.caller() instanceof Caller.Agent agent) {
            return keys.apply(agent);
        }
        throw new RefusedException(Reason.ROLE_REQUIRED);
    }

    /// A contract that the caller is party to, also one that a peer keeps; an operator sees all.
    hanse.contract.v1.Contract show(Caller caller, UUID id) {
        return database.read(tx -> store.find(tx, id)
                        .filter(contract -> sees(caller, contract))
                        .map(contract -> ContractWire.full(contract, parties))
                        .or(() -> mirrored(tx, caller, id)))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
    }

    private Optional<hanse.contract.v1.Contract> mirrored(Tx tx, Caller caller, UUID id) {
        return peers.flatMap(known -> known.find(tx, id))
                .filter(mirror -> switch (caller) {
                    case Caller.Agent agent -> mirror.provider().equals(agent.id());
                    case Caller.Operator _ -> true;
                    case Caller.Anyone _ -> false;
                })
                .map(Mirror::full);
    }

    private boolean sees(Caller caller, Contract contract) {
        return switch (caller) {
            case Caller.Agent agent ->
                contract.sideOf(parties.did(agent.id()), parties.self()).isPresent();
            case Caller.Operator _ -> true;
            case Caller.Anyone _ -> false;
        };
    }

    /// A contract of a list.
    ///
    /// @param at by which the list is ordered: when it was proposed here
    record Listed(Instant at, UUID id, hanse.contract.v1.Contract contract) {}

    /// One more than `size` of the contracts that the caller sees, newest first, so that it sees whether there are
    /// more.
    ///
    /// @param side on which the caller is; empty for either
    List<Listed> list(Caller caller, Optional<Side> side, Optional<Contract.State> state, String pageToken, int size) {
        return switch (caller) {
            case Caller.Agent agent -> {
                Did self = parties.did(agent.id());
                boolean proposed = !side.filter(Side.PROVIDER::equals).isPresent();
                boolean offered = !side.filter(Side.CONTRACTOR::equals).isPresent();
                yield new Page(state, pageToken, size)
                        .kept(proposed ? Optional.of(self) : Optional.empty(), Optional.empty())
                        .kept(Optional.empty(), offered ? Optional.of(self) : Optional.empty())
                        .mirrored(offered, Optional.of(agent.id()), Optional.empty())
                        .read();
            }
            case Caller.Operator _ ->
                new Page(state, pageToken, size)
                        .all()
                        .mirrored(true, Optional.empty(), Optional.empty())
                        .read();
            case Caller.Anyone _ -> throw new RefusedException(Reason.ROLE_REQUIRED);
        };
    }

    /// The same for those that `party` is party to as well.
    List<Listed> listOf(Caller caller, Did party, Optional<Contract.State> state, String pageToken, int size) {
        return switch (caller) {
            case Caller.Agent agent -> {
                Did self = parties.did(agent.id());
                yield self.equals(party)
                        ? list(caller, Optional.empty(), state, pageToken, size)
                        : new Page(state, pageToken, size)
                                .kept(Optional.of(self), Optional.of(party))
                                .kept(Optional.of(party), Optional.of(self))
                                .mirrored(!parties.isLocal(party), Optional.of(agent.id()), Optional.of(party))
                                .read();
            }
            case Caller.Operator _ ->
                new Page(state, pageToken, size)
                        .kept(Optional.of(party), Optional.empty())
                        .kept(Optional.empty(), Optional.of(party))
                        .mirrored(
                                true,
                                parties.isLocal(party) ? Optional.of(party.agent()) : Optional.empty(),
                                parties.isLocal(party) ? Optional.empty() : Optional.of(party))
                        .read();
            case Caller.Anyone _ -> throw new RefusedException(Reason.ROLE_REQUIRED);
        };
    }

    /// What a list is gathered from: each source is asked for a whole page, in one order.
    private final class Page {
        private final Optional<Contract.State> state;
        private final Optional<TimePage> before;
        private final int size;
        private final List<Function<Tx, Stream<Listed>>> sources = new ArrayList<>();

        Page(Optional<Contract.State> state, String pageToken, int size) {
            this.state = state;
            this.before = TimePage.read(pageToken);
            this.size = size;
        }

        Page all() {
            return kept(new Filter(Optional.empty(), Optional.empty(), state));
        }

        /// Those that this registry keeps. It keeps those of its own contractors; naming neither adds nothing.
        Page kept(Optional<Did> contractor, Optional<Did> provider) {
            boolean none = contractor.isEmpty() && provider.isEmpty();
            boolean elsewhere =
                    contractor.filter(party -> !parties.isLocal(party)).isPresent();
            return none || elsewhere ? this : kept(new Filter(contractor.map(Did::agent), provider, state));
        }

        private Page kept(Filter filter) {
            sources.add(tx -> store.list(tx, filter, before, size + 1).stream()
                    .map(contract -> new Listed(
                            contract.agreement().createdAt(), contract.id(), ContractWire.basic(contract, parties))));
            return this;
        }

        /// Those that peers keep.
        ///
        /// @param contractor of a peer; empty for any
        Page mirrored(boolean wanted, Optional<AgentId> provider, Optional<Did> contractor) {
            if (wanted && peers.isPresent()) {
                sources.add(tx -> peers.get().list(tx, provider, contractor, state, before, size + 1).stream()
                        .map(mirror -> new Listed(mirror.createdAt(), mirror.id(), mirror.basic())));
            }
            return this;
        }

        List<Listed> read() {
            Comparator<Listed> newest =
                    Comparator.comparing(Listed::at).thenComparing(Listed::id).reversed();
            return database.read(tx -> sources.stream()
                    .flatMap(source -> source.apply(tx))
                    .sorted(newest)
                    .limit(size + 1L)
                    .toList());
        }
    }

    /// Whether an agent has money in escrow; its account cannot be closed before that has come out.
    public static boolean isUnderWay(Tx tx, AgentId contractor) {
        return ContractStore.hasEscrow(tx, contractor);
    }

    /// Contracts as something to dispute.
    public Disputable disputable() {
        return new DisputableContract(changes);
    }

    /// Does what happens to contracts by itself: proposals expire, what is in escrow goes back. Answers how often.
    public int sweep() {
        return commit.sweep(
                limit -> database.look(tx -> store.due(tx, clock.instant(), limit)),
                id -> new OverCommand(changes, id));
    }
}
