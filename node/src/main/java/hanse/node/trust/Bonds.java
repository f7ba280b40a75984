package hanse.node.trust;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.identity.Agents;
import hanse.node.identity.UnfinishedBusiness;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What happens to bonds, in the order of a bond's life.
public final class Bonds {
    private static final int SWEEP = 100;
    private static final AgentId FIRST = new AgentId(new UUID(0, 0));

    private final Database database;
    private final Ledger ledger;
    private final Outcomes outcomes;
    private final Agents agents;
    private final Parties parties;
    private final Trust trust;
    private final BondPolicy policy;
    private final List<OpenDisputes> disputes;
    private final BondStore store = new BondStore();

    public Bonds(
            Database database,
            Ledger ledger,
            Outcomes outcomes,
            Agents agents,
            Parties parties,
            Trust trust,
            BondPolicy policy,
            List<OpenDisputes> disputes) {
        this.database = database;
        this.ledger = ledger;
        this.outcomes = outcomes;
        this.agents = agents;
        this.parties = parties;
        this.trust = trust;
        this.policy = policy;
        this.disputes = List.copyOf(disputes);
    }

    /// Money in a bond is unfinished business of its agent.
    public static UnfinishedBusiness unfinished(Ledger ledger) {
        return (tx, agent) -> ledger.find(tx, SystemAccount.bond(agent).id())
                .filter(account -> account.balance() > 0)
                .isPresent();
    }

    public BondPolicy policy() {
        return policy;
    }

    /// Moves money of the caller into its bond. Refuses with `BOND_NOT_ELIGIBLE`, `BOND_TOO_SMALL`,
    /// `INSUFFICIENT_FUNDS`, `ACCOUNT_FROZEN`.
    hanse.trust.v1.Bond post(Call call, Avt amount) {
        AgentId agent = call.agent();
        return outcomes.run(call, hanse.trust.v1.Bond.parser(), tx -> {
            requireEligible(tx, agent);
            return change(tx, agent, books -> {
                Account bond = books.account(SystemAccount.bond(agent).id());
                books.account(AccountId.of(agent)).requireAvailable(amount);
                if (!policy.isEnough(Math.addExact(bond.balance(), amount.micros()))) {
                    throw new RefusedException(Reason.BOND_TOO_SMALL);
                }
                books.post(Posting.move(
                                EntryKind.BOND_POSTED,
                                AccountId.of(agent),
                                SystemAccount.bond(agent).id(),
                                amount)
                        .about(agent.value()));
                return Bond.posted(agent, books.now());
            });
        });
    }

    /// Asks the caller's bond back. Refuses with `UNKNOWN_BOND`.
    hanse.trust.v1.Bond release(Call call) {
        AgentId agent = call.agent();
        return outcomes.run(
                call,
                hanse.trust.v1.Bond.parser(),
                tx -> change(tx, agent, books -> {
                    Bond bond = there(books, agent);
                    if (bond.state() == Bond.State.RELEASING) {
                        return bond;
                    }
                    books.post(Posting.event(EntryKind.BOND_RELEASE_ASKED, agent.value(), ""));
                    return bond.releasing(books.now().plus(policy.releaseAfter()));
                }));
    }

    /// Gives back what was asked back long enough ago. To be called every minute or so.
    public void sweep() {
        // What cannot be given back yet must not keep the rest waiting.
        AgentId last = FIRST;
        List<AgentId> due;
        do {
            AgentId after = last;
            due = database.read(tx -> store.due(tx, after, SWEEP));
            for (AgentId agent : due) {
                database.write(tx -> {
                    giveBack(tx, agent);
                    return agent;
                });
                last = agent;
            }
        } while (due.size() == SWEEP);
    }

