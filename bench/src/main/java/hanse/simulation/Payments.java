package hanse.simulation;

import com.google.protobuf.MessageLite;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.LedgerServiceGrpc.LedgerServiceImplBase;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.ClaimRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.PaymentServiceGrpc.PaymentServiceImplBase;
import hanse.payment.v1.ReleaseRequest;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.WaiveRequest;
import hanse.simulation.Clients.Member;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// Agents pay each other: transfers, and payments by token, here and to other registries.
final class Payments {
    private final Town town;
    private final Acknowledged acknowledged;
    private final List<Token> tokens = new ArrayList<>();

    /// A payment token, as both its parties know it.
    static final class Token {
        final Member payer;
        final Member payee;
        final AuthorizeResponse made;
        boolean presented;
        private boolean ended;

        Token(Member payer, Member payee, AuthorizeResponse made) {
            this.payer = payer;
            this.payee = payee;
            this.made = made;
        }

        /// As it was presented in the past.
        Token again() {
            Token again = new Token(payer, payee, made);
            again.presented = presented;
            again.ended = ended;
            return again;
        }

        /// Whether its payee may still want something of the payer's registry, as far as clients know.
        private boolean isOwed() {
            return presented && !ended && payer.house() != payee.house();
        }
    }

    Payments(Town town, Acknowledged acknowledged) {
        this.town = town;
        this.acknowledged = acknowledged;
    }

    /// What was authorized in the past, too.
    void remember(Token past) {
        tokens.add(past.again());
        town.know(past.made.getPaymentId());
    }

    List<Token> tokens() {
        return List.copyOf(tokens);
    }

    /// What was authorized and is known to have been presented.
    List<Token> presented() {
        return tokens.stream().filter(token -> token.presented).toList();
    }

    /// A token of exactly that milestone's amount between its parties.
    Optional<Token> promised(Contracts.Agreement agreement, String milestone) {
        return tokens.stream()
                .filter(token -> token.payer == agreement.contractor && token.payee == agreement.provider)
                .filter(token -> agreement.terms.getMilestonesList().stream()
                        .anyMatch(terms -> terms.getMilestoneId().equals(milestone)
                                && terms.getAmount().equals(token.made.getAmount())))
                .findFirst();
    }

    /// Something that an agent does next.
    Operation<?> next() {
        List<Token> fresh = tokens.stream().filter(token -> !token.presented).toList();
        int kind = town.chance.below(12);
        if (kind < 2) {
            return transfer();
        }
        if (kind < 5) {
            return crossing();
        }
        if (kind < 8 || tokens.isEmpty()) {
            Member payer = town.member();
            return authorize(payer, town.other(payer), Optional.empty());
        }
        if (kind < 10 && !fresh.isEmpty()) {
            Token token = town.chance.any(fresh);
            // Now and then by somebody to whom it does not belong.
            return verify(token, town.chance.oneIn(10) ? town.member() : token.payee);
        }
        return end();
    }

    private Operation<?> transfer() {
        Member payer = town.member();
        Member payee = town.chance.any(town.members.stream()
                .filter(member -> member != payer && member.house() == payer.house())
                .toList());
        String amount = town.amount(9);
        Operation<?> transfer = town.asks(
                payer,
                "pays " + payee + " " + amount,
                true,
                LedgerServiceGrpc.getTransferMethod(),
                TransferRequest.newBuilder()
                        .setTo(payee.did())
                        .setAmount(amount)
                        .build(),
                house -> house.service(LedgerServiceImplBase.class)::transfer,
                TransferResponse::getTransferId,
                done -> {});
        acknowledged.transfer(transfer, Town.micros(amount));
        return transfer;
    }

    private Operation<?> crossing() {
        Member payer = town.member();
        Member payee = town.other(payer);
        if (payee.house() == payer.house()) {
            return transfer();
        }
        // Some pay agents of a registry that lies.
        String to = town.chance.oneIn(12) ? Liar.did(town.chance) : payee.did();
        String amount = town.amount(9);
        Operation<?> crossing = town.asks(
                payer,
                "sends " + to + " " + amount,
                true,
                LedgerServiceGrpc.getCrossRegistryTransferMethod(),
                CrossRegistryTransferRequest.newBuilder()
                        .setTo(to)
                        .setAmount(amount)
                        .build(),
                house -> house.service(LedgerServiceImplBase.class)::crossRegistryTransfer,
                CrossRegistryTransferResponse::getTransferId,
                done -> {});
        acknowledged.crossing(crossing, Town.micros(amount));
        return crossing;
    }

