package hanse.node.identity;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Tx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// What happens to tenants. An operator may change every one, an administrator its own.
public final class Tenants {
    private final Agents agents;
    private final Ledger ledger;
    private final TenantStore store = new TenantStore();

    public Tenants(Agents agents, Ledger ledger) {
        this.agents = agents;
        this.ledger = ledger;
    }

    /// A page of tenants.
    ///
    /// @param next where the list goes on; empty on the last page
    public record Page(List<Tenant> tenants, Optional<String> next) {}

    /// Creates a tenant. Refuses with `TENANT_TAKEN`.
    public Tenant create(Tx tx, String slug, String displayName, boolean open) {
        Tenant tenant = new Tenant(slug, displayName, open, tx.now());
        if (!store.insert(tx, tenant)) {
            throw new RefusedException(Reason.TENANT_TAKEN);
        }
        record(tx, tenant);
        return tenant;
    }

    /// Refuses with `UNKNOWN_TENANT`.
    public Tenant get(Tx tx, String slug) {
        return store.find(tx, slug).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TENANT));
    }

    public Page list(Tx tx, Optional<String> after, int size) {
        List<Tenant> found = store.list(tx, after, size + 1);
        if (found.size() <= size) {
            return new Page(found, Optional.empty());
        }
        List<Tenant> page = found.subList(0, size);
        return new Page(page, Optional.of(page.getLast().slug()));
    }

    /// Changes what is not empty. Refuses with `UNKNOWN_TENANT`, `NOT_YOURS`.
    public Tenant update(Tx tx, Caller caller, String slug, Optional<String> displayName, Optional<Boolean> open) {
        Tenant tenant = lock(tx, slug);
        requireAdmin(tx, caller, slug);
        Tenant changed = new Tenant(
                slug, displayName.orElse(tenant.displayName()), open.orElse(tenant.open()), tenant.createdAt());
        store.update(tx, changed);
        record(tx, changed);
        return changed;
    }

    /// Makes an agent of the tenant its administrator, or takes that away. Refuses with `UNKNOWN_TENANT`,
    /// `NOT_YOURS`, `UNKNOWN_AGENT`.
    public Agent setAdmin(Tx tx, Caller caller, String slug, AgentId agent, boolean admin) {
        Tenant tenant = lock(tx, slug);
        requireAdmin(tx, caller, slug);
        return agents.setTenantAdmin(tx, tenant.slug(), agent, admin);
    }

    private Tenant lock(Tx tx, String slug) {
        return store.lock(tx, slug).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TENANT));
    }

    /// The database is asked again, because what the caller's session or key says of its office may be out of date.
    private void requireAdmin(Tx tx, Caller caller, String slug) {
        boolean may = switch (caller) {
            case Caller.Operator _ -> true;
            case Caller.Agent me -> {
                Agent agent = agents.get(tx, me.id());
                yield agent.tenantAdmin() && agent.tenant().equals(slug);
            }
            case Caller.Anyone _ -> false;
        };
        if (!may) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
    }

    private void record(Tx tx, Tenant tenant) {
        UUID subject = UUID.nameUUIDFromBytes(("tenant:" + tenant.slug()).getBytes(StandardCharsets.UTF_8));
        String note = Notes.json(Map.of(
                "tenant", tenant.slug(),
                "display_name", tenant.displayName(),
                "open", Boolean.toString(tenant.open())));
        ledger.record(tx, EntryKind.TENANT_CHANGED, subject, note);
    }
}
