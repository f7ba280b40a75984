package hanse.node.contract;

import static hanse.schema.jooq.Tables.CONTRACT_MIRROR;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.ContractMirrorRecord;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of contracts that peers keep.
final class MirrorStore implements RowType<UUID, Mirror> {
    private static final int LOCK_ORDER = 26;

    private static final String LOCK = "select " + Pipeline.columns(CONTRACT_MIRROR)
            + " from contract_mirror where id = any(?) order by id for no key update";

    private static final String INSERT = """
            insert into contract_mirror
              (id, registry, contractor, provider, state, created_at, terms, shown, version, accepted, credited)
            select id, registry, contractor, provider, state, created_at, terms, shown, version, accepted,
              credited::bigint[]
            from unnest(?::uuid[], ?::text[], ?::uuid[], ?::uuid[], ?::smallint[], ?::timestamptz[], ?::bytea[], ?::bytea[],
                ?::bigint[], ?::boolean[], ?::text[])
              as u (id, registry, contractor, provider, state, created_at, terms, shown, version, accepted, credited)
            """;

    private static final String UPDATE = """
            update contract_mirror m
            set state = u.state, shown = u.shown, version = u.version, accepted = u.accepted,
                credited = u.credited::bigint[]
            from unnest(?::uuid[], ?::smallint[], ?::bytea[], ?::bigint[], ?::boolean[], ?::text[])
              as u (id, state, shown, version, accepted, credited)
            where m.id = u.id
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Mirror> found) {
        pipeline.records(CONTRACT_MIRROR, LOCK, row -> found.put(row.getId(), mirror(row)), Columns.uuids(ids));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Mirror> inserted, Collection<Mirror> updated) {
        if (!inserted.isEmpty()) {
            List<Mirror> rows = List.copyOf(inserted);
            pipeline.change(
                    INSERT,
                    Columns.uuids(rows, Mirror::id),
                    Columns.texts(rows, m -> m.registry().value()),
                    Columns.uuids(rows, m -> m.contractor().agent().value()),
                    Columns.uuids(rows, m -> m.provider().value()),
                    Columns.shorts(rows, MirrorStore::state),
                    Columns.times(rows, m -> Optional.of(m.createdAt())),
                    Columns.bytes(rows, m -> m.terms().toByteArray()),
                    Columns.bytes(rows, m -> m.shown().toByteArray()),
                    Columns.longs(rows, m -> m.shown().getVersion()),
                    Columns.booleans(rows, Mirror::accepted),
                    Columns.texts(rows, MirrorStore::credited));
        }
        if (!updated.isEmpty()) {
            List<Mirror> rows = List.copyOf(updated);
            pipeline.changeExactly(
                    rows.size(),
                    UPDATE,
                    Columns.uuids(rows, Mirror::id),
                    Columns.shorts(rows, MirrorStore::state),
                    Columns.bytes(rows, m -> m.shown().toByteArray()),
                    Columns.longs(rows, m -> m.shown().getVersion()),
                    Columns.booleans(rows, Mirror::accepted),
                    Columns.texts(rows, MirrorStore::credited));
        }
    }

    /// A contract that was offered before this was counted has none.
    private static List<Avt> credited(ContractMirrorRecord row, Terms terms) {
        return Stream.concat(Arrays.stream(row.getCredited()).map(Avt::new), Stream.generate(() -> Avt.ZERO))
                .limit(terms.getMilestonesCount())
                .toList();
    }

    private static String credited(Mirror mirror) {
        return mirror.credited().stream()
                .map(amount -> Long.toString(amount.micros()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static short state(Mirror mirror) {
        return ContractWire.state(mirror.shown().getState())
                .map(Contract.State::code)
                .orElse((short) 0);
    }

    Optional<Mirror> find(Tx tx, UUID id) {
        return tx.sql()
                .selectFrom(CONTRACT_MIRROR)
                .where(CONTRACT_MIRROR.ID.eq(id))
                .fetchOptional(MirrorStore::mirror);
    }

    /// A page, newest first.
    ///
    /// @param provider of this registry; empty for any
    /// @param contractor of a peer; empty for any
    List<Mirror> list(
            Tx tx,
            Optional<AgentId> provider,
            Optional<Did> contractor,
            Optional<Contract.State> state,
            Optional<TimePage> before,
            int limit) {
        Condition fits = DSL.and(
                provider.<Condition>map(agent -> CONTRACT_MIRROR.PROVIDER.eq(agent.value()))
                        .orElse(DSL.noCondition()),
                contractor
                        .<Condition>map(agent -> CONTRACT_MIRROR
                                .CONTRACTOR
                                .eq(agent.agent().value())
                                .and(CONTRACT_MIRROR.REGISTRY.eq(
                                        agent.registry().value())))
                        .orElse(DSL.noCondition()),
                state.<Condition>map(one -> CONTRACT_MIRROR.STATE.eq(one.code()))
                        .orElse(DSL.noCondition()),
                before.<Condition>map(page -> DSL.row(CONTRACT_MIRROR.CREATED_AT, CONTRACT_MIRROR.ID)
                                .lt(page.at(), page.id()))
                        .orElse(DSL.noCondition()));
        return tx.sql()
                .selectFrom(CONTRACT_MIRROR)
                .where(fits)
                .orderBy(CONTRACT_MIRROR.CREATED_AT.desc(), CONTRACT_MIRROR.ID.desc())
                .limit(limit)
                .fetch(MirrorStore::mirror);
    }

    private static Mirror mirror(ContractMirrorRecord row) {
        try {
            Terms terms = Terms.parseFrom(row.getTerms());
            return new Mirror(
                    row.getId(),
                    new RegistryId(row.getRegistry()),
                    new AgentId(row.getProvider()),
                    row.getCreatedAt(),
                    terms,
                    hanse.contract.v1.Contract.parseFrom(row.getShown()),
                    row.getAccepted(),
                    credited(row, terms));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored contract cannot be read", e);
        }
    }
}
