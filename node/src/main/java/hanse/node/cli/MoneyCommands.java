package hanse.node.cli;

import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.DepositResponse;
import hanse.ledger.v1.DestroyRequest;
import hanse.ledger.v1.DestroyResponse;
import hanse.ledger.v1.FreezeAccountRequest;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.GetTreasuryRequest;
import hanse.ledger.v1.ListStatementRequest;
import hanse.ledger.v1.ListStatementResponse;
import hanse.ledger.v1.PayFromTreasuryRequest;
import hanse.ledger.v1.PayFromTreasuryResponse;
import hanse.payment.v1.ListPaymentsRequest;
import hanse.payment.v1.ListPaymentsResponse;
import hanse.payment.v1.PaymentServiceGrpc;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands about money.
final class MoneyCommands {
    private MoneyCommands() {}

    @Command(name = "balance", description = "An agent's balance, what of it is held, and what is available.")
    static final class Balance extends OnAgent {
        @Override
        int ask(Connection node) {
            var balance = node.ledger()
                    .getBalance(
                            GetBalanceRequest.newBuilder().setAgentId(agent()).build());
            return show(balance, people -> print(people, agent(), balance));
        }
    }

    @Command(name = "statement", description = "An account's entries, newest first, each with the balance after it.")
    static final class Statement extends OnNode {
        @Parameters(paramLabel = "AGENT", description = "UUID, DID or handle; `treasury` for the treasury.")
        private String agent = "";

        @Mixin
        private Limit limit = new Limit();

        @Override
        int ask(Connection node) {
            ListStatementResponse.Builder all = Pages.read(
                    ListStatementResponse.newBuilder(),
                    limit.most(),
                    (size, token) -> node.ledger()
                            .listStatement(ListStatementRequest.newBuilder()
                                    .setAgentId(agent)
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table("AT", "TYPE", "CHANGE", "HELD", "BALANCE", "WITH", "TRANSFER", "MEMO");
                all.getEntriesList()
                        .forEach(e -> table.row(
                                Times.text(e.getAt()),
                                e.getType(),
                                e.getChange(),
                                e.getHeldChange(),
                                e.getBalance(),
                                e.getCounterparty(),
                                e.getTransferId(),
                                e.getMemo()));
                table.print(people);
            });
        }
    }

    @Command(name = "deposit", description = "Issue tokens to an agent.")
    static final class Deposit extends OnAgent.Moving {
        @Override
        int ask(Connection node) {
            DepositResponse done = node.ledger()
                    .deposit(DepositRequest.newBuilder()
                            .setAgentId(agent())
                            .setAmount(amount())
                            .setMemo(memo())
                            .setRequestId(once())
                            .build());
            return show(
                    done,
                    people -> people.println("issued " + done.getAmount() + " AVT to " + agent() + "; balance "
                            + done.getBalance() + "; transfer " + done.getTransferId()));
        }
    }

    @Command(name = "destroy", description = "Take tokens of an agent out of existence.")
    static final class Destroy extends OnAgent.Moving {
        @Override
        int ask(Connection node) {
            DestroyResponse done = node.ledger()
                    .destroy(DestroyRequest.newBuilder()
                            .setAgentId(agent())
                            .setAmount(amount())
                            .setMemo(memo())
                            .setRequestId(once())
                            .build());
            return show(
                    done,
                    people -> people.println("destroyed " + done.getAmount() + " AVT of " + agent() + "; balance "
                            + done.getBalance() + "; transfer " + done.getTransferId()));
        }
    }

    @Command(
            name = "treasury",
            description = "What the fees have brought, and paying from it.",
            synopsisSubcommandLabel = "<command>",
            subcommands = {Treasury.Show.class, Treasury.Pay.class})
    static final class Treasury {
        @Command(name = "show", description = "What the treasury holds.")
        static final class Show extends OnNode {
            @Override
            int ask(Connection node) {
                var treasury = node.ledger().getTreasury(GetTreasuryRequest.getDefaultInstance());
                return show(treasury, people -> print(people, "treasury", treasury));
            }
        }

        @Command(name = "pay", description = "Pay an agent from the treasury, without a fee.")
        static final class Pay extends OnAgent.Moving {
            @Override
            int ask(Connection node) {
                PayFromTreasuryResponse done = node.ledger()
                        .payFromTreasury(PayFromTreasuryRequest.newBuilder()
                                .setTo(agent())
                                .setAmount(amount())
                                .setMemo(memo())
                                .setRequestId(once())
                                .build());
                return show(
                        done,
                        people -> people.println("paid " + done.getAmount() + " AVT to " + agent() + "; transfer "
                                + done.getTransferId()));
            }
        }
    }

    @Command(name = "freeze", description = "Let nothing leave an agent's account; everything may arrive.")
    static final class Freeze extends OnAgent.Judging {
        @Override
        int ask(Connection node) {
            return freeze(this, node, true);
        }
    }

    @Command(name = "unfreeze", description = "Lift a freeze.")
    static final class Unfreeze extends OnAgent.Judging {
        @Override
        int ask(Connection node) {
            return freeze(this, node, false);
        }
    }

    @Command(name = "supply", description = "Every term of the supply equation, and whether it holds.")
    static final class Supply extends OnNode {
        @Override
        boolean isUnsigned() {
            return true;
        }

        @Override
        int ask(Connection node) {
            var supply = node.ledger().getSupply(GetSupplyRequest.getDefaultInstance());
            show(supply, people -> Books.print(people, node.registryId(), supply));
            return supply.getHolds() ? 0 : Failures.FAILED;
        }
    }

    @Command(name = "payments", description = "The payments of the agent that signs (--as), newest first.")
    static final class Payments extends OnNode {
        @Option(names = "--payee", description = "Those to the agent instead of those by it.")
        private boolean payee;

        @Mixin
        private Limit limit = new Limit();

        @Override
        int ask(Connection node) {
            ListPaymentsResponse.Builder all = Pages.read(
                    ListPaymentsResponse.newBuilder(),
                    limit.most(),
                    (size, token) -> PaymentServiceGrpc.newBlockingStub(node.channel())
                            .listPayments(ListPaymentsRequest.newBuilder()
                                    .setSide(payee ? ListPaymentsRequest.Side.PAYEE : ListPaymentsRequest.Side.PAYER)
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table("AUTHORIZED", "STATE", "AMOUNT", "FEE", "PAYER", "PAYEE", "PAYMENT", "FOR");
                all.getPaymentsList()
                        .forEach(p -> table.row(
                                Times.text(p.getAuthorizedAt()),
                                p.getState(),
                                p.getAmount(),
                                p.getFee(),
                                p.getPayer(),
                                p.getPayee(),
                                p.getPaymentId(),
                                p.getResource()));
                table.print(people);
            });
        }
    }

    private static int freeze(OnAgent.Judging command, Connection node, boolean frozen) {
        var balance = node.ledger()
                .freezeAccount(FreezeAccountRequest.newBuilder()
                        .setAgentId(command.agent())
                        .setFrozen(frozen)
                        .setNote(command.note())
                        .setRequestId(OnNode.requestId())
                        .build());
        return command.show(balance, people -> print(people, command.agent(), balance));
    }

    private static void print(PrintWriter out, String account, hanse.ledger.v1.Balance balance) {
        new Table("ACCOUNT", "BALANCE", "HELD", "AVAILABLE", "FROZEN")
                .row(
                        account,
                        balance.getBalance(),
                        balance.getHeld(),
                        balance.getAvailable(),
                        balance.getFrozen() ? "yes" : "no")
                .print(out);
    }
}
