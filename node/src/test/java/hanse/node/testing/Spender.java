package hanse.node.testing;

import hanse.node.call.AgentId;
import hanse.node.ledger.Avt;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/// A node process that transfers 0.01 AVT from one agent to another for ever, 64 at a time, and says on its standard
/// output which request was answered, with a semicolon at the end. It is there to be killed.
///
/// Arguments: JDBC URL, user, password, payer, payee, a prefix for request ids.
public final class Spender {
    private static final int IN_FLIGHT = 64;

    private Spender() {}

    public static void main(String[] arguments) throws InterruptedException {
        TestRegistry registry = TestRegistry.on(Postgres.pool(arguments[0], arguments[1], arguments[2]));
        AgentId payer = new AgentId(UUID.fromString(arguments[3]));
        AgentId payee = new AgentId(UUID.fromString(arguments[4]));
        Semaphore room = new Semaphore(IN_FLIGHT);
        for (long i = 0; ; i++) {
            String id = arguments[5] + "-" + i;
            room.acquire();
            registry.commit
                    .submit(registry.transfer(
                            Optional.of(TestRegistry.call(payer, id, "0.01")), payer, payee, Avt.parse("0.01")))
                    .whenComplete((answer, failure) -> {
                        System.out.println((failure == null ? "done " + id : "failed " + id + " " + failure) + ";");
                        room.release();
                    });
        }
    }
}
