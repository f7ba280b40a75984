package hanse.node.account;

import hanse.error.v1.Reason;
import hanse.ledger.v1.DepositResponse;
import hanse.ledger.v1.DestroyResponse;
import hanse.ledger.v1.PayFromTreasuryResponse;
import hanse.ledger.v1.TransferResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.call.WireTime;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.ledger.Posting;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Treasury;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.SharedRead;
import hanse.node.storage.Tx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The operations on accounts that are not payments.
public final class Accounts {
    /// The most that the faucet gives at once.
    private static final Avt FAUCET_DRAW = Avt.parse("100");

    /// The most that the faucet gives one agent in a UTC day.
    private static final Avt FAUCET_DAY = Avt.parse("10000");

    private final Database database;
    private final Ledger ledger;
    private final GroupCommit commit;
    private final Transfers transfers;
    private final Outcomes outcomes;
    private final boolean faucet;
    private final FaucetStore draws = new FaucetStore();
    private final SharedRead<List<Ledger.Total>> totals;

    public Accounts(
            Database database,
            Ledger ledger,
            GroupCommit commit,
            Transfers transfers,
            Outcomes outcomes,
            boolean faucet) {
        this.database = database;
        this.ledger = ledger;
        this.commit = commit;
        this.transfers = transfers;
        this.outcomes = outcomes;
        this.faucet = faucet;
        this.totals = new SharedRead<>(database, ledger::totals);
    }

    /// Pays another agent of this registry.
    public CompletableFuture<TransferResponse> transfer(
            Call call, AgentId payer, AgentId payee, Avt amount, String memo) {
        return commit.submit(new TransferCommand(transfers, call, payer, payee, amount, memo));
    }

    /// The same as a command, for whoever runs commands another way.
    public static Command<TransferResponse> transferCommand(
            Transfers transfers, Call call, AgentId payer, AgentId payee, Avt amount) {
        return new TransferCommand(transfers, call, payer, payee, amount, "");
    }

    /// An agent's account. An agent sees its own; an operator sees all.
    Account balance(Caller caller, AgentId agent) {
        requireOwnOrOperator(caller, agent);
        return database.look(tx -> find(tx, agent));
    }

    /// Everything that the treasury holds, over its stripes.
    long treasury() {
        return totals().stream()
                .filter(total -> total.kind() == AccountKind.TREASURY)
                .mapToLong(Ledger.Total::micros)
                .sum();
    }

    /// Every term of the supply equation, at one moment. Anyone may ask, and it looks at every account.
    List<Ledger.Total> totals() {
        return totals.get();
    }

    /// A page of an agent's statement.
    Statement statement(Tx tx, Caller caller, AgentId agent, String token, int size) {
        requireOwnOrOperator(caller, agent);
        find(tx, agent);
        return Statement.read(ledger, tx, List.of(AccountId.of(agent)), token, size);
    }

    /// A page of the treasury's statement.
    Statement treasuryStatement(Tx tx, String token, int size) {
        List<AccountId> stripes = ledger.stripes(tx, AccountKind.TREASURY).stream()
                .map(SystemAccount::id)
                .toList();
        return Statement.read(ledger, tx, stripes, token, size);
    }

    DepositResponse deposit(Call call, AgentId agent, Avt amount, String memo) {
        return outcomes.run(call, DepositResponse.parser(), tx -> issue(tx, agent, amount, memo));
    }

    DepositResponse drawFaucet(Call call, AgentId agent, Avt amount) {
        if (!faucet) {
            throw new RefusedException(Reason.FAUCET_OFF);
        }
        if (amount.compareTo(FAUCET_DRAW) > 0) {
            throw new RefusedException(Reason.FAUCET_EMPTY);
        }
        return outcomes.run(call, DepositResponse.parser(), tx -> draw(tx, agent, amount, "faucet"));
    }

    private DepositResponse draw(Tx tx, AgentId agent, Avt amount, String memo) {
        if (!draws.draw(tx, agent, amount, FAUCET_DAY)) {
            throw new RefusedException(Reason.FAUCET_EMPTY);
        }
        return issue(tx, agent, amount, memo);
    }

    /// Gives an account of the operator's own some money, without being asked for it: out of the faucet, where agents
    /// may draw from one, else out of the treasury. Refuses with `FAUCET_EMPTY`, `INSUFFICIENT_FUNDS`.
    public void provide(AgentId account, Avt amount, String memo) {
        database.write(tx -> {
            if (faucet) {
                return draw(tx, account, amount, memo).getTransferId();
            }
            return pay(tx, account, amount, memo).getTransferId();
        });
    }