    Operation<AuthorizeResponse> authorize(Member payer, Member payee, Optional<String> exactly) {
        String amount = exactly.orElseGet(() -> town.amount(9));
        Operation<AuthorizeResponse> authorization = town.asks(
                payer,
                "promises " + payee + " " + amount,
                true,
                PaymentServiceGrpc.getAuthorizeMethod(),
                AuthorizeRequest.newBuilder()
                        .setPayee(payee.did())
                        .setAmount(amount)
                        .setTtlSeconds(3600)
                        .build(),
                house -> house.service(PaymentServiceImplBase.class)::authorize,
                AuthorizeResponse::getPaymentToken,
                made -> {
                    tokens.add(new Token(payer, payee, made));
                    town.know(made.getPaymentId());
                });
        if (exactly.isEmpty()) {
            acknowledged.authorization(authorization, Town.micros(amount));
        }
        return authorization;
    }

    Operation<?> verify(Token token, Member by) {
        return town.asks(
                by,
                "presents the token of " + token.made.getAmount(),
                true,
                PaymentServiceGrpc.getVerifyMethod(),
                VerifyRequest.newBuilder()
                        .setPaymentToken(token.made.getPaymentToken())
                        .setIssuer(token.made.getIssuer())
                        .build(),
                house -> house.service(PaymentServiceImplBase.class)::verify,
                // What was valid is not when its time is over.
                given -> "",
                done -> token.presented |= done.getValid());
    }

    Operation<?> settle(Token token) {
        return ends(
                token,
                token.payer,
                "settles",
                PaymentServiceGrpc.getSettleMethod(),
                SettleRequest.newBuilder()
                        .setPaymentId(token.made.getPaymentId())
                        .build(),
                house -> house.service(PaymentServiceImplBase.class)::settle);
    }

    private Operation<?> release(Token token) {
        return ends(
                token,
                token.payer,
                "releases",
                PaymentServiceGrpc.getReleaseMethod(),
                ReleaseRequest.newBuilder()
                        .setPaymentId(token.made.getPaymentId())
                        .build(),
                house -> house.service(PaymentServiceImplBase.class)::release);
    }

    private Operation<?> claim(Token token) {
        return ends(
                token,
                token.payee,
                "claims",
                PaymentServiceGrpc.getClaimMethod(),
                ClaimRequest.newBuilder()
                        .setPaymentId(token.made.getPaymentId())
                        .setIssuer(token.made.getIssuer())
                        .build(),
                house -> house.service(PaymentServiceImplBase.class)::claim);
    }

    private Operation<?> waive(Token token) {
        return ends(
                token,
                token.payee,
                "waives",
                PaymentServiceGrpc.getWaiveMethod(),
                WaiveRequest.newBuilder()
                        .setPaymentId(token.made.getPaymentId())
                        .setIssuer(token.made.getIssuer())
                        .build(),
                house -> house.service(PaymentServiceImplBase.class)::waive);
    }

    private <Q extends MessageLite> Operation<?> ends(
            Token token,
            Member by,
            String how,
            MethodDescriptor<Q, Payment> method,
            Q request,
            Function<House, BiConsumer<Q, StreamObserver<Payment>>> service) {
        return town.asks(
                by,
                how + " the promise of " + token.made.getAmount(),
                true,
                method,
                request,
                service,
                Payment::getPaymentId,
                done -> token.ended = true);
    }

    private Operation<?> end() {
        Token token = town.chance.any(tokens);
        int way = town.chance.below(12);
        if (way < 4) {
            return settle(token);
        }
        if (way < 5) {
            return release(token);
        }
        // Most often where the payer's registry is asked.
        List<Token> owed = tokens.stream().filter(Token::isOwed).toList();
        Token wanted = owed.isEmpty() || way < 6 ? token : town.chance.any(owed);
        return town.chance.oneIn(2) ? claim(wanted) : waive(wanted);
    }
}
