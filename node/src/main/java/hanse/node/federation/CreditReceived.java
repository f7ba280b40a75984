package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Refused;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import java.time.Duration;
import java.util.Optional;

/// Money of a peer for an agent of this registry. What is refused is refused for good, and the peer gives it back to
/// its payer: also a message that names parties which are not the sender's and ours to name, because nothing else would
/// ever end the transfer at its source.
final class CreditReceived implements Decision {
    /// In characters, as for a transfer within a registry.
    private static final int LONGEST_MEMO = 256;

    private final RegistryId self;
    private final Transfers transfers;
    private final PeerPositionStore positions;
    private final Incoming message;
    private final CreditTransfer credit;
    private final Optional<AgentId> payee;
    private final Optional<MessageRoutes.Credits> owner;

    CreditReceived(
            RegistryId self, Transfers transfers, PeerPositionStore positions, MessageRoutes routes, Incoming message) {
        this.self = self;
        this.transfers = transfers;
        this.positions = positions;
        this.message = message;
        this.credit = message.message().getCreditTransfer();
        this.payee = payee();
        this.owner = routes.owner(credit);
    }

    /// The payee, if the message may name its parties.
    private Optional<AgentId> payee() {
        try {
            Did payer = Did.parse(credit.getPayer());
            Did named = Did.parse(credit.getPayee());
            return payer.registry().equals(message.peer()) && named.registry().equals(self)
                    ? Optional.of(named.agent())
                    : Optional.empty();
        } catch (RefusedException notADid) {
            return Optional.empty();
        }
    }

    @Override
    public void rows(Rows rows) {
        owner.ifPresent(known -> known.receivedRows(message, credit, rows));
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        payee.ifPresent(agent -> {
            transfers.accounts(wanted, agent);
            wanted.account(SystemAccount.imported(message.peer(), wanted.lane()));
        });
    }

    @Override
    public Verdict decide(Books books) {
        try {
            return books.orNothing(() -> credit(books));
        } catch (RefusedException refusal) {
            owner.ifPresent(known -> known.declined(message, credit, refusal.reason(), books));
            return new Verdict.Declined(
                    Refused.newBuilder().setReason(refusal.reason().name()).build());
        }
    }

    private Verdict credit(Books books) {
        AgentId agent = payee.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
        if (credit.getMemo().codePointCount(0, credit.getMemo().length()) > LONGEST_MEMO) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        requireDay(books);
        long micros = credit.getAmountMicros();
        if (micros <= 0 || micros > Avt.MAX.micros()) {
            throw new RefusedException(Reason.BAD_AMOUNT);
        }
        Avt amount = new Avt(micros);
        transfers.fee(amount);
        PeerPosition position = books.rows().get(positions, message.peer()).orElseThrow();
        if (credit.getBucketDay() <= position.closedDay()) {
            throw new RefusedException(Reason.BUCKET_CLOSED);
        }
        Optional<Avt> reserved = owner.flatMap(known -> known.reservedFor(message, credit, books.rows()));
        if (reserved.isPresent()) {
            requireReachable(books, agent);
        } else {
            if (!position.status().takesWork()) {
                throw new RefusedException(Reason.PEER_SUSPENDED);
            }
            books.activeAgent(agent);
        }
        PeerPosition after = position.imported(amount, reserved.orElse(Avt.ZERO));
        transfers.pay(
                books,
                EntryKind.TRANSFER_IMPORTED,
                SystemAccount.imported(message.peer(), books.lane()).id(),
                agent,
                amount,
                false,
                Optional.of(message.id()),
                credit.getMemo());
        books.rows().update(positions, message.peer(), after);
        owner.ifPresent(known -> known.credited(message, credit, books));
        return DONE;
    }

    /// Statements are cut by it, so it is one. That it has begun is a matter of the sender's clock, too.
    private void requireDay(Books books) {
        long today = Duration.ofSeconds(books.now().getEpochSecond()).toDays();
        if (credit.getBucketDay() < 0 || credit.getBucketDay() > today + 1) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
    }

    /// Work that was done is paid also when its payee, or the link, has been suspended since.
    private static void requireReachable(Books books, AgentId agent) {
        Account account = books.find(AccountId.of(agent))
                .filter(Account::isAgent)
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
        if (account.isDeactivated()) {
            throw new RefusedException(Reason.AGENT_NOT_ACTIVE);
        }
    }
}
