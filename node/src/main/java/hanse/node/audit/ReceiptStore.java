package hanse.node.audit;

import static hanse.schema.jooq.Tables.BLOCK;
import static hanse.schema.jooq.Tables.LANE;

import hanse.node.audit.AuditStore.Block;
import hanse.node.ledger.Position;
import hanse.node.storage.Tx;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jooq.impl.DSL;

/// Reads the blocks that a receipt is about, by primary key alone.
final class ReceiptStore {
    /// Later blocks have later entries, so the one of an entry is found by halving.
    private static final String BLOCK_OF = """
            with recursive part (low, high) as (
              select 1::bigint, block from lane where id = {0}
              union all
              select case when b.last < {1} then b.number + 1 else p.low end,
                case when b.last < {1} then p.high else b.number end
              from part p
              join block b on b.lane = {0} and b.number = ((p.low + p.high) >> 1)
              where p.low < p.high)
            select low from part where low = high
            """;

    /// The block in which an entry stands.
    Optional<Block> blockOf(Tx tx, Position position) {
        return tx.sql()
                .fetchOptional(BLOCK_OF, DSL.val(position.lane()), DSL.val(position.value()))
                .flatMap(row -> tx.sql()
                        .selectFrom(BLOCK)
                        .where(BLOCK.LANE.eq(position.lane()))
                        .and(BLOCK.NUMBER.eq(row.get(0, Long.class)))
                        .and(BLOCK.FIRST.le(position.value()))
                        .and(BLOCK.LAST.ge(position.value()))
                        .fetchOptional(AuditStore::block));
    }

    /// What the entries of a lane are sealed with.
    UUID secret(Tx tx, int lane) {
        return tx.sql().select(LANE.SECRET).from(LANE).where(LANE.ID.eq(lane)).fetchSingle(row -> row.value1());
    }

    /// The roots of a lane's blocks after one, up to another.
    List<byte[]> roots(Tx tx, int lane, long after, long last) {
        return tx.sql()
                .select(BLOCK.ROOT)
                .from(BLOCK)
                .where(BLOCK.LANE.eq(lane))
                .and(BLOCK.NUMBER.gt(after))
                .and(BLOCK.NUMBER.le(last))
                .orderBy(BLOCK.NUMBER)
                .fetch(BLOCK.ROOT);
    }
}