    private void giveBack(Tx tx, AgentId agent) {
        if (disputes.stream().anyMatch(open -> open.has(tx, agent))) {
            return;
        }
        ledger.post(
                tx,
                Rows.wanting(store, agent),
                wanted -> {
                    wanted.account(AccountId.of(agent));
                    wanted.account(SystemAccount.bond(agent));
                },
                books -> {
                    Account account = books.account(SystemAccount.bond(agent).id());
                    Optional<Bond> bond = books.rows()
                            .get(store, agent)
                            .filter(found ->
                                    found.isDue(books.now()) && account.held().isZero());
                    bond.ifPresent(found -> {
                        move(books, EntryKind.BOND_RELEASED, agent, AccountId.of(agent), "");
                        books.rows().update(store, agent, found.released(books.now()));
                    });
                    return agent;
                });
    }

    /// Destroys an agent's bond. Refuses with `UNKNOWN_BOND`, `FUNDS_PROMISED`.
    hanse.trust.v1.Bond forfeit(Call call, AgentId agent, String reason) {
        return outcomes.run(
                call,
                hanse.trust.v1.Bond.parser(),
                tx -> change(tx, agent, books -> {
                    Bond bond = there(books, agent);
                    if (!books.account(SystemAccount.bond(agent).id()).held().isZero()) {
                        throw new RefusedException(Reason.FUNDS_PROMISED);
                    }
                    move(
                            books,
                            EntryKind.BOND_FORFEITED,
                            agent,
                            SystemAccount.destroyed(books.lane()).id(),
                            reason);
                    return bond.forfeited(books.now(), reason);
                }));
    }

    /// An agent's bond, present or past. Refuses with `UNKNOWN_BOND`.
    hanse.trust.v1.Bond get(AgentId agent) {
        return database.read(tx -> {
            Bond bond = store.find(tx, agent).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_BOND));
            Optional<Account> account =
                    ledger.find(tx, SystemAccount.bond(agent).id());
            return BondWire.bond(
                    bond,
                    parties,
                    account.map(Account::balance).orElse(0L),
                    account.map(Account::held).orElse(Avt.ZERO),
                    policy);
        });
    }

    /// Whether an agent's bond is in force and has enough in it; blocks.
    boolean isInForce(AgentId agent) {
        return database.read(tx -> store.isInForce(tx, agent, policy::isEnough));
    }

    private void requireEligible(Tx tx, AgentId agent) {
        boolean eligible = !tx.now().isBefore(agents.get(tx, agent).createdAt().plus(policy.minAge()))
                && (policy.minTransactions() == 0 || store.dealings(tx, agent) >= policy.minTransactions())
                && (policy.minEigentrust() == 0
                        || trust.of(tx, parties.did(agent)).score().eigentrust() >= policy.minEigentrust());
        if (!eligible) {
            throw new RefusedException(Reason.BOND_NOT_ELIGIBLE);
        }
    }

    /// Decides on the books what becomes of a bond, and stores it.
    private hanse.trust.v1.Bond change(Tx tx, AgentId agent, java.util.function.Function<Books, Bond> decision) {
        return ledger.post(
                tx,
                Rows.wanting(store, agent),
                wanted -> {
                    wanted.account(AccountId.of(agent));
                    wanted.account(SystemAccount.bond(agent));
                    wanted.account(SystemAccount.destroyed(wanted.lane()));
                },
                books -> {
                    Bond bond = decision.apply(books);
                    if (books.rows().get(store, agent).isPresent()) {
                        books.rows().update(store, agent, bond);
                    } else {
                        books.rows().insert(store, agent, bond);
                    }
                    Account account = books.account(SystemAccount.bond(agent).id());
                    return BondWire.bond(bond, parties, account.balance(), account.held(), policy);
                });
    }

    private Bond there(Books books, AgentId agent) {
        return books.rows()
                .get(store, agent)
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_BOND))
                .requireThere();
    }

    /// Moves all that is in a bond; nothing may be left when slashes have taken it.
    private static void move(Books books, EntryKind kind, AgentId agent, AccountId to, String note) {
        Avt all = books.account(SystemAccount.bond(agent).id()).available();
        books.post(
                all.isZero()
                        ? Posting.event(kind, agent.value(), note)
                        : Posting.move(kind, SystemAccount.bond(agent).id(), to, all)
                                .about(agent.value())
                                .noting(note));
    }
}
