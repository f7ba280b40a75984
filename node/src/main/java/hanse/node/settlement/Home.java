package hanse.node.settlement;

import hanse.error.v1.Reason;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.Refused;
import hanse.federation.v1.SlashRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Aside;
import hanse.node.dispute.Claim;
import hanse.node.dispute.Disputable;
import hanse.node.dispute.PeerDisputes;
import hanse.node.dispute.Slash;
import hanse.node.dispute.Subject;
import hanse.node.federation.Decision;
import hanse.node.federation.Federation;
import hanse.node.federation.Incoming;
import hanse.node.federation.MessageId;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerPosition;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import hanse.peer.VerifiedOutcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The defendant's home: it alone decides whether something is slashed, and how much; what it has decided it
/// confirms to the origin, which mints.
public final class Home {
    private static final Logger LOG = LoggerFactory.getLogger(Home.class);

    private final Federation federation;
    private final GroupCommit commit;
    private final Parties parties;
    private final PeerDisputes disputes;
    private final List<Disputable> owners;
    private final Slash slash;
    private final SettlementBook book;
    private final ThresholdStore thresholds = new ThresholdStore();
    private final SlashTotalStore totals = new SlashTotalStore();

    /// Makes itself known to the federation, which must not have been started.
    public Home(
            Federation federation,
            GroupCommit commit,
            Parties parties,
            PeerDisputes disputes,
            List<Disputable> owners,
            Slash slash) {
        this.federation = federation;
        this.commit = commit;
        this.parties = parties;
        this.disputes = disputes;
        this.owners = List.copyOf(owners);
        this.slash = slash;
        this.book = new SettlementBook(parties);
        federation
                .routes()
                .decide(Message.BodyCase.SLASH_REQUEST, Received::new)
                .ask(Message.BodyCase.SLASH_CONFIRMATION, this::confirmed);
    }

    /// A request of a peer. Refused for good with `MESSAGE_REFUSED`, `REQUEST_ID_REUSED`, `UNKNOWN_AGENT`,
    /// `DEALING_NOT_PROVEN`, `SLASH_ABOVE_RECEIVED`; else it is carried out at once or waits for the operator.
    private final class Received implements Decision {
        private final Incoming message;
        private final Optional<Claim> claim;
        private final Aside aside;

        Received(Incoming message) {
            this.message = message;
            SlashRequest request = message.message().getSlashRequest();
            this.claim = SlashWire.claim(request, message.peer(), parties.self());
            this.aside = disputes.aside(message.peer(), request.getNotice());
        }

        @Override
        public void rows(Rows rows) {
            aside.rows(rows);
            claim.ifPresent(asked -> {
                RegistryId peer = message.peer();
                AgentId defendant = asked.defendant().agent();
                rows.want(thresholds, peer);
                rows.want(totals, dealing(peer, asked));
                rows.want(totals, SlashTotal.Key.peer(peer));
                rows.want(totals, SlashTotal.Key.defendant(peer, defendant));
                book.want(rows, Settlement.atHome(peer, asked.dispute()));
                slash.rows(rows, defendant, asked.cited());
                owner(asked).ifPresent(owner -> owner.foreignRows(rows, peer, asked.subject(), defendant));
            });
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            aside.accounts(rows, wanted);
            claim.ifPresent(asked -> slash.accounts(
                    wanted, asked.defendant().agent(), message.peer().value()));
        }

        @Override
        public Verdict decide(Books books) {
            Verdict verdict = slash(books);
            aside.hear(books);
            return verdict;
        }

        private Verdict slash(Books books) {
            Claim asked = claim.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
            UUID id = Settlement.atHome(message.peer(), asked.dispute());
            if (book.find(books.rows(), id).isPresent()) {
                throw new RefusedException(Reason.REQUEST_ID_REUSED);
            }
            String by = "peer:" + message.peer();
            Settlement pending = book.open(
                    books,
                    Settlement.pending(id, Settlement.Role.HOME, Optional.of(message.peer()), asked, books.now()),
                    by,
                    Optional.of(message.id()),
                    "slash-request");
            Optional<Reason> fault = fault(books, asked);
            if (fault.isPresent()) {
                book.change(
                        books,
                        pending.failed(fault.get(), books.now()),
                        Step.NODE,
                        Optional.empty(),
                        fault.get().name());
                return new Verdict.Declined(
                        Refused.newBuilder().setReason(fault.get().name()).build());
            }
            count(books, dealing(message.peer(), asked), asked.amount().micros());
            if (isAutomatic(books, asked)) {
                carryOut(books, pending, "auto", message.traceparent());
            } else {
                Slash.Held held = mayHold(books, asked)
                        ? slash.hold(books, asked.defendant().agent(), asked.amount(), id)
                        : Slash.Held.NOTHING;
                book.change(books, pending.holding(held), Step.NODE, Optional.empty(), "waits for an operator");
            }
            return DONE;
        }

