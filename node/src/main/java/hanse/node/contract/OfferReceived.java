package hanse.node.contract;

import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// A contractor on a peer proposes a contract to an agent of this registry.
final class OfferReceived implements Decision {
    private final Parties parties;
    private final ContractStore contracts;
    private final MirrorStore mirrors;
    private final RelayReceived.PeerRelation relation;
    private final Incoming message;
    private final hanse.contract.v1.Contract offered;
    private Optional<AgentId> provider = Optional.empty();
    private Optional<Reason> refusal = Optional.empty();

    OfferReceived(
            Parties parties,
            ContractStore contracts,
            MirrorStore mirrors,
            RelayReceived.PeerRelation relation,
            Incoming message) {
        this.parties = parties;
        this.contracts = contracts;
        this.mirrors = mirrors;
        this.relation = relation;
        this.message = message;
        this.offered = message.message().getOfferContract().getContract();
        try {
            provider = Optional.of(check());
        } catch (RefusedException refused) {
            refusal = Optional.of(refused.reason());
        }
    }

    /// The terms must be the peer's to offer, and signed. Refuses with `MESSAGE_REFUSED`, `BAD_TERMS`,
    /// `BAD_TERMS_SIGNATURE`.
    private AgentId check() {
        Terms terms = offered.getTerms();
        Did contractor = Did.parse(terms.getContractor());
        Did named = Did.parse(terms.getProvider());
        boolean fits = contractor.registry().equals(message.peer())
                && terms.getRegistryId().equals(message.peer().value())
                && offered.getRegistryId().equals(terms.getRegistryId())
                && offered.getContractId().equals(terms.getContractId())
                && parties.isLocal(named);
        if (!fits) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        Ed25519Key key = Ed25519Key.parse(offered.getContractorKey());
        SignedTerms signed = SignedTerms.check(terms, offered.getContractorSignature(), key);
        Proposal.requireIdentified(signed.terms());
        return named.agent();
    }

    @Override
    public void rows(Rows rows) {
        provider.ifPresent(agent -> {
            rows.want(contracts, id());
            rows.want(mirrors, id());
        });
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        provider.ifPresent(agent -> wanted.account(AccountId.of(agent)));
    }

    @Override
    public Verdict decide(Books books) {
        AgentId agent = provider.orElseThrow(() -> new RefusedException(refusal.orElse(Reason.MESSAGE_REFUSED)));
        if (!relation.takesWork(books.rows())) {
            throw new RefusedException(Reason.PEER_SUSPENDED);
        }
        if (books.rows().get(contracts, id()).isPresent()
                || books.rows().get(mirrors, id()).isPresent()) {
            throw new RefusedException(Reason.CONTRACT_ID_TAKEN);
        }
        books.activeAgent(agent);
        books.rows().insert(mirrors, id(), Mirror.offered(id(), message.peer(), agent, books.now(), offered));
        books.post(
                Posting.event(EntryKind.CONTRACT_PROPOSED, id(), "").between(TradeParties.payee(Optional.of(agent))));
        return DONE;
    }

    private UUID id() {
        return UUID.fromString(offered.getContractId());
    }
}
