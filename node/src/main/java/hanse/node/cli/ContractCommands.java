package hanse.node.cli;

import hanse.contract.v1.Contract;
import hanse.contract.v1.GetContractRequest;
import hanse.contract.v1.ListAgentContractsRequest;
import hanse.contract.v1.ListContractsRequest;
import hanse.contract.v1.ListContractsResponse;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse contracts …`
@Command(
        name = "contracts",
        description = "Contracts between agents: list them, look into one.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {ContractCommands.Listing.class, ContractCommands.Show.class})
final class ContractCommands {

    @Command(name = "list", description = "List contracts, newest first; those that peers keep included.")
    static final class Listing extends OnNode {
        @Option(names = "--agent", paramLabel = "AGENT", description = "Of this agent only: UUID, DID or handle.")
        private String agent = "";

        @Option(names = "--state", paramLabel = "STATE", description = "One of: ${COMPLETION-CANDIDATES}.")
        private Contract.@Nullable State state;

        @Mixin
        private Limit limit = new Limit();

        @Override
        int ask(Connection node) {
            Contract.State wanted = state == null ? Contract.State.STATE_UNSPECIFIED : state;
            ListContractsResponse.Builder all = Pages.read(
                    ListContractsResponse.newBuilder(),
                    limit.most(),
                    (size, token) -> agent.isEmpty()
                            ? node.contracts()
                                    .listContracts(ListContractsRequest.newBuilder()
                                            .setState(wanted)
                                            .setPageSize(size)
                                            .setPageToken(token)
                                            .build())
                            : node.contracts()
                                    .listAgentContracts(ListAgentContractsRequest.newBuilder()
                                            .setAgentDid(agent)
                                            .setState(wanted)
                                            .setPageSize(size)
                                            .setPageToken(token)
                                            .build()));
            return show(all, people -> {
                Table table = new Table(
                        "PROPOSED", "STATE", "TOTAL", "ESCROW", "CONTRACTOR", "PROVIDER", "TITLE", "CONTRACT");
                all.getContractsList()
                        .forEach(c -> table.row(
                                Times.text(c.getCreatedAt()),
                                c.getState(),
                                c.getTotal(),
                                c.getEscrowed(),
                                c.getContractor(),
                                c.getProvider(),
                                c.getTitle(),
                                c.getContractId()));
                table.print(people);
            });
        }
    }

    @Command(name = "show", description = "Show a contract, its terms and its milestones.")
    static final class Show extends Answering<Contract> {
        @Parameters(index = "0", paramLabel = "CONTRACT", description = "Its id.")
        private String contract = "";

        @Override
        Contract answer(Connection node) {
            return node.contracts()
                    .getContract(GetContractRequest.newBuilder()
                            .setContractId(contract)
                            .build());
        }

        @Override
        void print(PrintWriter people, Contract c) {
            people.println(c.getTitle() + ", " + c.getState() + (c.getNote().isEmpty() ? "" : ": " + c.getNote()));
            people.println("contractor   " + c.getContractor());
            people.println("provider     " + c.getProvider());
            people.println("kept at      " + c.getRegistryId() + ", version " + c.getVersion());
            people.println("funding      " + c.getFunding() + ", " + c.getEscrowed() + " of " + c.getTotal()
                    + " AVT in escrow");
            people.println("terms        " + c.getTermsHash());
            if (!c.getTerms().getDescription().isEmpty()) {
                people.println();
                people.println(c.getTerms().getDescription());
            }
            people.println();
            Table table = new Table("MILESTONE", "STATE", "AVT", "DUE", "SUBMITTED", "PAID", "TRANSFER");
            c.getMilestonesList()
                    .forEach(m -> table.row(
                            m.getMilestoneId(),
                            m.getState(),
                            m.getAmount(),
                            Times.text(m.getDueAt()),
                            Times.text(m.getSubmittedAt()),
                            Times.text(m.getPaidAt()),
                            m.getTransferId()));
            table.print(people);
        }
    }
}
