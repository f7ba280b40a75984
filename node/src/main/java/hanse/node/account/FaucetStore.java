package hanse.node.account;

import static hanse.schema.jooq.Tables.FAUCET_DRAW;

import hanse.node.call.AgentId;
import hanse.node.ledger.Avt;
import hanse.node.storage.Tx;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// What the faucet has given to whom.
final class FaucetStore {
    /// Adds to what the agent has drawn today, unless that would exceed `limit`; says whether it was added.
    boolean draw(Tx tx, AgentId agent, Avt amount, Avt limit) {
        LocalDate today = LocalDate.ofInstant(tx.now(), ZoneOffset.UTC);
        return tx.sql()
                        .insertInto(FAUCET_DRAW)
                        .set(FAUCET_DRAW.AGENT, agent.value())
                        .set(FAUCET_DRAW.DAY, today)
                        .set(FAUCET_DRAW.DRAWN, amount.micros())
                        .onConflict(FAUCET_DRAW.AGENT, FAUCET_DRAW.DAY)
                        .doUpdate()
                        .set(FAUCET_DRAW.DRAWN, FAUCET_DRAW.DRAWN.plus(amount.micros()))
                        .where(FAUCET_DRAW.DRAWN.plus(amount.micros()).le(limit.micros()))
                        .execute()
                == 1;
    }
}
