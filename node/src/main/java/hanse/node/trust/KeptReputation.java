package hanse.node.trust;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Reputation;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Wanted;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What disputes find here: the rows that a ruling changes, and how dealing with the loser's registry has gone, the
/// bond that pays a slash first, and the attestations that
/// soften one.
public final class KeptReputation implements Reputation {
    private final LocalTrust trust;
    private final PeerTrusts peers;
    private final Attestations attestations;
    private final RegistryId self;
    private final BondStore bonds = new BondStore();

    public KeptReputation(RegistryId self, LocalTrust trust, PeerTrusts peers, Attestations attestations) {
        this.self = self;
        this.trust = trust;
        this.peers = peers;
        this.attestations = attestations;
    }

    @Override
    public void want(Rows rows, Did from, Did to) {
        trust.want(rows, from, to);
        if (!to.registry().equals(self)) {
            peers.want(rows, to.registry());
        }
    }

    @Override
    public void signal(Books books, Did from, Did to, int satisfactory, int unsatisfactory) {
        trust.record(books, from, to, satisfactory, unsatisfactory);
        if (unsatisfactory > 0 && !to.registry().equals(self)) {
            peers.lost(books, to.registry());
        }
    }

    @Override
    public void wantBond(Rows rows, AgentId agent) {
        rows.want(bonds, agent);
    }

    @Override
    public void bondAccounts(Wanted wanted, AgentId agent) {
        // By its id alone: for an agent without a bond no account is made.
        wanted.account(SystemAccount.bond(agent).id());
    }

    /// How much is in it, its account says; so a slash leaves the bond's row as it is.
    @Override
    public Optional<AccountId> bond(Books books, AgentId agent) {
        AccountId bond = SystemAccount.bond(agent).id();
        return books.find(bond).map(account -> bond);
    }

    @Override
    public void wantCited(Rows rows, List<UUID> cited) {
        attestations.want(rows, cited);
    }

    @Override
    public int counting(Rows rows, AgentId agent, List<UUID> cited, Instant filedAt) {
        return attestations.counting(rows, agent, cited, filedAt);
    }
}
