package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestClock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which process looks after what was left behind for a peer.
class PumpClaimTest {
    private static final Duration LEASE = Duration.ofSeconds(8);
    private static final RegistryId BETA = new RegistryId("beta.example");

    private final Postgres.Fresh postgres = Postgres.fresh();
    private final TestClock clock = new TestClock();
    private final Database database = new Database(postgres.pool(), clock);
    private final PeerStore store = new PeerStore();
    private final UUID one = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();

    @BeforeEach
    void knowAPeer() {
        database.write(tx -> tx.sql()
                .execute("insert into peer (registry_id, endpoint, public_url, signing_key, trust_bundle, fingerprint,"
                        + " added_at) values ('beta.example', 'beta:1', 'https://beta', decode(repeat('00', 32), 'hex'),"
                        + " '', '', now())"));
    }

    @AfterEach
    void close() {
        postgres.close();
    }

    @Test
    void aClaimLastsAsLongAsItIsRenewed() {
        assertThat(claim(one)).containsExactly(BETA);
        clock.advance(LEASE.minusSeconds(1));
        assertThat(claim(other)).isEmpty();
        assertThat(claim(one)).containsExactly(BETA);
        clock.advance(LEASE.plusSeconds(1));
        assertThat(claim(other)).containsExactly(BETA);
        assertThat(claim(one)).isEmpty();
    }

    @Test
    void aClaimOfADeadProcessWhoseClockWasAheadIsTakenOver() {
        clock.advance(Duration.ofMinutes(10));
        assertThat(claim(one)).containsExactly(BETA);
        clock.advance(Duration.ofMinutes(-10));
        assertThat(claim(other)).containsExactly(BETA);
    }

    private Set<RegistryId> claim(UUID process) {
        return database.write(tx -> store.lease(tx, process, LEASE));
    }
}
