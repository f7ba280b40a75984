package hanse.node.identity;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Handles;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Posting;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.wire.SignedText;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What happens to agents. Each operation runs in the transaction it is given and ends with the ledger, whose locks
/// come last.
public final class Agents implements Handles {
    private static final int SECRET_BYTES = 32;

    private final RegistryId registry;
    private final Database database;
    private final Ledger ledger;
    private final SigningKeys keys;
    private final SealedSecrets secrets;
    private final Supplier<UUID> ids;
    private final RandomGenerator random;
    private final List<UnfinishedBusiness> unfinished;
    private final AgentStore store = new AgentStore();
    private final TenantStore tenants = new TenantStore();

    /// @param ids UUIDv7, so that agents list in order of registration
    /// @param random where webhook secrets come from: a SecureRandom, except in a simulation
    /// @param unfinished what must be done before an agent is deactivated, beside the holds on its account
    public Agents(
            RegistryId registry,
            Database database,
            Ledger ledger,
            SigningKeys keys,
            SealedSecrets secrets,
            Supplier<UUID> ids,
            RandomGenerator random,
            List<UnfinishedBusiness> unfinished) {
        this.registry = registry;
        this.database = database;
        this.ledger = ledger;
        this.keys = keys;
        this.secrets = secrets;
        this.ids = ids;
        this.random = random;
        this.unfinished = List.copyOf(unfinished);
    }

    /// A new agent, and the secret of its webhooks in hex, which is shown once.
    public record Registered(Agent agent, String webhookSecret) {}

    /// A page of agents.
    ///
    /// @param next where the list goes on; empty on the last page
    public record Page(List<Agent> agents, Optional<AgentId> next) {}

    /// What is to change of a profile; what is empty stays.
    public record ProfileChange(
            Optional<String> displayName,
            Optional<String> description,
            Optional<String> endpointUrl,
            Optional<List<String>> capabilities) {

        boolean isEmpty() {
            return displayName.isEmpty() && description.isEmpty() && endpointUrl.isEmpty() && capabilities.isEmpty();
        }

        Profile of(Profile old) {
            return new Profile(
                    displayName.orElse(old.displayName()),
                    description.orElse(old.description()),
                    endpointUrl.map(EndpointUrl::check).orElse(old.endpointUrl()),
                    capabilities.orElse(old.capabilities()));
        }
    }

    /// Registers whoever proves to hold the key it brings, and opens its account. Refuses with `BAD_PUBLIC_KEY`,
    /// `PROOF_EXPIRED`, `BAD_PROOF`, `BAD_ENDPOINT_URL`, `UNKNOWN_TENANT`, `TENANT_CLOSED`, `HANDLE_TAKEN`,
    /// `PUBLIC_KEY_TAKEN`.
    public Registered register(Tx tx, Registration wanted) {
        Ed25519Key key = Ed25519Key.parse(wanted.publicKey());
        switch (Freshness.of(wanted.timestamp(), tx.now())) {
            case FRESH -> {}
            case STALE, FROM_FUTURE, UNREADABLE -> throw new RefusedException(Reason.PROOF_EXPIRED);
        }
        key.requireProof(
                SignedText.registration(registry.value(), wanted.publicKey(), wanted.timestamp()), wanted.proof());
        EndpointUrl.check(wanted.profile().endpointUrl());
        requireAdmission(tx, wanted);

        AgentId id = new AgentId(ids.get());
        String name = wanted.name().isEmpty() ? id.toString() : wanted.name();
        Agent agent = new Agent(
                id, wanted.tenant(), name, key, 1, wanted.profile(), new Standing.Active(), false, tx.now(), tx.now());
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        if (!store.insert(tx, agent, secrets.seal(secret, id))) {
            throw new RefusedException(Reason.HANDLE_TAKEN);
        }
        keys.take(tx, key, new KeyHolder.Agent(id), 1);
        ledger.open(tx, id);
        record(tx, EntryKind.AGENT_REGISTERED, id, Map.of("handle", agent.handle(), "public_key", key.base64()));
        return new Registered(agent, HexFormat.of().formatHex(secret));
    }

