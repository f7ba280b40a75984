package hanse.node.contract;

import static hanse.schema.jooq.Tables.CONTRACT;
import static hanse.schema.jooq.Tables.MILESTONE;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Position;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.ContractRecord;
import hanse.schema.jooq.tables.records.MilestoneRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The tables of contracts and milestones. A milestone has no row before something is done for it.
final class ContractStore implements RowType<UUID, Contract> {
    private static final int LOCK_ORDER = 21;

    private static final String LOCK =
            "select " + Pipeline.columns(CONTRACT) + " from contract where id = any(?) order by id for no key update";

    private static final String MILESTONES =
            "select " + Pipeline.columns(MILESTONE) + " from milestone where contract = any(?)";

    private static final String INSERT = """
            insert into contract (created_at, changed_at, id, state, contractor, provider, provider_registry, terms, terms_hash,
              contractor_signature, contractor_key, accept_by, due_at, version)
            select ?, ?, u.*
            from unnest(?::uuid[], ?::smallint[], ?::uuid[], ?::uuid[], ?::text[], ?::bytea[], ?::bytea[],
              ?::bytea[], ?::bytea[], ?::timestamptz[], ?::timestamptz[], ?::bigint[]) as u
            """;

    private static final String UPDATE = """
            update contract c
            set state = u.state, provider_signature = u.provider_signature, provider_key = u.provider_key,
              escrowed = u.escrowed, accepted_at = u.accepted_at, changed_at = u.changed_at, ended_at = u.ended_at,
              due_at = u.due_at, cancel_asked_by = u.cancel_asked_by, note = u.note, version = u.version,
              frozen_by = u.frozen_by, frozen_state = u.frozen_state
            from unnest(?::uuid[], ?::smallint[], ?::bytea[], ?::bytea[], ?::bigint[], ?::timestamptz[], ?::timestamptz[],
                ?::timestamptz[], ?::timestamptz[], ?::smallint[], ?::text[], ?::bigint[], ?::uuid[], ?::smallint[])
              as u (id, state, provider_signature, provider_key, escrowed, accepted_at, changed_at, ended_at,
                due_at, cancel_asked_by, note, version, frozen_by, frozen_state)
            where c.id = u.id
            """;

    private static final String PUT_MILESTONES = """
            insert into milestone as m (contract, number, state, submission, submitted_at, rejection, rejections,
              approved_at, paid_at, transfer, attempt, frame, payment, refusal)
            select * from unnest(?::uuid[], ?::smallint[], ?::smallint[], ?::text[], ?::timestamptz[], ?::text[], ?::integer[],
              ?::timestamptz[], ?::timestamptz[], ?::bigint[], ?::integer[], ?::uuid[], ?::uuid[], ?::smallint[])
            on conflict (contract, number) do update
            set state = excluded.state, submission = excluded.submission, submitted_at = excluded.submitted_at,
              rejection = excluded.rejection, rejections = excluded.rejections, approved_at = excluded.approved_at,
              paid_at = excluded.paid_at, transfer = excluded.transfer, attempt = excluded.attempt, frame = excluded.frame,
              payment = excluded.payment, refusal = excluded.refusal
            where (m.state, m.submission, m.submitted_at, m.rejection, m.rejections, m.approved_at, m.paid_at,
                m.transfer, m.attempt, m.frame, m.payment, m.refusal)
              is distinct from (excluded.state, excluded.submission, excluded.submitted_at, excluded.rejection,
                excluded.rejections, excluded.approved_at, excluded.paid_at, excluded.transfer, excluded.attempt,
                excluded.frame, excluded.payment, excluded.refusal)
            """;

    private final RegistryId self;

