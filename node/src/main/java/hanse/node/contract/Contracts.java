package hanse.node.contract;

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
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Transfers;
import hanse.node.payment.HeldMoney;
import hanse.node.payment.Token;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/// The operations on contracts.
public final class Contracts {
    private static final int SWEEP = 1_000;

    private final Database database;
    private final GroupCommit commit;
    private final Parties parties;
    private final Function<Caller.Agent, Ed25519Key> keys;
    private final HeldMoney tokens;
    private final ContractMoney money;
    private final ContractStore store;
    private final InstantSource clock;

    /// @param keys the key that a caller's standing rests on; what is signed with it is checked outside of the batch,
    /// which
    ///     then refuses a caller whose key has changed
    public Contracts(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            Function<Caller.Agent, Ed25519Key> keys,
            HeldMoney tokens,
            InstantSource clock) {
        this.database = database;
        this.commit = commit;
        this.parties = parties;
        this.keys = keys;
        this.tokens = tokens;
        this.money = new ContractMoney(transfers, tokens);
        this.store = new ContractStore(parties.self());
        this.clock = clock;
    }

    /// Proposes a contract as its contractor.
    CompletableFuture<hanse.contract.v1.Contract> create(Call call, Terms terms, String signature) {
        SignedTerms signed = SignedTerms.check(terms, signature, key(call));
        return commit.submit(new CreateCommand(call, parties, store, money, signed));
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

    /// Changes a contract as one of its parties.
    CompletableFuture<hanse.contract.v1.Contract> change(Call call, UUID id, Change change) {
        return commit.submit(new ChangeCommand(call, parties, store, money, id, change));
    }

    private Ed25519Key key(Call call) {
        if (call.caller() instanceof Caller.Agent agent) {
            return keys.apply(agent);
        }
        throw new RefusedException(Reason.ROLE_REQUIRED);
    }

    /// A contract that the caller is party to; an operator sees all.
    hanse.contract.v1.Contract show(Caller caller, UUID id) {
        return database.read(tx -> store.find(tx, id))
                .filter(contract -> sees(caller, contract))
                .map(contract -> ContractWire.full(contract, parties))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
    }

    private boolean sees(Caller caller, Contract contract) {
        return switch (caller) {
            case Caller.Agent agent ->
                contract.sideOf(parties.did(agent.id()), parties.self()).isPresent();
            case Caller.Operator _ -> true;
            case Caller.Anyone _ -> false;
        };
    }

    /// One more than `size` of the contracts that the caller sees, newest first, so that it sees whether there are
    /// more.
    ///
    /// @param side on which the caller is; empty for either
    List<Contract> list(
            Caller caller, Optional<Side> side, Optional<Contract.State> state, String pageToken, int size) {
        List<Filter> filters = switch (caller) {
            case Caller.Agent agent -> ofParty(parties.did(agent.id()), side, state);
            case Caller.Operator _ -> List.of(new Filter(Optional.empty(), Optional.empty(), state));
            case Caller.Anyone _ -> throw new RefusedException(Reason.ROLE_REQUIRED);
        };
        return list(filters, pageToken, size);
    }

    /// The same for those that `party` is party to as well.
    List<Contract> listOf(Caller caller, Did party, Optional<Contract.State> state, String pageToken, int size) {
        List<Filter> filters = switch (caller) {
            case Caller.Agent agent -> {
                Did self = parties.did(agent.id());
                yield self.equals(party)
                        ? ofParty(party, Optional.empty(), state)
                        : Stream.concat(between(self, party, state), between(party, self, state))
                                .toList();
            }
            case Caller.Operator _ -> ofParty(party, Optional.empty(), state);
            case Caller.Anyone _ -> throw new RefusedException(Reason.ROLE_REQUIRED);
        };
        return list(filters, pageToken, size);
    }

    private List<Filter> ofParty(Did party, Optional<Side> side, Optional<Contract.State> state) {
        Stream<Filter> proposed = side.filter(Side.PROVIDER::equals).isPresent()
                ? Stream.empty()
                : contractor(party).map(agent -> new Filter(Optional.of(agent), Optional.empty(), state));
        Stream<Filter> offered = side.filter(Side.CONTRACTOR::equals).isPresent()
                ? Stream.empty()
                : Stream.of(new Filter(Optional.empty(), Optional.of(party), state));
        return Stream.concat(proposed, offered).toList();
    }

    private Stream<Filter> between(Did contractor, Did provider, Optional<Contract.State> state) {
        return contractor(contractor).map(agent -> new Filter(Optional.of(agent), Optional.of(provider), state));
    }

    /// Contracts are kept at their contractor's registry.
    private Stream<AgentId> contractor(Did party) {
        return parties.isLocal(party) ? Stream.of(party.agent()) : Stream.empty();
    }

    private List<Contract> list(List<Filter> filters, String pageToken, int size) {
        Optional<TimePage> before = TimePage.read(pageToken);
        Comparator<Contract> newest = Comparator.comparing(
                        (Contract contract) -> contract.agreement().createdAt())
                .thenComparing(Contract::id)
                .reversed();
        return database.read(tx -> filters.stream()
                .flatMap(filter -> store.list(tx, filter, before, size + 1).stream())
                .sorted(newest)
                .limit(size + 1L)
                .toList());
    }

    /// Whether an agent has money in escrow; its account cannot be closed before that has come out.
    public static boolean isUnderWay(Tx tx, AgentId contractor) {
        return ContractStore.hasEscrow(tx, contractor);
    }

    /// Does what happens to contracts by itself: proposals expire, what is in escrow goes back. Answers how often.
    public int sweep() {
        int swept = 0;
        while (true) {
            List<UUID> due = database.read(tx -> store.due(tx, clock.instant(), SWEEP));
            List<CompletableFuture<Boolean>> answers = due.stream()
                    .map(id -> commit.submit(new OverCommand(parties, store, money, id)))
                    .toList();
            int done = (int) answers.stream().filter(CompletableFuture::join).count();
            swept += done;
            if (due.size() < SWEEP || done == 0) {
                return swept;
            }
        }
    }
}