        private Optional<Reason> fault(Books books, Claim asked) {
            AgentId defendant = asked.defendant().agent();
            if (books.find(AccountId.of(defendant)).filter(Account::isAgent).isEmpty()) {
                return Optional.of(Reason.UNKNOWN_AGENT);
            }
            Optional<Avt> part = received(books, asked, asked.subject());
            Optional<Avt> whole = received(books, asked, asked.subject().whole());
            if (part.isEmpty() || whole.isEmpty()) {
                return Optional.of(Reason.DEALING_NOT_PROVEN);
            }
            long before = total(books, dealing(message.peer(), asked)).level();
            long micros = asked.amount().micros();
            return micros > part.get().micros() || micros > whole.get().micros() - before
                    ? Optional.of(Reason.SLASH_ABOVE_RECEIVED)
                    : Optional.empty();
        }

        private Optional<Avt> received(Books books, Claim asked, Subject subject) {
            return owner(asked)
                    .flatMap(owner -> owner.received(
                            books.rows(),
                            message.peer(),
                            subject,
                            asked.complainant(),
                            asked.defendant().agent()));
        }

        /// Whether the defendant's money is kept for a slash that waits: not for a peer that is to begin nothing, and
        /// not for what has once come to nothing, or a peer could keep it for ever by asking again.
        private boolean mayHold(Books books, Claim asked) {
            return isActive(books)
                    && !total(books, dealing(message.peer(), asked)).declined();
        }

        private boolean isActive(Books books) {
            return books.rows()
                    .get(federation.positions(), message.peer())
                    .orElseThrow()
                    .status()
                    .takesWork();
        }

        /// Whether the operator's threshold and the rolling caps admit it; then it counts against them.
        private boolean isAutomatic(Books books, Claim asked) {
            RegistryId peer = message.peer();
            Threshold threshold = books.rows().get(thresholds, peer).orElse(Threshold.none(peer));
            if (!isActive(books) || !threshold.admits(asked.amount())) {
                return false;
            }
            SlashTotal.Key ofOne =
                    SlashTotal.Key.defendant(peer, asked.defendant().agent());
            SlashTotal.Key ofAll = SlashTotal.Key.peer(peer);
            long amount = asked.amount().micros();
            SlashTotal one = total(books, ofOne).fallen(threshold.defendantCap(), books.now());
            SlashTotal all = total(books, ofAll).fallen(threshold.peerCap(), books.now());
            if (one.level() + amount > threshold.defendantCap() || all.level() + amount > threshold.peerCap()) {
                return false;
            }
            put(books, one.plus(amount, books.now()));
            put(books, all.plus(amount, books.now()));
            return true;
        }
    }

    private Optional<Disputable> owner(Claim claim) {
        return Disputable.of(owners, claim.subject().kind());
    }

    private SlashTotal total(Books books, SlashTotal.Key key) {
        return books.rows().get(totals, key).orElseGet(() -> SlashTotal.none(key, books.now()));
    }

    private void count(Books books, SlashTotal.Key key, long more) {
        put(books, total(books, key).plus(more, books.now()));
    }

    private void put(Books books, SlashTotal total) {
        if (books.rows().get(totals, total.key()).isPresent()) {
            books.rows().update(totals, total.key(), total);
        } else {
            books.rows().insert(totals, total.key(), total);
        }
    }

    private static SlashTotal.Key dealing(RegistryId peer, Claim claim) {
        return SlashTotal.Key.dealing(
                peer, claim.subject().id(), claim.defendant().agent());
    }

    /// Asks for what deciding a settlement changes.
    void rows(Rows rows, Settlement settlement) {
        RegistryId peer = settlement.peer().orElseThrow();
        rows.want(federation.positions(), peer);
        book.want(rows, settlement.id());
        rows.want(totals, dealing(peer, settlement.claim()));
        slash.rows(
                rows, settlement.claim().defendant().agent(), settlement.claim().cited());
    }

    void accounts(Wanted wanted, Settlement settlement) {
        slash.accounts(
                wanted,
                settlement.claim().defendant().agent(),
                settlement.peer().orElseThrow().value());
    }

    /// The settlement, under lock. Refuses with `SETTLEMENT_NOT_HELD` unless it waits for the operator.
    Settlement held(Books books, UUID id) {
        Settlement settlement = book.find(books.rows(), id).orElseThrow();
        settlement.requireHeld();
        return settlement;
    }