    ContractStore(RegistryId self) {
        this.self = self;
    }

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Contract> found) {
        pipeline.records(CONTRACT, LOCK, row -> found.put(row.getId(), contract(row)), Columns.uuids(ids));
        pipeline.records(
                MILESTONE,
                MILESTONES,
                row -> found.computeIfPresent(row.getContract(), (_, contract) -> with(contract, row)),
                Columns.uuids(ids));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Contract> inserted, Collection<Contract> updated) {
        if (!inserted.isEmpty()) {
            insert(pipeline, List.copyOf(inserted));
            // What a batch both makes and changes needs the change as well.
            update(
                    pipeline,
                    inserted.stream().filter(contract -> contract.version() > 1).toList());
        }
        update(pipeline, List.copyOf(updated));
    }

    private void insert(Pipeline pipeline, List<Contract> rows) {
        pipeline.change(
                INSERT,
                Parameter.of(pipeline.now()),
                Parameter.of(pipeline.now()),
                Columns.uuids(rows, Contract::id),
                Columns.shorts(rows, c -> Contract.State.PROPOSED.code()),
                Columns.uuids(rows, c -> c.agreement().contractor().value()),
                Columns.uuids(rows, c -> c.agreement().provider().agent().value()),
                Columns.texts(
                        rows,
                        c -> c.providerRegistry(self).map(RegistryId::value).orElse(null)),
                Columns.bytes(rows, c -> c.agreement().terms().toByteArray()),
                Columns.bytes(rows, c -> c.agreement().termsHash()),
                Columns.bytes(rows, c -> c.agreement().signed().signature()),
                Columns.bytes(rows, c -> c.agreement().signed().key()),
                Columns.times(rows, c -> Optional.of(c.agreement().acceptBy())),
                Columns.times(rows, c -> c.standing().dueAt()),
                Columns.longs(rows, Contract::version));
    }

    private static void update(Pipeline pipeline, List<Contract> rows) {
        if (rows.isEmpty()) {
            return;
        }
        pipeline.changeExactly(
                rows.size(),
                UPDATE,
                Columns.uuids(rows, Contract::id),
                Columns.shorts(rows, c -> c.state().code()),
                Columns.bytes(
                        rows,
                        c -> c.standing().provider().map(Signed::signature).orElse(null)),
                Columns.bytes(
                        rows, c -> c.standing().provider().map(Signed::key).orElse(null)),
                Columns.longs(rows, c -> c.escrowed().micros()),
                Columns.times(rows, c -> c.standing().acceptedAt()),
                Columns.times(rows, c -> Optional.of(c.standing().changedAt())),
                Columns.times(rows, c -> c.standing().endedAt()),
                Columns.times(rows, c -> c.standing().dueAt()),
                Columns.shorts(
                        rows, c -> c.standing().cancelAskedBy().map(Side::code).orElse((short) 0)),
                Columns.texts(rows, c -> c.standing().note()),
                Columns.longs(rows, Contract::version),
                Columns.uuids(
                        rows,
                        c -> c.standing().freeze().map(Standing.Freeze::dispute).orElse(null)),
                Columns.shorts(
                        rows,
                        c -> c.standing()
                                .freeze()
                                .map(freeze -> freeze.then().code())
                                .orElse(null)));
        putMilestones(pipeline, rows);
    }

    private record Row(UUID contract, Milestone milestone) {
        Milestone.Work work() {
            return milestone.work();
        }

        Milestone.Pay pay() {
            return milestone.pay();
        }
    }

    private static void putMilestones(Pipeline pipeline, List<Contract> contracts) {
        List<Row> rows = new ArrayList<>();
        for (Contract contract : contracts) {
            contract.milestones().stream()
                    .filter(milestone -> milestone.state() != Milestone.State.DUE)
                    .forEach(milestone -> rows.add(new Row(contract.id(), milestone)));
        }
        if (rows.isEmpty()) {
            return;
        }
        pipeline.change(
                PUT_MILESTONES,
                Columns.uuids(rows, Row::contract),
                Columns.shorts(rows, r -> (short) r.milestone().number()),
                Columns.shorts(rows, r -> r.milestone().state().code()),
                Columns.texts(rows, r -> r.work().submission()),
                Columns.times(rows, r -> r.work().submittedAt()),
                Columns.texts(rows, r -> r.work().rejection()),
                Columns.ints(rows, r -> r.work().rejections()),
                Columns.times(rows, r -> r.pay().approvedAt()),
                Columns.times(rows, r -> r.pay().paidAt()),
                Columns.longs(rows, r -> r.pay().transfer().map(Position::value).orElse(null)),
                Columns.ints(rows, r -> r.pay().attempt()),
                Columns.uuids(rows, r -> r.pay().frame().orElse(null)),
                Columns.uuids(rows, r -> r.pay().payment().orElse(null)),
                Columns.shorts(rows, r -> Reasons.number(r.pay().refusal())));
    }

    Optional<Contract> find(Tx tx, UUID id) {
        return tx.sql()
                .selectFrom(CONTRACT)
                .where(CONTRACT.ID.eq(id))
                .fetchOptional(this::contract)
                .map(contract -> withMilestones(tx, List.of(contract)).getFirst());
    }

    /// Which contracts a list is of.
    ///
    /// @param contractor who has proposed them; empty for anyone
    /// @param provider to whom they were proposed; empty for anyone
    /// @param state in which they are; empty for any
    record Filter(Optional<AgentId> contractor, Optional<Did> provider, Optional<Contract.State> state) {}

    /// A page of those that fit a filter, newest first.
    ///
    /// @param before the last one of the previous page
    List<Contract> list(Tx tx, Filter filter, Optional<TimePage> before, int limit) {
        Condition place = before.<Condition>map(
                        page -> DSL.row(CONTRACT.CREATED_AT, CONTRACT.ID).lt(page.at(), page.id()))
                .orElse(DSL.noCondition());
        List<Contract> page = tx.sql()
                .selectFrom(CONTRACT)
                .where(condition(filter))
                .and(place)
                .orderBy(CONTRACT.CREATED_AT.desc(), CONTRACT.ID.desc())
                .limit(limit)
                .fetch(this::contract);
        return withMilestones(tx, page);
    }

    private Condition condition(Filter filter) {
        return DSL.and(
                filter.contractor()
                        .<Condition>map(agent -> CONTRACT.CONTRACTOR.eq(agent.value()))
                        .orElse(DSL.noCondition()),
                filter.provider().<Condition>map(this::isProvider).orElse(DSL.noCondition()),
                filter.state()
                        .<Condition>map(state -> CONTRACT.STATE.eq(state.code()))
                        .orElse(DSL.noCondition()));
    }

    private Condition isProvider(Did agent) {
        return CONTRACT.PROVIDER
                .eq(agent.agent().value())
                .and(
                        agent.registry().equals(self)
                                ? CONTRACT.PROVIDER_REGISTRY.isNull()
                                : CONTRACT.PROVIDER_REGISTRY.eq(agent.registry().value()));
    }

    /// Those to which something is to happen by itself by now, the oldest first.
    List<UUID> due(Tx tx, Instant now, int limit) {
        return tx.sql()
                .select(CONTRACT.ID)
                .from(CONTRACT)
                .where(CONTRACT.DUE_AT.le(now))
                .orderBy(CONTRACT.DUE_AT)
                .limit(limit)
                .fetch(CONTRACT.ID);
    }

    /// Whether an agent has money in the escrow of a contract.
    static boolean hasEscrow(Tx tx, AgentId contractor) {
        return tx.sql()
                .fetchExists(
                        CONTRACT, CONTRACT.CONTRACTOR.eq(contractor.value()).and(CONTRACT.ESCROWED.gt(0L)));
    }

    private static List<Contract> withMilestones(Tx tx, List<Contract> contracts) {
        Map<UUID, Contract> found = new HashMap<>();
        contracts.forEach(contract -> found.put(contract.id(), contract));
        tx.sql()
                .selectFrom(MILESTONE)
                .where(MILESTONE.CONTRACT.in(found.keySet()))
                .forEach(row -> found.computeIfPresent(row.getContract(), (_, contract) -> with(contract, row)));
        return contracts.stream().map(contract -> found.get(contract.id())).toList();
    }

    private Contract contract(ContractRecord row) {
        SignedTerms proposed = new SignedTerms(
                terms(row.getTerms()),
                row.getTermsHash(),
                new Signed(row.getContractorSignature(), row.getContractorKey()));
        Agreement agreement = Proposal.stored(proposed, new AgentId(row.getContractor()), row.getCreatedAt());
        short asked = row.getCancelAskedBy();
        return new Contract(
                agreement,
                new Standing(
                        Contract.State.of(row.getState()),
                        row.getProviderSignature() == null
                                ? Optional.empty()
                                : Optional.of(new Signed(row.getProviderSignature(), row.getProviderKey())),
                        new Avt(row.getEscrowed()),
                        Optional.ofNullable(row.getAcceptedAt()),
                        row.getChangedAt(),
                        Optional.ofNullable(row.getEndedAt()),
                        Optional.ofNullable(row.getDueAt()),
                        asked == 0 ? Optional.empty() : Optional.of(Side.of(asked)),
                        row.getNote(),
                        Optional.ofNullable(row.getFrozenBy())
                                .map(by -> new Standing.Freeze(by, Contract.State.of(row.getFrozenState())))),
                Proposal.milestones(agreement.terms()),
                row.getVersion());
    }

    private static Terms terms(byte[] stored) {
        try {
            return Terms.parseFrom(stored);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("stored terms cannot be read", e);
        }
    }

    private static Contract with(Contract contract, MilestoneRecord row) {
        Milestone agreed = contract.milestones().get(row.getNumber() - 1);
        Milestone stands = new Milestone(
                agreed.number(),
                agreed.name(),
                agreed.amount(),
                agreed.dueAt(),
                Milestone.State.of(row.getState()),
                new Milestone.Work(
                        row.getSubmission(),
                        Optional.ofNullable(row.getSubmittedAt()),
                        row.getRejection(),
                        row.getRejections()),
                new Milestone.Pay(
                        Optional.ofNullable(row.getApprovedAt()),
                        Optional.ofNullable(row.getPaidAt()),
                        Optional.ofNullable(row.getTransfer()).map(Position::new),
                        row.getAttempt(),
                        Optional.ofNullable(row.getFrame()),
                        Optional.ofNullable(row.getPayment()),
                        Reasons.of(row.getRefusal())));
        List<Milestone> milestones = new ArrayList<>(contract.milestones());
        milestones.set(agreed.number() - 1, stands);
        return new Contract(contract.agreement(), contract.standing(), List.copyOf(milestones), contract.version());
    }
}