    private DepositResponse issue(Tx tx, AgentId agent, Avt amount, String memo) {
        return ledger.post(
                tx,
                wanted -> {
                    wanted.account(AccountId.of(agent));
                    wanted.account(SystemAccount.issued(wanted.lane()));
                },
                books -> {
                    books.activeAgent(agent);
                    Position position = books.post(Posting.move(
                                    EntryKind.TOKENS_ISSUED,
                                    SystemAccount.issued(books.lane()).id(),
                                    AccountId.of(agent),
                                    amount)
                            .noting(memo));
                    return DepositResponse.newBuilder()
                            .setTransferId(position.toString())
                            .setAmount(amount.toString())
                            .setBalance(balanceOf(books, agent))
                            .setAt(WireTime.of(books.now()))
                            .build();
                });
    }

    DestroyResponse destroy(Call call, AgentId agent, Avt amount, String memo) {
        return outcomes.run(
                call,
                DestroyResponse.parser(),
                tx -> ledger.post(
                        tx,
                        wanted -> {
                            wanted.account(AccountId.of(agent));
                            wanted.account(SystemAccount.destroyed(wanted.lane()));
                        },
                        books -> {
                            Account account = requireAgent(books, agent);
                            if (account.available().compareTo(amount) < 0) {
                                throw new RefusedException(Reason.INSUFFICIENT_FUNDS);
                            }
                            Position position = books.post(Posting.move(
                                            EntryKind.TOKENS_DESTROYED,
                                            AccountId.of(agent),
                                            SystemAccount.destroyed(books.lane())
                                                    .id(),
                                            amount)
                                    .noting(memo));
                            return DestroyResponse.newBuilder()
                                    .setTransferId(position.toString())
                                    .setAmount(amount.toString())
                                    .setBalance(balanceOf(books, agent))
                                    .setAt(WireTime.of(books.now()))
                                    .build();
                        }));
    }

    /// Pays an agent from the treasury, stripe by stripe, in one transaction.
    PayFromTreasuryResponse payFromTreasury(Call call, AgentId payee, Avt amount, String memo) {
        return outcomes.run(call, PayFromTreasuryResponse.parser(), tx -> pay(tx, payee, amount, memo));
    }

    private PayFromTreasuryResponse pay(Tx tx, AgentId payee, Avt amount, String memo) {
        Treasury treasury = Treasury.open(ledger, tx);
        return ledger.post(
                tx,
                wanted -> {
                    wanted.account(AccountId.of(payee));
                    treasury.accounts(wanted);
                },
                books -> {
                    books.activeAgent(payee);
                    Position last = treasury.pay(
                            books, EntryKind.TREASURY_PAID, AccountId.of(payee), amount, part -> part.noting(memo));
                    return PayFromTreasuryResponse.newBuilder()
                            .setTransferId(last.toString())
                            .setAmount(amount.toString())
                            .setAt(WireTime.of(books.now()))
                            .build();
                });
    }

    /// Freezes an account, or lifts that; says so in the journal.
    hanse.ledger.v1.Balance freeze(Call call, AgentId agent, boolean frozen, String note) {
        return outcomes.run(call, hanse.ledger.v1.Balance.parser(), tx -> {
            find(tx, agent);
            ledger.setFrozen(tx, agent, frozen);
            ledger.record(tx, frozen ? EntryKind.ACCOUNT_FROZEN : EntryKind.ACCOUNT_UNFROZEN, agent.value(), note);
            return LedgerWire.balance(agent, find(tx, agent));
        });
    }

    private Account find(Tx tx, AgentId agent) {
        return ledger.find(tx, AccountId.of(agent))
                .filter(Account::isAgent)
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
    }

    private static Account requireAgent(Books books, AgentId agent) {
        return books.find(AccountId.of(agent))
                .filter(Account::isAgent)
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
    }

    private static String balanceOf(Books books, AgentId agent) {
        return Avt.text(books.account(AccountId.of(agent)).balance());
    }

    private static void requireOwnOrOperator(Caller caller, AgentId agent) {
        boolean own = caller instanceof Caller.Agent self && self.id().equals(agent);
        if (!own && !(caller instanceof Caller.Operator)) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
    }

    /// One journal entry. An agent sees those it is a party to; an operator sees all.
    Statement.Line entry(Tx tx, Caller caller, String id) {
        return Position.parse(id)
                .flatMap(position -> ledger.entry(tx, position))
                .flatMap(entry -> lineFor(caller, entry))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TRANSFER));
    }

    private static Optional<Statement.Line> lineFor(Caller caller, hanse.node.ledger.Entry entry) {
        return switch (caller) {
            case Caller.Agent agent ->
                entry.sideOf(agent.id().value())
                        .map(side -> new Statement.Line(
                                entry, side, entry.debit().filter(side::equals).isPresent()));
            case Caller.Operator operator ->
                entry.debit()
                        .map(side -> new Statement.Line(entry, side, true))
                        .or(() -> entry.credit().map(side -> new Statement.Line(entry, side, false)));
            case Caller.Anyone anyone -> Optional.empty();
        };
    }
}
