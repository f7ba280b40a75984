package hanse.node.cli;

import hanse.bridge.BridgeMain;
import hanse.node.cli.demo.DemoCommand;
import hanse.node.ops.Logging;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;

/// The command line: `hanse <command>`.
@Command(
        name = "hanse",
        description = "A federation node for agent commerce.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        sortOptions = false,
        subcommands = {
            UpCommand.class,
            DemoCommand.class,
            InitCommand.class,
            ServeCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            CallCommand.class,
            AgentCommands.class,
            TenantCommands.class,
            MoneyCommands.Balance.class,
            MoneyCommands.Statement.class,
            MoneyCommands.Deposit.class,
            MoneyCommands.Destroy.class,
            MoneyCommands.Treasury.class,
            MoneyCommands.Freeze.class,
            MoneyCommands.Unfreeze.class,
            MoneyCommands.Supply.class,
            MoneyCommands.Payments.class,
            AuditCommands.class,
            ReceiptCommands.class,
            StatementCommands.class,
            EventCommands.class,
            PeerCommands.class,
            StuckCommand.class,
            ContractCommands.class,
            DisputeCommands.class,
            SettlementCommands.class,
            MalpracticeCommands.class,
            OperatorCommands.class,
            CertificateCommands.class,
            HelpCommand.class,
            GenerateCompletion.class,
        },
        synopsisSubcommandLabel = "<command>",
        footer = {
            "",
            "Commands that ask a node find it, and the operator's key, by --dir: a node's directory or that of `hanse up`",
            "(default: where hanse.yaml is, else ./.hanse). --at picks one of several registries there.",
            "",
            "`hanse bench` measures, `hanse simulate` plays what may go wrong, `hanse drill` does it for real; see their `--help`.",
            "",
            "Exit codes: 0 done; 1 refused or failed, with the reason; 2 wrong usage; 3 the node could not be reached.",
        })
public final class Hanse implements Runnable {
    @CommandLine.Spec
    private CommandSpec spec = CommandSpec.create();

    /// Without a command there is only help to give.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getErr());
    }

    /// The parsed command line, for `main` and for tests.
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Hanse());
        line.addSubcommand("bridge", new BridgeMain());
        line.setExecutionExceptionHandler(new Failures());
        line.setParameterExceptionHandler(Failures::wrongUsage);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setExpandAtFiles(false);
        line.getSubcommands()
                .forEach((name, command) ->
                        command.getCommandSpec().usageMessage().hidden(name.equals("generate-completion")));
        return line;
    }

    public static void main(String[] args) {
        Logging.quiet();
        int code = Failures.FAILED;
        try {
            code = commandLine().execute(args);
        } finally {
            // Also after an Error: threads of a node that did not come up must not keep the process.
            System.exit(code);
        }
    }
}
