package hanse.node.identity;

import static hanse.schema.jooq.Tables.TENANT;

import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.TenantRecord;
import java.util.List;
import java.util.Optional;

/// The table of tenants.
final class TenantStore {

    /// False when the slug is taken.
    boolean insert(Tx tx, Tenant tenant) {
        return tx.sql()
                        .insertInto(TENANT)
                        .set(TENANT.SLUG, tenant.slug())
                        .set(TENANT.DISPLAY_NAME, tenant.displayName())
                        .set(TENANT.OPEN, tenant.open())
                        .set(TENANT.CREATED_AT, tenant.createdAt())
                        .onConflict(TENANT.SLUG)
                        .doNothing()
                        .execute()
                == 1;
    }

    void update(Tx tx, Tenant tenant) {
        tx.sql()
                .update(TENANT)
                .set(TENANT.DISPLAY_NAME, tenant.displayName())
                .set(TENANT.OPEN, tenant.open())
                .where(TENANT.SLUG.eq(tenant.slug()))
                .execute();
    }

    Optional<Tenant> find(Tx tx, String slug) {
        return tx.sql()
                .selectFrom(TENANT)
                .where(TENANT.SLUG.eq(slug))
                .fetchOptional()
                .map(TenantStore::tenant);
    }

    Optional<Tenant> lock(Tx tx, String slug) {
        return tx.sql()
                .selectFrom(TENANT)
                .where(TENANT.SLUG.eq(slug))
                .forNoKeyUpdate()
                .fetchOptional()
                .map(TenantStore::tenant);
    }

    /// By slug, after one.
    List<Tenant> list(Tx tx, Optional<String> after, int limit) {
        return tx.sql()
                .selectFrom(TENANT)
                .where(TENANT.SLUG.gt(after.orElse("")))
                .orderBy(TENANT.SLUG)
                .limit(limit)
                .fetch(TenantStore::tenant);
    }

    private static Tenant tenant(TenantRecord row) {
        return new Tenant(row.getSlug(), row.getDisplayName(), row.getOpen(), row.getCreatedAt());
    }
}
