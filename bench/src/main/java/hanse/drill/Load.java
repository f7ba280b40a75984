package hanse.drill;

import hanse.error.v1.Reason;
import hanse.sdk.HanseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// Agents that go on paying each other, whatever happens.
final class Load {
    private static final int LEAST_MICROS = 1_000;
    private static final int MOST_MICROS = 50_000;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Ground ground;
    private final Faults faults;
    private final Asking asking;
    private final long seed;
    private final int clients;
    private final String name;
    private final Queue<Deed> deeds = new ConcurrentLinkedQueue<>();
    private final Queue<Deed> setAside = new ConcurrentLinkedQueue<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger everSetAside = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ending;
    private String transfersOnly = "";

    /// @param clients how many ask at the same time
    Load(Ground ground, Faults faults, long seed, int clients) {
        this.ground = ground;
        this.faults = faults;
        this.asking = new Asking(faults);
        this.seed = seed;
        this.clients = clients;
        this.name = "drill-" + UUID.randomUUID().toString().substring(0, 8);
    }

    Asking asking() {
        return asking;
    }

    /// What all tags begin with.
    String name() {
        return name;
    }

    void begin() {
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed * 1_000_003 + i);
            start("client-" + i, () -> {
                while (!ending) {
                    act(any(random));
                }
            });
        }
    }

    /// Lets open deeds end, and has everything asked again that was set aside.
    ///
    /// @return whether all have ended in time
    boolean end(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        ending = true;
        asking.bePatient();
        if (!join(deadline)) {
            return false;
        }
        over(setAside, deadline);
        return join(deadline);
    }

    /// Does some of what was acknowledged over again: it must come to the same.
    boolean again(int count, Duration patience) throws InterruptedException {
        List<Deed> all = deeds.stream().filter(deed -> !deed.isUndone()).toList();
        Random random = new Random(seed);
        Queue<Deed> some = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < count && !all.isEmpty(); i++) {
            some.add(all.get(random.nextInt(all.size())));
        }
        long deadline = System.nanoTime() + patience.toNanos();
        over(some, deadline);
        return join(deadline);
    }

    private void over(Queue<Deed> again, long deadline) {
        for (int i = 0; i < clients; i++) {
            start("again-" + i, () -> {
                for (Deed deed = again.poll(); deed != null && System.nanoTime() < deadline; deed = again.poll()) {
                    act(deed);
                }
            });
        }
    }

    private void start(String thread, Runnable work) {
        threads.add(Thread.ofVirtual().name(thread).start(work));
    }

    private boolean join(long deadline) throws InterruptedException {
        for (Thread thread : threads) {
            if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                threads.forEach(Thread::interrupt);
                return false;
            }
        }
        threads.clear();
        return true;
    }

    private void act(Deed deed) {
        underWay.incrementAndGet();
        try {
            deed.act(asking);
            deed.done();
        } catch (Asking.SetAside givenUp) {
            everSetAside.incrementAndGet();
            setAside.add(deed);
        } catch (HanseException refused) {
            if (deed.state() == Deed.State.DONE) {
                asking.wrong(deed, "was done, and when asked again refused: " + refused.getMessage());
            }
            if (deed.isTransfer() && refused.reason() == Reason.ACCOUNT_FROZEN) {
                deed.frozen();
                return;
            }
            deed.refused(String.valueOf(refused.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException unforeseen) {
            faults.add("a client failed: " + unforeseen + ": " + deed);
        } finally {
            underWay.decrementAndGet();
        }
    }

    /// From now on agents of that registry begin nothing but transfers, and nobody begins anything else with them.
    ///
    /// @return whether all else has ended in time
    boolean transfersOnly(String registry, Duration patience) throws InterruptedException {
        synchronized (this) {
            transfersOnly = registry;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        Predicate<Deed> open = deed -> deed.state() == Deed.State.OPEN && !deed.isTransfer() && deed.concerns(registry);
        while (deeds.stream().anyMatch(open)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            setAside.stream().filter(open).findAny().filter(setAside::remove).ifPresent(this::act);
            Thread.sleep(LOOK_AGAIN);
        }
        return true;
    }

    /// From now on everything is begun again.
    synchronized void everything() {
        transfersOnly = "";
    }

    private synchronized Deed any(Random random) {
        String tag = name + "-" + begun.incrementAndGet();
        int what = random.nextInt(100);
        long micros = LEAST_MICROS + random.nextInt(MOST_MICROS - LEAST_MICROS);
        Party payer = ground.any(random);
        Party payee = what < 40 || what >= 70 && random.nextBoolean()
                ? ground.neighbour(payer, random)
                : ground.foreigner(payer, random);
        Deed deed;
        if (what < 70
                || payer.registry().equals(transfersOnly)
                || payee.registry().equals(transfersOnly)) {
            deed = payer.registry().equals(payee.registry())
                    ? new Transfer(tag, payer, payee, micros)
                    : new Crossing(tag, payer, payee, micros);
        } else {
            deed = what < 94
                    ? new Purchase(tag, payer, payee, micros)
                    : new Job(tag, payer, payee, micros, new UUID(random.nextLong(), random.nextLong()));
        }
        deeds.add(deed);
        return deed;
    }

    /// Everything that was begun.
    List<Deed> deeds() {
        return List.copyOf(deeds);
    }

    int underWay() {
        return underWay.get();
    }

    /// Deeds whose client had given up for a while.
    int everSetAside() {
        return everSetAside.get();
    }
}
