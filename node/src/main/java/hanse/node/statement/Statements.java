package hanse.node.statement;

import com.google.protobuf.ByteString;
import hanse.federation.v1.Credit;
import hanse.federation.v1.CreditPart;
import hanse.federation.v1.ExchangeStatementsRequest;
import hanse.federation.v1.ExchangeStatementsResponse;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.ListCreditsRequest;
import hanse.federation.v1.ListCreditsResponse;
import hanse.federation.v1.ShowTotalsResponse;
import hanse.node.call.RegistryId;
import hanse.node.federation.Federation;
import hanse.node.federation.PeerStatements;
import hanse.node.statement.CreditStore.Range;
import hanse.node.statement.Statement.Difference;
import hanse.node.statement.Statement.Key;
import hanse.node.storage.Database;
import hanse.peer.MessageIds;
import hanse.wire.journal.StatementText;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Statements: each sender of transfers closes its days, one after the other, and both registries say what they have
/// counted of each. A day is closed an hour after it is over, once nothing of it is under way; its receiver takes
/// nothing new of it from then on.
public final class Statements implements PeerStatements {
    private static final Logger LOG = LoggerFactory.getLogger(Statements.class);

    /// No transaction is under way for so long, and no clock of this registry's processes is so wrong.
    private static final Duration AFTER_MIDNIGHT = Duration.ofHours(1);

    private static final int AT_ONCE = 50;

    /// So many transfers are listed one by one; more are cut into so many parts.
    private static final int FEW = 128;

    private static final int PARTS = 16;

    private final RegistryId self;
    private final UnaryOperator<byte[]> signer;
    private final Federation federation;
    private final Database database;
    private final Totals totals;
    private final InstantSource clock;
    private final StatementStore store = new StatementStore();
    private final CreditStore credits = new CreditStore();

    /// @param signer signs in the registry's name
    public Statements(
            RegistryId self,
            UnaryOperator<byte[]> signer,
            Federation federation,
            Database database,
            Totals totals,
            InstantSource clock) {
        this.self = self;
        this.signer = signer;
        this.federation = federation;
        this.database = database;
        this.totals = totals;
        this.clock = clock;
        federation.stating(this);
    }

    /// Closes the days that can be closed, asks peers what they have counted, and looks for where it differs. To be
    /// called every few minutes.
    public void run() {
        for (RegistryId peer : federation.directory().linked()) {
            try {
                closeDays(peer);
                for (Statement waiting : database.read(tx -> store.waiting(tx, peer, AT_ONCE))) {
                    exchange(waiting);
                }
                for (Statement differing : database.read(tx -> store.toNarrow(tx, peer, AT_ONCE))) {
                    narrow(differing.key());
                }
            } catch (CompletionException unreached) {
                LOG.debug("{} has not answered about statements", peer, unreached);
            } catch (IllegalArgumentException untrue) {
                LOG.warn("{} has answered about statements what cannot be: {}", peer, untrue.getMessage());
            }
        }
    }

    private void closeDays(RegistryId peer) {
        for (int closed = 0; closed < AT_ONCE; closed++) {
            boolean more = database.write(tx -> {
                Optional<LocalDate> day = store.nextDay(tx, peer);
                if (day.isEmpty() || !isOver(day.get(), AFTER_MIDNIGHT) || store.isUnderWay(tx, peer, day.get())) {
                    return false;
                }
                Key key = new Key(peer, true, day.get());
                store.ours(tx, key, credits.tally(tx, key, Range.ALL));
                return true;
            });
            if (!more) {
                return;
            }
        }
    }

    private boolean isOver(LocalDate day, Duration since) {
        Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return !clock.instant().isBefore(end.plus(since));
    }

    private void exchange(Statement statement) {
        byte[] text = text(statement.key(), statement.ours()).bytes();
        ExchangeStatementsResponse answer = federation
                .ask(
                        statement.key().peer(),
                        FederationServiceGrpc.getExchangeStatementsMethod(),
                        ExchangeStatementsRequest.newBuilder()
                                .setText(ByteString.copyFrom(text))
                                .setSignature(ByteString.copyFrom(signer.apply(text)))
                                .build())
                .join();
        compare(
                statement.key(),
                statement.ours(),
                answer.getText().toByteArray(),
                answer.getSignature().toByteArray());
    }

    @Override
    public ExchangeStatementsResponse close(RegistryId peer, ExchangeStatementsRequest request) {
        byte[] theirs = request.getText().toByteArray();
        byte[] signature = request.getSignature().toByteArray();
        Key key = StatementText.parse(theirs)
                .map(text -> new Key(peer, false, text.day()))
                .filter(read -> isOver(read.day(), Duration.ZERO)
                        && read.day().toEpochDay() >= 0
                        && verified(read, theirs, signature).isPresent())
                .orElseThrow(Status.INVALID_ARGUMENT::asRuntimeException);
        database.write(tx -> {
            store.close(tx, peer, key.day());
            return key;
        });
        // Only what is counted after that commit is all that there will ever be.
        Tally ours = database.write(tx -> {
            Tally counted = credits.tally(tx, key, Range.ALL);
            store.ours(tx, key, counted);
            return counted;
        });
        compare(key, ours, theirs, signature);
        byte[] text = text(key, ours).bytes();
        return ExchangeStatementsResponse.newBuilder()
                .setText(ByteString.copyFrom(text))
                .setSignature(ByteString.copyFrom(signer.apply(text)))
                .build();
    }

