package hanse.node.cli;

import hanse.audit.v1.GetReceiptRequest;
import hanse.audit.v1.JournalEntry;
import hanse.audit.v1.JournalSide;
import hanse.audit.v1.Receipt;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.peer.BadCardException;
import hanse.peer.PeeringCards;
import hanse.peer.v1.SignedCard;
import hanse.sdk.Receipts;
import hanse.wire.journal.CheckpointText;
import hanse.wire.journal.JournalHash;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hanse receipt …`
@Command(
        name = "receipt",
        description = "Proofs of single payments and transfers, which anyone can check without the node.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {ReceiptCommands.Get.class, ReceiptCommands.Verify.class})
final class ReceiptCommands {

    @Command(
            name = "get",
            description = "The proof that an entry of the journal stands under a signed checkpoint.",
            footer = {
                "",
                "What the accounts held after the entry is sealed in it; only an agent's own receipt shows that."
            })
    static final class Get extends OnNode {
        @Parameters(
                paramLabel = "ID",
                description = "A payment's UUID, or a transfer's id as statements have it: 16 hex digits.")
        private String id = "";

        @Option(
                names = {"-o", "--out"},
                paramLabel = "FILE",
                description = "Write it there, for `receipt verify`.")
        private @Nullable Path file;

        @Override
        int ask(Connection node) throws IOException {
            Receipt receipt = node.audit()
                    .getReceipt(GetReceiptRequest.newBuilder().setId(id).build());
            if (file != null) {
                Files.writeString(file, Json.pretty(receipt) + "\n");
            }
            return show(receipt, people -> {
                print(people, receipt);
                people.println(
                        file == null
                                ? "Write it to a file with --out, and have anyone `hanse receipt verify` it."
                                : "receipt      " + file);
            });
        }
    }

    @Command(
            name = "verify",
            description = "Check a receipt, with the file and the registry's key alone: no node, no network.",
            footer = {"", "Exit code 1 when it proves nothing."})
    static final class Verify implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "What `receipt get --out` wrote, or the REST answer.")
        private Path file = Path.of("-");

        @ArgGroup(multiplicity = "1")
        private Known known = new Known();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        /// From where the registry's key is known.
        static final class Known {
            @Option(names = "--key", paramLabel = "BASE64", description = "The registry's signing key.")
            private String key = "";

            @Option(
                    names = "--card",
                    paramLabel = "CARD",
                    description = "The registry's peering card, as `peer card --out` wrote it.")
            private @Nullable Path card;
        }

        @Option(
                names = "--fingerprint",
                paramLabel = "TEXT",
                description = "The card's fingerprint, as the registry's operator reads it out.")
        private String fingerprint = "";

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            byte[] key = key();
            String json = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            Optional<Receipt> receipt = read(json);
            Optional<Receipts.Fault> fault = fault(receipt, key);
            if (fault.isPresent()) {
                out.println("✗ " + fault.get().part().name().toLowerCase(Locale.ROOT) + ": "
                        + fault.get().wrong());
                out.println("It proves nothing.");
            } else {
                print(out, receipt.orElseThrow());
                out.println("✓ " + receipt.orElseThrow().getRegistryId()
                        + " has signed a journal in which this entry stands");
            }
            out.flush();
            return fault.isPresent() ? Failures.FAILED : 0;
        }

        /// What is wrong with what was read; empty when it proves something.
        static Optional<Receipts.Fault> fault(Optional<Receipt> receipt, byte[] key) {
            return receipt.map(read -> Receipts.fault(read, key))
                    .orElse(Optional.of(new Receipts.Fault(Receipts.Part.FORM, "The file is not a receipt in JSON.")));
        }

        private byte[] key() throws IOException {
            if (known.card == null) {
                try {
                    return Base64.getDecoder().decode(known.key);
                } catch (IllegalArgumentException e) {
                    throw CommandException.usage("--key is not base64.");
                }
            }
            SignedCard.Builder card = SignedCard.newBuilder();
            Json.read(Files.readString(known.card), card);
            if (!fingerprint.isEmpty()) {
                card.setFingerprint(fingerprint);
            }
            try {
                return PeeringCards.check(card.build()).signingKey().raw();
            } catch (BadCardException e) {
                throw CommandException.failed(String.valueOf(e.getMessage()));
            }
        }

        /// One receipt, all of the file, and nothing that a receipt has not.
        static Optional<Receipt> read(String json) {
            try {
                Receipt.Builder receipt = Receipt.newBuilder();
                Json.read(json, receipt);
                return Json.isOneObject(json) ? Optional.of(receipt.build()) : Optional.empty();
            } catch (CommandException e) {
                return Optional.empty();
            }
        }
    }

    private static void print(PrintWriter out, Receipt receipt) {
        JournalEntry entry = receipt.getEntry();
        out.println("registry     " + receipt.getRegistryId());
        out.println("entry        " + entry.getPosition() + ", number " + JournalHash.number(entry.getPosition())
                + " of lane " + JournalHash.lane(entry.getPosition()));
        out.println("at           " + Instant.EPOCH.plus(entry.getAtMicros(), ChronoUnit.MICROS));
        out.println("what         " + EntryKind.of((short) entry.getKind()).event());
        out.println("amount       " + Avt.text(entry.getAmountMicros()) + " AVT");
        if (!entry.getDebit().getAccount().isEmpty()) {
            out.println("from         " + side(entry.getDebit()));
        }
        if (!entry.getCredit().getAccount().isEmpty()) {
            out.println("to           " + side(entry.getCredit()));
        }
        if (entry.getHeldChangeMicros() != 0) {
            out.println("held         " + Avt.text(entry.getHeldChangeMicros()) + " AVT");
        }
        if (!entry.getSubject().isEmpty()) {
            out.println("about        " + entry.getSubject());
        }
        if (!entry.getNote().isEmpty()) {
            out.println("memo         " + entry.getNote());
        }
        CheckpointText.parse(receipt.getCheckpoint().getBytes(StandardCharsets.UTF_8))
                .ifPresent(checkpoint -> out.println("checkpoint   " + checkpoint.number() + " of " + checkpoint.at()
                        + ", " + receipt.getLaterRootsCount() + " blocks later"));
        out.println("signing key  " + receipt.getSigningKey());
    }

    private static String side(JournalSide side) {
        return side.hasOpened()
                ? side.getAccount() + ", after it "
                        + Avt.text(side.getOpened().getBalanceMicros()) + " AVT, held "
                        + Avt.text(side.getOpened().getHeldMicros())
                : side.getAccount();
    }
}
