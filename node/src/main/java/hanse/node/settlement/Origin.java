package hanse.node.settlement;

import hanse.error.v1.Reason;
import hanse.federation.v1.Accepted;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SlashConfirmation;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Claim;
import hanse.node.dispute.Claims;
import hanse.node.dispute.Notices;
import hanse.node.dispute.Rulings;
import hanse.node.dispute.Subject;
import hanse.node.dispute.SubjectWire;
import hanse.node.federation.Decision;
import hanse.node.federation.Federation;
import hanse.node.federation.Frames;
import hanse.node.federation.Incoming;
import hanse.node.federation.MessageId;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerPosition;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import hanse.peer.VerifiedOutcome;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registry that has ruled: it asks the defendant's home for the slash and mints exactly what that has burned, and
/// not before. It consults no clock about that: what it takes for expired is minted all the same.
public final class Origin implements Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Origin.class);

    private final Federation federation;
    private final GroupCommit commit;
    private final SettlementBook book;
    private final Here here;

    public Origin(Federation federation, GroupCommit commit, Parties parties) {
        this.federation = federation;
        this.commit = commit;
        this.book = new SettlementBook(parties);
        this.here = new Here(parties);
    }

    /// Makes itself known to the federation, which must not have been started.
    public void tell(Rulings rulings) {
        federation
                .routes()
                .ask(Message.BodyCase.SLASH_REQUEST, (asked, outcome) -> requested(rulings, asked, outcome))
                .decide(Message.BodyCase.SLASH_CONFIRMATION, message -> new Confirmed(rulings, message));
    }

    @Override
    public boolean reaches(RegistryId home) {
        return federation.directory().find(home).isPresent();
    }

    @Override
    public void rows(Rows rows, RegistryId home) {
        rows.want(federation.positions(), home);
    }

    @Override
    public void settledHere(Books books, Claim claim, Avt burned, Avt mitigated, Optional<Reason> failure) {
        here.settledHere(books, claim, burned, mitigated, failure);
    }

    @Override
    public void requireRoom(Books books, Claim claim) {
        var unused = reserved(books, claim);
    }

    private PeerPosition reserved(Books books, Claim claim) {
        return books.rows()
                .get(federation.positions(), claim.defendant().registry())
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER))
                .reserve(claim.amount());
    }

    @Override
    public void ask(Books books, Claim claim, Notices.Change ruled, String traceparent) {
        RegistryId home = claim.defendant().registry();
        books.rows().update(federation.positions(), home, reserved(books, claim));
        UUID hash = UUID.nameUUIDFromBytes(("hanse-slash/" + claim.dispute()).getBytes(StandardCharsets.UTF_8));
        UUID message = MessageId.of(books.now(), hash);
        federation
                .messages()
                .send(
                        books,
                        home,
                        message,
                        traceparent,
                        body -> body.setSlashRequest(SlashWire.request(claim).setNotice(ruled.notice())));
        book.open(
                books,
                Settlement.pending(claim.dispute(), Settlement.Role.ORIGIN, Optional.of(home), claim, books.now()),
                Step.NODE,
                Optional.of(message),
                "slash-request");
    }

    private CompletionStage<?> requested(Rulings rulings, Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new Requested(rulings, asked, outcome.outcome()));
    }

    /// The home's answer to a request: it has received it, or will never slash anything for it.
    private final class Requested implements InternalCommand<Boolean> {
        private final Rulings rulings;
        private final Outgoing asked;
        private final Outcome outcome;
        private final UUID id;
        private final Subject subject;

        Requested(Rulings rulings, Outgoing asked, Outcome outcome) {
            this.rulings = rulings;
            this.asked = asked;
            this.outcome = outcome;
            this.id = MessageIds.parse(asked.message().getSlashRequest().getDisputeId())
                    .orElseThrow();
            this.subject = SubjectWire.read(asked.message().getSlashRequest().getSubject())
                    .orElseThrow();
        }

        @Override
        public void rows(Rows rows) {
            rows.want(federation.positions(), asked.peer());
            book.want(rows, id);
            rulings.endedRows(rows, id, subject);
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {}

        @Override
        public Boolean decide(Books books) {
            federation.messages().answered(books, asked);
            Settlement settlement = book.find(books.rows(), id).orElseThrow();
            String by = "peer:" + asked.peer();
            if (outcome.hasAccepted()) {
                // Not again, and not after what came of it.
                if (settlement.steps() == 1) {
                    book.change(books, settlement, by, Optional.of(asked.id()), "received");
                }
                return true;
            }
            if (settlement.state() == Settlement.State.SETTLED) {
                LOG.error("{} has refused slash {} and has confirmed it, too", asked.peer(), id);
            } else if (settlement.isOpenAtOrigin()) {
                Reason why = Frames.reason(outcome.getRefused().getReason());
                rulings.tell(books, fail(books, rulings, settlement, why, by, asked.id()));
            }
            return false;
        }
    }

    /// Nothing was slashed, and never will be: the headroom is free, the dealing is, and the dispute says why.
    private Notices.Change fail(
            Books books, Rulings rulings, Settlement settlement, Reason why, String by, UUID message) {
        release(
                books,
                settlement,
                position -> position.release(settlement.claim().amount()));
        book.change(books, settlement.failed(why, books.now()), by, Optional.of(message), why.name());
        return rulings.ended(books, settlement.claim().dispute(), Avt.ZERO, Avt.ZERO, Optional.of(why));
    }

    private void release(Books books, Settlement settlement, java.util.function.UnaryOperator<PeerPosition> change) {
        RegistryId home = settlement.peer().orElseThrow();
        books.rows()
                .update(
                        federation.positions(),
                        home,
                        change.apply(
                                books.rows().get(federation.positions(), home).orElseThrow()));
    }

    /// The home says what became of a slash. Refuses with `MESSAGE_REFUSED`, `UNKNOWN_SLASH`, `BURNED_ABOVE_REQUESTED`.
    private final class Confirmed implements Decision {
        private final Rulings rulings;
        private final Incoming message;
        private final SlashConfirmation said;
        private final Optional<UUID> id;
        private final Optional<Subject> subject;

        Confirmed(Rulings rulings, Incoming message) {
            this.rulings = rulings;
            this.message = message;
            this.said = message.message().getSlashConfirmation();
            this.id = MessageIds.parse(said.getDisputeId());
            this.subject = SubjectWire.read(said.getSubject());
        }

        @Override
        public void rows(Rows rows) {
            if (id.isPresent() && subject.isPresent()) {
                book.want(rows, id.get());
                rulings.endedRows(rows, id.get(), subject.get());
            }
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {
            settlement(rows).ifPresent(settlement -> {
                wanted.account(AccountId.of(settlement.claim().complainant().agent()));
                wanted.account(SystemAccount.compensated(message.peer().value(), wanted.lane()));
            });
        }

        private Optional<Settlement> settlement(Rows rows) {
            return id.filter(known -> subject.isPresent())
                    .flatMap(known -> book.find(rows, known))
                    .filter(found -> found.peer().equals(Optional.of(message.peer())))
                    .filter(Settlement::isOpenAtOrigin);
        }

        @Override
        public Verdict decide(Books books) {
            Settlement settlement =
                    settlement(books.rows()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_SLASH));
            if (!settlement.claim().subject().equals(subject.orElseThrow())) {
                throw new RefusedException(Reason.MESSAGE_REFUSED);
            }
            String by = "peer:" + message.peer();
            Notices.Change ended = switch (said.getResultCase()) {
                case APPLIED -> mint(books, settlement, by);
                case NOT_APPLIED ->
                    fail(books, rulings, settlement, Frames.reason(said.getNotApplied()), by, message.id());
                case RESULT_NOT_SET -> throw new RefusedException(Reason.MESSAGE_REFUSED);
            };
            return new Verdict.Done(
                    Accepted.newBuilder().setDispute(ended.notice()).build());
        }

        private Notices.Change mint(Books books, Settlement settlement, String by) {
            long micros = said.getApplied().getBurnedMicros();
            long mitigated = said.getApplied().getMitigatedMicros();
            if (micros > settlement.claim().amount().micros()) {
                LOG.error("{} says that it burned more than it was asked for slash {}", message.peer(), id);
                throw new RefusedException(Reason.BURNED_ABOVE_REQUESTED);
            }
            if (micros <= 0
                    || mitigated < 0
                    || mitigated > settlement.claim().amount().micros() - micros) {
                throw new RefusedException(Reason.MESSAGE_REFUSED);
            }
            Avt burned = new Avt(micros);
            books.post(Posting.move(
                            EntryKind.DISPUTE_COMPENSATION_MINTED,
                            SystemAccount.compensated(message.peer().value(), books.lane())
                                    .id(),
                            AccountId.of(settlement.claim().complainant().agent()),
                            burned)
                    .about(settlement.claim().dispute()));
            release(
                    books,
                    settlement,
                    position -> position.compensated(burned, settlement.claim().amount()));
            book.change(
                    books,
                    settlement.minted(burned, new Avt(mitigated), books.now()),
                    by,
                    Optional.of(message.id()),
                    "burned " + burned);
            return rulings.ended(books, settlement.claim().dispute(), burned, new Avt(mitigated), Optional.empty());
        }
    }
}
