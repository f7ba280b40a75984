package hanse.node.contract;

import hanse.federation.v1.CreditTransfer;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Subject;
import hanse.node.federation.Incoming;
import hanse.node.federation.MessageRoutes;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.peer.MessageIds;
import java.util.Optional;
import java.util.UUID;

/// What agents of this registry have been paid under contracts that peers keep, by this registry's own books: so much
/// can be slashed from them for it, whatever the peer says.
final class MilestoneCredits implements MessageRoutes.Credits {
    private final MirrorStore mirrors;

    MilestoneCredits(MirrorStore mirrors) {
        this.mirrors = mirrors;
    }

    @Override
    public void receivedRows(Incoming message, CreditTransfer credit, Rows rows) {
        MessageIds.parse(credit.getContractId()).ifPresent(id -> rows(rows, id));
    }

    @Override
    public void credited(Incoming message, CreditTransfer credit, Books books) {
        MessageIds.parse(credit.getContractId())
                .flatMap(id -> books.rows().get(mirrors, id))
                .filter(mirror -> mirror.isPaidBy(message.peer(), credit))
                .ifPresent(mirror -> credited(mirror, credit, books));
    }

    private void credited(Mirror mirror, CreditTransfer credit, Books books) {
        int number = credit.getMilestone();
        books.rows().update(mirrors, mirror.id(), mirror.credited(number, new Avt(credit.getAmountMicros())));
        Milestone paid = Proposal.milestones(mirror.terms()).get(number - 1);
        books.post(Posting.event(EntryKind.MILESTONE_PAID, mirror.id(), Notes.milestone(paid))
                .between(TradeParties.payee(Optional.of(mirror.provider()))));
    }

    /// Asks for the row by which [#received] knows of a dealing.
    void rows(Rows rows, UUID contract) {
        rows.want(mirrors, contract);
    }

    /// What a provider has received under a contract, or a milestone of it; empty when it has accepted no such contract
    /// with that contractor.
    Optional<Avt> received(Rows rows, RegistryId peer, Subject subject, Did contractor, AgentId provider) {
        return rows.get(mirrors, subject.id())
                .filter(mirror -> mirror.accepted()
                        && mirror.registry().equals(peer)
                        && mirror.contractor().equals(contractor)
                        && mirror.provider().equals(provider))
                .map(mirror -> mirror.received(subject.part()));
    }
}