    /// Burns what a settlement that waits asks for, all or nothing, and confirms that. What has expired is not burned
    /// any more, whoever asks.
    Settlement carryOut(Books books, Settlement settlement, String by, String traceparent) {
        if (settlement.isOverdue(books.now())) {
            return decline(books, settlement, Reason.SLASH_EXPIRED, Step.NODE, "", traceparent);
        }
        Claim claim = settlement.claim();
        AgentId defendant = claim.defendant().agent();
        RegistryId peer = settlement.peer().orElseThrow();
        Settlement slashing = book.pass(books, settlement, Settlement.State.SLASHING, by);
        slash.unhold(books, defendant, settlement.held(), settlement.id());
        Avt mitigated = slash.mitigation(books.rows(), defendant, claim.amount(), claim.cited(), claim.filedAt());
        Avt amount = claim.amount().minus(mitigated);
        Optional<Reason> fault = slash.fault(books, defendant, amount);
        if (fault.isPresent()) {
            return declined(books, slashing, fault.get(), Step.NODE, fault.get().name(), traceparent);
        }
        slash.burn(books, defendant, peer.value(), amount, settlement.id());
        PeerPosition position = books.rows().get(federation.positions(), peer).orElseThrow();
        books.rows().update(federation.positions(), peer, position.slashed(amount));
        Settlement slashed = slashing.slashed(amount, mitigated);
        UUID confirmation = confirm(books, slashed, traceparent);
        return book.change(books, slashed, Step.NODE, Optional.of(confirmation), "burned " + amount);
    }

    /// Lets a settlement that waits come to nothing, and confirms that.
    Settlement decline(Books books, Settlement settlement, Reason why, String by, String note, String traceparent) {
        slash.unhold(books, settlement.claim().defendant().agent(), settlement.held(), settlement.id());
        SlashTotal.Key dealing = dealing(settlement.peer().orElseThrow(), settlement.claim());
        put(books, total(books, dealing).asDeclined());
        return declined(books, settlement, why, by, note, traceparent);
    }

    private Settlement declined(
            Books books, Settlement settlement, Reason why, String by, String note, String traceparent) {
        Claim claim = settlement.claim();
        count(
                books,
                dealing(settlement.peer().orElseThrow(), claim),
                -claim.amount().micros());
        Settlement failed = settlement.failed(why, books.now());
        UUID confirmation = confirm(books, failed, traceparent);
        return book.change(books, failed, by, Optional.of(confirmation), note);
    }

    /// The message's id.
    private UUID confirm(Books books, Settlement settlement, String traceparent) {
        UUID hash = UUID.nameUUIDFromBytes(
                ("hanse-slash-confirmation/" + settlement.id()).getBytes(StandardCharsets.UTF_8));
        UUID message = MessageId.of(books.now(), hash);
        federation
                .messages()
                .send(
                        books,
                        settlement.peer().orElseThrow(),
                        message,
                        traceparent,
                        body -> body.setSlashConfirmation(SlashWire.confirmation(settlement)));
        return message;
    }

    private CompletionStage<?> confirmed(Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new Receipt(asked, outcome.outcome()));
    }

    /// The origin's receipt: what was burned here is minted there.
    private final class Receipt implements InternalCommand<Boolean> {
        private final Outgoing asked;
        private final Outcome outcome;
        private final Aside aside;
        private final UUID id;

        Receipt(Outgoing asked, Outcome outcome) {
            this.asked = asked;
            this.outcome = outcome;
            this.aside = disputes.aside(asked.peer(), outcome.getAccepted().getDispute());
            this.id = Settlement.atHome(
                    asked.peer(),
                    MessageIds.parse(asked.message().getSlashConfirmation().getDisputeId())
                            .orElseThrow());
        }

        @Override
        public void rows(Rows rows) {
            rows.want(federation.positions(), asked.peer());
            book.want(rows, id);
            aside.rows(rows);
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            aside.accounts(rows, wanted);
        }

        @Override
        public Boolean decide(Books books) {
            federation.messages().answered(books, asked);
            Settlement settlement = book.find(books.rows(), id).orElseThrow();
            String by = "peer:" + asked.peer();
            if (outcome.hasRefused()) {
                // Whatever its books say, here it is burned or not, for good.
                LOG.error("{} does not accept what became of slash {}: {}", asked.peer(), id, outcome.getRefused());
                book.change(
                        books,
                        settlement,
                        by,
                        Optional.of(asked.id()),
                        outcome.getRefused().getReason());
                return false;
            }
            boolean burned = settlement.state() == Settlement.State.SLASHED;
            book.change(
                    books,
                    burned ? settlement.settled(books.now()) : settlement,
                    by,
                    Optional.of(asked.id()),
                    "receipt");
            aside.hear(books);
            return true;
        }
    }
}
