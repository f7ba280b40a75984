package hanse.node.federation;

import static hanse.schema.jooq.Tables.CANARY;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.CanaryRecord;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The table of canary payments.
final class CanaryStore {
    private final Did payer;
    private final FrameStore frames;

    CanaryStore(Did payer, FrameStore frames) {
        this.payer = payer;
        this.frames = frames;
    }

    /// Of every peer that has ever answered, by id.
    List<CanaryState> all(Tx tx) {
        return states(tx, tx.sql().selectFrom(CANARY).orderBy(CANARY.PEER).fetch());
    }

    CanaryState get(Tx tx, RegistryId peer) {
        return states(
                        tx,
                        tx.sql()
                                .selectFrom(CANARY)
                                .where(CANARY.PEER.eq(peer.value()))
                                .fetch())
                .stream()
                .findFirst()
                .orElseGet(() -> CanaryState.first(payer, peer));
    }

    /// Writes what is known of a peer over what was.
    void put(Tx tx, CanaryState state) {
        CanaryRecord row = tx.sql().newRecord(CANARY);
        row.setPeer(state.peer().value());
        row.setPayee(state.payee().map(AgentId::value).orElse(null));
        row.setNewest(state.newest().map(Frame::id).orElse(null));
        row.setArrived(state.arrivedBefore().map(Frame::id).orElse(null));
        row.setSettled(state.settledBefore());
        row.setRefused(state.refusedBefore());
        row.setUnsent(state.unsent());
        row.setUnsentFor(Reasons.number(state.unsentFor()));
        tx.sql()
                .insertInto(CANARY)
                .set(row)
                .onConflict(CANARY.PEER)
                .doUpdate()
                .set(row)
                .execute();
    }

    private List<CanaryState> states(Tx tx, List<CanaryRecord> rows) {
        Set<UUID> sent = rows.stream()
                .flatMap(row -> Stream.of(Optional.ofNullable(row.getNewest()), Optional.ofNullable(row.getArrived())))
                .flatMap(Optional::stream)
                .collect(Collectors.toUnmodifiableSet());
        Map<UUID, Frame> found = sent.isEmpty() ? Map.of() : frames.find(tx, sent);
        return rows.stream().map(row -> state(row, found)).toList();
    }

    private CanaryState state(CanaryRecord row, Map<UUID, Frame> found) {
        return new CanaryState(
                payer,
                new RegistryId(row.getPeer()),
                Optional.ofNullable(row.getPayee()).map(AgentId::new),
                Optional.ofNullable(row.getNewest()).map(id -> Objects.requireNonNull(found.get(id))),
                Optional.ofNullable(row.getArrived()).map(id -> Objects.requireNonNull(found.get(id))),
                row.getSettled(),
                row.getRefused(),
                row.getUnsent(),
                Reasons.of(row.getUnsentFor()));
    }
}
