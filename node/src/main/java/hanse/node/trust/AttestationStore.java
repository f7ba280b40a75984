package hanse.node.trust;

import static hanse.schema.jooq.Tables.ATTESTATION;
import static hanse.schema.jooq.Tables.TRUST_ROW;

import hanse.node.call.AgentId;
import hanse.node.call.TimePage;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.AttestationRecord;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of attestations, and the count that they attest.
final class AttestationStore implements RowType<UUID, Attestation> {
    private static final int LOCK_ORDER = 38;

    private static final String LOCK = "select " + Pipeline.columns(ATTESTATION)
            + " from attestation where id = any(?) order by id for no key update";

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Attestation> found) {
        pipeline.records(ATTESTATION, LOCK, row -> found.put(row.getId(), attestation(row)), Columns.uuids(ids));
    }

    /// Whoever locks many at once only looks at them.
    @Override
    public void write(Pipeline pipeline, Collection<Attestation> inserted, Collection<Attestation> updated) {
        throw new IllegalStateException("an attestation is changed by itself");
    }

    void insert(Tx tx, Attestation attestation) {
        tx.sql()
                .insertInto(ATTESTATION)
                .set(ATTESTATION.ID, attestation.id())
                .set(ATTESTATION.AGENT, attestation.agent().value())
                .set(ATTESTATION.PREDICATE, Attestation.SETTLED_DEALINGS)
                .set(ATTESTATION.STATEMENT, attestation.statement())
                .set(ATTESTATION.SIGNATURE, attestation.signature())
                .set(ATTESTATION.ISSUED_AT, attestation.issuedAt())
                .set(ATTESTATION.EXPIRES_AT, attestation.expiresAt())
                .execute();
    }

    /// Writes what may change: that it was proved or revoked.
    void update(Tx tx, Attestation attestation) {
        tx.sql()
                .update(ATTESTATION)
                .set(
                        ATTESTATION.REVOKED_AT,
                        attestation.revoked().map(Attestation.Revocation::at).orElse(null))
                .set(
                        ATTESTATION.REASON,
                        attestation
                                .revoked()
                                .map(Attestation.Revocation::reason)
                                .orElse(""))
                .set(
                        ATTESTATION.PROVEN_AT,
                        attestation.proven().map(Attestation.Proven::at).orElse(null))
                .set(
                        ATTESTATION.PROVEN_AT_LEAST,
                        attestation.proven().map(Attestation.Proven::atLeast).orElse(null))
                .set(
                        ATTESTATION.PROOF,
                        attestation.proven().map(Attestation.Proven::proof).orElse(null))
                .where(ATTESTATION.ID.eq(attestation.id()))
                .execute();
    }

    Optional<Attestation> find(Tx tx, UUID id) {
        return tx.sql()
                .selectFrom(ATTESTATION)
                .where(ATTESTATION.ID.eq(id))
                .fetchOptional(AttestationStore::attestation);
    }

    Optional<Attestation> lock(Tx tx, UUID id) {
        return tx.sql()
                .selectFrom(ATTESTATION)
                .where(ATTESTATION.ID.eq(id))
                .forNoKeyUpdate()
                .fetchOptional(AttestationStore::attestation);
    }

    /// A page of an agent's, newest first.
    List<Attestation> list(Tx tx, AgentId agent, Optional<TimePage> before, int limit) {
        Condition place = before.<Condition>map(
                        page -> DSL.row(ATTESTATION.ISSUED_AT, ATTESTATION.ID).lt(page.at(), page.id()))
                .orElse(DSL.noCondition());
        return tx.sql()
                .selectFrom(ATTESTATION)
                .where(ATTESTATION.AGENT.eq(agent.value()))
                .and(place)
                .orderBy(ATTESTATION.ISSUED_AT.desc(), ATTESTATION.ID.desc())
                .limit(limit)
                .fetch(AttestationStore::attestation);
    }

    /// How many of an agent's are in force.
    int live(Tx tx, AgentId agent) {
        return tx.sql()
                .fetchCount(
                        ATTESTATION,
                        ATTESTATION
                                .AGENT
                                .eq(agent.value())
                                .and(ATTESTATION.REVOKED_AT.isNull())
                                .and(ATTESTATION.EXPIRES_AT.gt(tx.now())));
    }

    /// Settled dealings that an agent of this registry was paid for.
    long dealings(Tx tx, AgentId agent) {
        return tx.sql()
                .select(DSL.coalesce(DSL.sum(TRUST_ROW.DEALINGS), BigDecimal.ZERO)
                        .cast(Long.class))
                .from(TRUST_ROW)
                .where(TRUST_ROW.RATED.eq(agent.value()))
                .and(TRUST_ROW.RATED_HOME.eq(""))
                .fetchSingle(row -> row.value1());
    }

    private static Attestation attestation(AttestationRecord row) {
        return new Attestation(
                row.getId(),
                new AgentId(row.getAgent()),
                row.getStatement(),
                row.getSignature(),
                row.getIssuedAt(),
                row.getExpiresAt(),
                Optional.ofNullable(row.getRevokedAt()).map(at -> new Attestation.Revocation(at, row.getReason())),
                Optional.ofNullable(row.getProvenAt())
                        .map(at -> new Attestation.Proven(at, row.getProvenAtLeast(), row.getProof())));
    }
}
