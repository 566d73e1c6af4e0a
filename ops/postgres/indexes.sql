-- Indexes for Posture, in addition to the product's own. They change no row.
-- Run once, outside a transaction, by an owner of the tables: psql --file indexes.sql DATABASE

-- Tenants of a workspace, and one tenant by its route key.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_tenants_by_workspace ON tenants (workspace_id, external_id);
-- Backup sets of a tenant, newest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_backup_sets_by_tenant ON backup_sets (tenant_id, completed_at DESC, id DESC);
-- Items of a set. The product's unique index (backup_set_id, policy_identifier, policy_type) works too; this one is smaller.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_backup_items_by_set ON backup_items (tenant_id, backup_set_id);
-- Schedules of a tenant need no index here: the product's own (tenant_id, is_enabled) starts with the tenant.
-- Restore runs of a tenant.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_restore_runs_by_tenant ON restore_runs (tenant_id);
-- Memberships of a user, by the id as text, as in the identity header.
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_workspace_memberships_by_user ON workspace_memberships ((user_id::text));
CREATE INDEX CONCURRENTLY IF NOT EXISTS posture_tenant_memberships_by_user ON tenant_memberships ((user_id::text));
