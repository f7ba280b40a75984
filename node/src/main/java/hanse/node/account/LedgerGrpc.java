package hanse.node.account;

import hanse.error.v1.Reason;
import hanse.ledger.v1.Balance;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.DepositResponse;
import hanse.ledger.v1.DestroyRequest;
import hanse.ledger.v1.DestroyResponse;
import hanse.ledger.v1.DrawFaucetRequest;
import hanse.ledger.v1.Entry;
import hanse.ledger.v1.FreezeAccountRequest;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.GetTransferRequest;
import hanse.ledger.v1.GetTreasuryRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.ListStatementRequest;
import hanse.ledger.v1.ListStatementResponse;
import hanse.ledger.v1.PayFromTreasuryRequest;
import hanse.ledger.v1.PayFromTreasuryResponse;
import hanse.ledger.v1.Supply;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Cold;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.federation.CrossRegistryTransfers;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Currency;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The ledger on the wire.
public final class LedgerGrpc extends LedgerServiceGrpc.LedgerServiceImplBase {
    private static final int PAGE = 50;
    private static final String TREASURY = "treasury";

    private final Accounts accounts;
    private final Parties parties;
    private final Ledger ledger;
    private final Database database;
    private final CrossRegistryTransfers crossing;

    public LedgerGrpc(
            Accounts accounts, Parties parties, Ledger ledger, Database database, CrossRegistryTransfers crossing) {
        this.accounts = accounts;
        this.parties = parties;
        this.ledger = ledger;
        this.database = database;
        this.crossing = crossing;
    }

    @Override
    public void transfer(TransferRequest request, StreamObserver<TransferResponse> observer) {
        Call call = Call.current();
        Currency.require(request.getCurrency());
        Avt amount = Avt.parse(request.getAmount());
        Optional<Did> payee = parties.readWithoutLookup(request.getTo());
        if (payee.isPresent()) {
            Cold.answer(
                    observer,
                    accounts.transfer(call, call.agent(), parties.local(payee.get()), amount, request.getMemo()));
        } else {
            Cold.run(
                    observer,
                    () -> accounts.transfer(
                                    call, call.agent(), parties.readLocal(request.getTo()), amount, request.getMemo())
                            .join());
        }
    }

    @Override
    public void crossRegistryTransfer(
            CrossRegistryTransferRequest request, StreamObserver<CrossRegistryTransferResponse> observer) {
        Cold.answer(observer, crossing.transfer(Call.current(), request));
    }

    @Override
    public void getCrossRegistryTransfer(
            GetCrossRegistryTransferRequest request, StreamObserver<CrossRegistryTransferResponse> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> crossing.get(call, request));
    }

    @Override
    public void getTransfer(GetTransferRequest request, StreamObserver<Entry> observer) {
        Call call = Call.current();
        Cold.run(
                observer,
                () -> database.read(tx -> {
                    Statement.Line line = accounts.entry(tx, call.caller(), request.getTransferId());
                    Map<UUID, String> labels = ledger.labels(tx, LedgerWire.counterparties(List.of(line)));
                    return LedgerWire.entry(line, labels, parties);
                }));
    }

    @Override
    public void getBalance(GetBalanceRequest request, StreamObserver<Balance> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> {
            AgentId agent = parties.readLocal(request.getAgentId());
            return LedgerWire.balance(agent, accounts.balance(call.caller(), agent));
        });
    }

    @Override
    public void listStatement(ListStatementRequest request, StreamObserver<ListStatementResponse> observer) {
        Call call = Call.current();
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        Cold.run(observer, () -> {
            boolean treasury = request.getAgentId().equals(TREASURY);
            if (treasury && !(call.caller() instanceof Caller.Operator)) {
                throw new RefusedException(Reason.NOT_YOURS);
            }
            Optional<AgentId> agent = treasury ? Optional.empty() : Optional.of(statementOf(call, request));
            return database.read(tx -> {
                Statement page = agent.map(
                                id -> accounts.statement(tx, call.caller(), id, request.getPageToken(), size))
                        .orElseGet(() -> accounts.treasuryStatement(tx, request.getPageToken(), size));
                Map<UUID, String> labels = ledger.labels(tx, LedgerWire.counterparties(page.lines()));
                ListStatementResponse.Builder answer = ListStatementResponse.newBuilder();
                page.lines().forEach(line -> answer.addEntries(LedgerWire.entry(line, labels, parties)));
                page.next().ifPresent(answer::setNextPageToken);
                return answer.build();
            });
        });
    }

    private AgentId statementOf(Call call, ListStatementRequest request) {
        return request.getAgentId().isEmpty() ? call.agent() : parties.readLocal(request.getAgentId());
    }

    @Override
    public void getSupply(GetSupplyRequest request, StreamObserver<Supply> observer) {
        Cold.run(observer, () -> LedgerWire.supply(accounts.totals()));
    }

    @Override
    public void deposit(DepositRequest request, StreamObserver<DepositResponse> observer) {
        Call call = Call.current();
        Currency.require(request.getCurrency());
        Avt amount = Avt.parse(request.getAmount());
        Cold.run(
                observer,
                () -> accounts.deposit(call, parties.readLocal(request.getAgentId()), amount, request.getMemo()));
    }

    @Override
    public void destroy(DestroyRequest request, StreamObserver<DestroyResponse> observer) {
        Call call = Call.current();
        Currency.require(request.getCurrency());
        Avt amount = Avt.parse(request.getAmount());
        Cold.run(
                observer,
                () -> accounts.destroy(call, parties.readLocal(request.getAgentId()), amount, request.getMemo()));
    }

    @Override
    public void drawFaucet(DrawFaucetRequest request, StreamObserver<DepositResponse> observer) {
        Call call = Call.current();
        Avt amount = Avt.parse(request.getAmount());
        Cold.run(observer, () -> accounts.drawFaucet(call, call.agent(), amount));
    }

    @Override
    public void getTreasury(GetTreasuryRequest request, StreamObserver<Balance> observer) {
        Cold.run(observer, () -> LedgerWire.treasury(accounts.treasury()));
    }

    @Override
    public void payFromTreasury(PayFromTreasuryRequest request, StreamObserver<PayFromTreasuryResponse> observer) {
        Call call = Call.current();
        Avt amount = Avt.parse(request.getAmount());
        Cold.run(
                observer,
                () -> accounts.payFromTreasury(call, parties.readLocal(request.getTo()), amount, request.getMemo()));
    }

    @Override
    public void freezeAccount(FreezeAccountRequest request, StreamObserver<Balance> observer) {
        Call call = Call.current();
        Cold.run(
                observer,
                () -> accounts.freeze(
                        call, parties.readLocal(request.getAgentId()), request.getFrozen(), request.getNote()));
    }
}
