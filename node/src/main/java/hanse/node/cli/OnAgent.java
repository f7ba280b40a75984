package hanse.node.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A command about one agent.
abstract class OnAgent extends OnNode {
    @Parameters(index = "0", paramLabel = "AGENT", description = "UUID, DID or handle.")
    private String agent = "";

    final String agent() {
        return agent;
    }

    /// One that judges it, and may say why.
    abstract static class Judging extends OnAgent {
        @Option(names = "--note", paramLabel = "TEXT", description = "Kept in the audit trail.")
        private String note = "";

        final String note() {
            return note;
        }
    }

    /// One that moves money to or from it.
    abstract static class Moving extends OnAgent {
        @Parameters(index = "1", paramLabel = "AMOUNT", description = "AVT, such as 100 or 5.25.")
        private String amount = "";

        @Option(names = "--memo", paramLabel = "TEXT", description = "Shown on the statement.")
        private String memo = "";

        @Option(names = "--request-id", paramLabel = "ID", description = "A repeat with the same id changes nothing.")
        private String id = requestId();

        final String amount() {
            return amount;
        }

        final String memo() {
            return memo;
        }

        /// The id under which it happens once.
        final String once() {
            return id;
        }
    }
}