    private void compare(Key key, Tally ours, byte[] text, byte[] signature) {
        Tally theirs = verified(key, text, signature)
                .map(read -> new Tally(read.count(), read.micros(), read.digest()))
                .orElseThrow(() -> new IllegalArgumentException("a statement that is not signed, or another"));
        boolean differs = !ours.matches(theirs);
        database.write(tx -> {
            store.theirs(tx, key, theirs, text, signature, differs);
            return key;
        });
        if (differs) {
            LOG.error(
                    "the transfers of {} {} {}: {} of {} micro-AVT here, {} of {} there",
                    key.day(),
                    key.sent() ? "to" : "from",
                    key.peer(),
                    ours.count(),
                    ours.micros(),
                    theirs.count(),
                    theirs.micros());
        }
    }

    private Optional<StatementText> verified(Key key, byte[] text, byte[] signature) {
        return StatementText.parse(text)
                .filter(read -> read.signer().equals(key.peer().value())
                        && read.sender().equals(sender(key).value())
                        && read.receiver().equals(receiver(key).value())
                        && read.day().equals(key.day())
                        && federation.directory().isSigned(key.peer(), text, signature));
    }

    private StatementText text(Key key, Tally tally) {
        return new StatementText(
                self.value(),
                sender(key).value(),
                receiver(key).value(),
                key.day(),
                tally.count(),
                tally.micros(),
                tally.digest());
    }

    private RegistryId sender(Key key) {
        return key.sent() ? self : key.peer();
    }

    private RegistryId receiver(Key key) {
        return key.sent() ? key.peer() : self;
    }

    private void narrow(Key key) {
        List<Difference> found = new Narrowing(database, credits, key, range -> ask(key, range)).find();
        database.write(tx -> {
            store.narrowed(tx, key, found);
            return key;
        });
    }

    private ListCreditsResponse ask(Key key, Range range) {
        ListCreditsRequest.Builder request = ListCreditsRequest.newBuilder()
                .setDay(Math.toIntExact(key.day().toEpochDay()))
                .setSent(!key.sent());
        range.from().map(MessageIds::bytes).ifPresent(request::setFrom);
        range.to().map(MessageIds::bytes).ifPresent(request::setTo);
        return federation
                .ask(key.peer(), FederationServiceGrpc.getListCreditsMethod(), request.build())
                .join();
    }

    @Override
    public ListCreditsResponse list(RegistryId peer, ListCreditsRequest request) {
        Key key = new Key(peer, request.getSent(), LocalDate.ofEpochDay(request.getDay()));
        Range range = new Range(MessageIds.parse(request.getFrom()), MessageIds.parse(request.getTo()));
        return database.read(tx -> {
            ListCreditsResponse.Builder answer = ListCreditsResponse.newBuilder();
            long count = credits.count(tx, key, range);
            if (count <= FEW) {
                credits.list(tx, key, range, FEW)
                        .forEach(credit -> answer.addCredits(Credit.newBuilder()
                                .setId(MessageIds.bytes(credit.id()))
                                .setMicros(credit.micros())));
                return answer.setComplete(true).build();
            }
            credits.parts(tx, key, range, Math.ceilDiv(count, PARTS)).forEach(part -> {
                CreditPart.Builder message = CreditPart.newBuilder()
                        .setCount(part.tally().count())
                        .setMicros(part.tally().micros())
                        .setDigest(ByteString.copyFrom(part.tally().digest()));
                part.from().map(MessageIds::bytes).ifPresent(message::setFrom);
                answer.addParts(message);
            });
            return answer.build();
        });
    }

    @Override
    public ShowTotalsResponse totals(RegistryId peer) {
        byte[] text = totals.now(peer).bytes();
        return ShowTotalsResponse.newBuilder()
                .setText(ByteString.copyFrom(text))
                .setSignature(ByteString.copyFrom(signer.apply(text)))
                .build();
    }

    /// How many statements differ.
    public int differing() {
        return database.read(store::differing);
    }

    List<Statement> page(RegistryId peer, LocalDate before, int days) {
        return database.read(tx -> store.page(tx, peer, before, days));
    }

    List<Statement> day(RegistryId peer, LocalDate day) {
        return database.read(tx -> store.day(tx, peer, day));
    }

    List<Difference> differences(Key key) {
        return database.read(tx -> store.differences(tx, key));
    }
}
