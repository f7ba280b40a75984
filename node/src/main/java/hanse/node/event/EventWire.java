package hanse.node.event;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import hanse.event.v1.Event;
import hanse.node.call.AgentId;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Position;
import java.util.Optional;
import java.util.UUID;

/// Journal entries as events. What the payer wrote goes out as a string, never as structure: a memo cannot pretend to
/// be the registry's own details.
final class EventWire {
    private EventWire() {}

    /// @param watcher whose account's version the event carries
    static Event event(Entry entry, Optional<AgentId> watcher, AccountNames names) {
        Event.Builder event = Event.newBuilder()
                .setId(entry.position().toString())
                .setType(entry.kind().event())
                .setAt(WireTime.of(entry.at()))
                .setVersion(watcher.flatMap(agent -> entry.sideOf(agent.value()))
                        .map(Entry.Side::version)
                        .orElse(0L))
                .setSubject(entry.subject().map(UUID::toString).orElse(""))
                .setDebit(names.of(entry.debit(), entry.parties().payer()))
                .setCredit(names.of(entry.credit(), entry.parties().payee()))
                .setLinkedTo(entry.link().map(Position::toString).orElse(""));
        if (!entry.amount().isZero()) {
            event.setAmount(entry.amount().toString());
        }
        Struct data = data(entry);
        if (data.getFieldsCount() > 0) {
            event.setData(data);
        }
        return event.build();
    }

    private static Struct data(Entry entry) {
        Struct.Builder data = Struct.newBuilder();
        if (entry.debit().isEmpty() && entry.note().startsWith("{")) {
            try {
                JsonFormat.parser().merge(entry.note(), data);
                return data.build();
            } catch (InvalidProtocolBufferException e) {
                // An operator's note may begin like that, too; it is shown as it is.
                data.clear();
            }
        }
        if (entry.heldChange() != 0) {
            data.putFields("held_change", text(Avt.text(entry.heldChange())));
        }
        if (!entry.note().isEmpty()) {
            data.putFields(entry.credit().isPresent() ? "memo" : "note", text(entry.note()));
        }
        return data.build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }
}