    /// An agent of this registry. Refuses with `UNKNOWN_AGENT`.
    public Agent get(Tx tx, AgentId id) {
        return store.find(tx, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
    }

    public Optional<Agent> find(Tx tx, AgentId id) {
        return store.find(tx, id);
    }

    @Override
    public Optional<AgentId> find(String handle) {
        int at = handle.indexOf('@');
        return at < 0
                ? Optional.empty()
                : database.look(tx -> store.find(tx, handle.substring(at + 1), handle.substring(0, at)));
    }

    /// Agents in order of registration; an empty filter lets all pass.
    public Page list(Tx tx, String tenant, String capability, Optional<AgentId> after, int size) {
        List<Agent> found = store.list(tx, tenant, capability, after, size + 1);
        if (found.size() <= size) {
            return new Page(found, Optional.empty());
        }
        List<Agent> page = found.subList(0, size);
        return new Page(page, Optional.of(page.getLast().id()));
    }

    /// What a call in the agent's name is checked against.
    public Optional<Credentials> credentials(Tx tx, AgentId id) {
        return store.credentials(tx, id);
    }

    /// Changes the caller's own profile. Refuses with `NOT_YOURS`, `UNKNOWN_AGENT`, `BAD_ENDPOINT_URL`.
    public Agent update(Tx tx, Caller caller, AgentId id, ProfileChange change) {
        Agent agent = own(tx, caller, id);
        if (change.isEmpty()) {
            return agent;
        }
        Agent changed = agent.with(change.of(agent.profile()));
        store.update(tx, changed);
        record(tx, EntryKind.AGENT_UPDATED, id, Map.of());
        return changed;
    }

    /// Replaces the caller's key by one that proves itself for exactly the present key version. With the commit the
    /// old key and its sessions end. Refuses with `NOT_YOURS`, `BAD_PUBLIC_KEY`, `BAD_PROOF`, `PUBLIC_KEY_TAKEN`.
    public Agent rotateKey(Tx tx, Caller caller, AgentId id, String publicKey, String proof) {
        Agent agent = own(tx, caller, id);
        Ed25519Key next = Ed25519Key.parse(publicKey);
        next.requireProof(SignedText.rotation(new Did(registry, id).toString(), agent.keyVersion(), publicKey), proof);
        Agent changed = agent.withKey(next);
        store.update(tx, changed);
        keys.take(tx, next, new KeyHolder.Agent(id), changed.keyVersion());
        ledger.changeKey(tx, id);
        record(
                tx,
                EntryKind.KEY_ROTATED,
                id,
                Map.of("public_key", next.base64(), "key_version", Long.toString(changed.keyVersion())));
        return changed;
    }

    /// Closes the caller's own agent, for good. What is left on its account goes to `remainderTo`, without a fee.
    /// Refuses with `NOT_YOURS`, `FUNDS_PROMISED`, `ACCOUNT_NOT_EMPTY`, `ACCOUNT_FROZEN`, `UNKNOWN_AGENT`,
    /// `AGENT_NOT_ACTIVE`, `SELF_TRANSFER`.
    public Agent deactivate(Tx tx, Caller caller, AgentId id, Optional<AgentId> remainderTo) {
        Agent agent = own(tx, caller, id);
        if (remainderTo.filter(id::equals).isPresent()) {
            throw new RefusedException(Reason.SELF_TRANSFER);
        }
        if (unfinished.stream().anyMatch(business -> business.has(tx, id))) {
            throw new RefusedException(Reason.FUNDS_PROMISED);
        }
        Agent changed = agent.with(new Standing.Deactivated());
        store.update(tx, changed);
        keys.end(tx, new KeyHolder.Agent(id));
        ledger.post(
                tx,
                wanted -> {
                    wanted.account(AccountId.of(id));
                    remainderTo.ifPresent(heir -> wanted.account(AccountId.of(heir)));
                },
                books -> {
                    empty(books, id, remainderTo);
                    return books.post(Posting.event(EntryKind.AGENT_DEACTIVATED, id.value(), ""));
                });
        ledger.deactivate(tx, id);
        return changed;
    }

    /// Stops an agent until a time or, without one, until it is reinstated. Refuses with `UNKNOWN_AGENT`,
    /// `AGENT_DEACTIVATED`.
    public Agent suspend(Tx tx, AgentId id, Optional<Instant> until, String by) {
        Agent agent = lock(tx, id);
        agent.requireNotDeactivated();
        Agent changed = agent.with(new Standing.Suspended(until));
        store.update(tx, changed);
        ledger.suspend(tx, id);
        record(
                tx,
                EntryKind.AGENT_SUSPENDED,
                id,
                Map.of("by", by, "until", until.map(Instant::toString).orElse("")));
        return changed;
    }

    /// Lets a suspended agent go on; nothing happens to an active one. Refuses with `UNKNOWN_AGENT`,
    /// `AGENT_DEACTIVATED`.
    public Agent reinstate(Tx tx, AgentId id, String by) {
        Agent agent = lock(tx, id);
        agent.requireNotDeactivated();
        if (agent.standing() instanceof Standing.Active) {
            return agent;
        }
        Agent changed = agent.with(new Standing.Active());
        store.update(tx, changed);
        ledger.activate(tx, id);
        record(tx, EntryKind.AGENT_REINSTATED, id, Map.of("by", by));
        return changed;
    }

    /// Locks an agent for a decision about it. Refuses with `UNKNOWN_AGENT`.
    public Agent lock(Tx tx, AgentId id) {
        return store.lock(tx, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
    }

    /// Suspended agents whose time is over.
    public List<AgentId> suspendedUntil(Tx tx, Instant time, int limit) {
        return store.suspendedUntil(tx, time, limit);
    }

    /// Makes an agent of the tenant its administrator, or takes that away. Refuses with `UNKNOWN_AGENT` for an agent
    /// of another tenant.
    Agent setTenantAdmin(Tx tx, String tenant, AgentId id, boolean admin) {
        Agent agent = lock(tx, id);
        if (!agent.tenant().equals(tenant)) {
            throw new RefusedException(Reason.UNKNOWN_AGENT);
        }
        Agent changed = agent.withTenantAdmin(admin);
        store.update(tx, changed);
        record(tx, EntryKind.TENANT_CHANGED, id, Map.of("tenant", tenant, "tenant_admin", Boolean.toString(admin)));
        return changed;
    }

    /// The agent has changed something today; blocks.
    public void seen(AgentId id) {
        database.write(tx -> {
            store.seen(tx, id);
            return id;
        });
    }

    /// The key of an agent's webhook signatures. Refuses with `UNKNOWN_AGENT`.
    public byte[] webhookSecret(Tx tx, AgentId id) {
        byte[] sealed = store.sealedSecret(tx, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
        return secrets.open(sealed, id);
    }

    private Agent own(Tx tx, Caller caller, AgentId id) {
        if (!(caller instanceof Caller.Agent me) || !me.id().equals(id)) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        return lock(tx, id);
    }

    private void requireAdmission(Tx tx, Registration wanted) {
        Tenant tenant =
                tenants.find(tx, wanted.tenant()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TENANT));
        if (tenant.open()) {
            return;
        }
        Registration.Invitation invitation =
                wanted.invitation().orElseThrow(() -> new RefusedException(Reason.TENANT_CLOSED));
        Parties parties = new Parties(registry, handle -> inTransaction(tx, handle));
        Agent admin = get(tx, parties.readLocal(invitation.admin()));
        if (!admin.tenantAdmin()
                || !admin.tenant().equals(tenant.slug())
                || !(admin.standing() instanceof Standing.Active)) {
            throw new RefusedException(Reason.TENANT_CLOSED);
        }
        admin.key().requireProof(SignedText.invitation(tenant.slug(), wanted.publicKey()), invitation.signature());
    }

    private Optional<AgentId> inTransaction(Tx tx, String handle) {
        int at = handle.indexOf('@');
        return at < 0 ? Optional.empty() : store.find(tx, handle.substring(at + 1), handle.substring(0, at));
    }

    private static void empty(Books books, AgentId id, Optional<AgentId> remainderTo) {
        Account account = books.account(AccountId.of(id));
        if (!account.held().isZero()) {
            throw new RefusedException(Reason.FUNDS_PROMISED);
        }
        Avt rest = account.available();
        if (rest.isZero()) {
            return;
        }
        AgentId heir = remainderTo.orElseThrow(() -> new RefusedException(Reason.ACCOUNT_NOT_EMPTY));
        account.requireAvailable(rest);
        books.activeAgent(heir);
        books.post(Posting.move(EntryKind.REMAINDER_MOVED, AccountId.of(id), AccountId.of(heir), rest));
    }

    private void record(Tx tx, EntryKind kind, AgentId id, Map<String, String> details) {
        ledger.record(tx, kind, id.value(), details.isEmpty() ? "" : Notes.json(details));
    }
}
