-- The indexes Posture reads by, beside those the product has of itself. They change no row.
-- Run once, outside a transaction, by an owner of the tables: psql --file indexes.sql DATABASE

-- A workspace's tenants, and one of them by its route key.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_tenants_by_workspace ON tenants (workspace_id, external_id);
-- A tenant's backup sets from the newest on.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_backup_sets_by_tenant ON backup_sets (tenant_id, completed_at DESC, id DESC);
-- A set's items. The product's unique index (backup_set_id, policy_identifier, policy_type) would serve too; this one is smaller.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_backup_items_by_set ON backup_items (tenant_id, backup_set_id);
-- A tenant's schedules; the product's own index (tenant_id, is_enabled) leads with the tenant already.
-- A tenant's restore runs.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_restore_runs_by_tenant ON restore_runs (tenant_id);
-- What a user is a member of, by the id as the identity header writes it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_workspace_memberships_by_user ON workspace_memberships ((user_id::text));
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_tenant_memberships_by_user ON tenant_memberships ((user_id::text));
