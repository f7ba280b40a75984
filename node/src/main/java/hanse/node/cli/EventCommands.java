package hanse.node.cli;

import hanse.event.v1.Event;
import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.WatchRequest;
import hanse.event.v1.WatchResponse;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hanse events …`
@Command(
        name = "events",
        description = "What happens, as it is committed.",
        synopsisSubcommandLabel = "<command>",
        subcommands = EventCommands.Watch.class)
final class EventCommands {

    @Command(name = "watch", description = "Print events as they are committed, until interrupted.")
    static final class Watch extends OnNode {
        @Option(
                names = "--from",
                paramLabel = "POSITION",
                description =
                        "Where to go on: a position printed with --json, or `start` for the first event; now otherwise.")
        private String from = "";

        @Option(names = "--type", paramLabel = "TYPE", description = "Only events of this type; may be repeated.")
        private List<String> types = List.of();

        @Option(names = "--limit", paramLabel = "N", defaultValue = "0", description = "Stop after so many; 0: never.")
        private long limit;

        @Override
        int ask(Connection node) {
            Iterator<WatchResponse> answers = EventServiceGrpc.newBlockingStub(node.channel())
                    .watch(WatchRequest.newBuilder()
                            .setPosition(from)
                            .addAllTypes(types)
                            .build());
            long seen = 0;
            while (answers.hasNext()) {
                WatchResponse answer = answers.next();
                if (json()) {
                    out().println(Json.line(answer));
                } else if (answer.hasEvent()) {
                    out().println(text(answer.getEvent()));
                }
                out().flush();
                if (answer.hasEvent() && ++seen == limit) {
                    return 0;
                }
            }
            return 0;
        }

        private static String text(Event event) {
            return Stream.of(
                            Times.text(event.getAt()),
                            event.getType(),
                            event.getAmount().isEmpty()
                                    ? ""
                                    : event.getDebit() + " → " + event.getCredit() + " " + event.getAmount(),
                            event.getSubject(),
                            event.getData().getFieldsCount() == 0 ? "" : Json.line(event.getData()))
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining("  "));
        }
    }
}
