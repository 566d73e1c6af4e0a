-- A role that can only read the evidence: no payloads, no assignments, no writes.
-- Set a password, or map an operating-system user or a certificate to the role in pg_hba.conf.

CREATE ROLE posture LOGIN;
ALTER ROLE posture SET default_transaction_read_only = on;
-- If another server hangs, this server's connections to it stay after Posture has closed them. The product always has the others.
-- Enough for four endpoints with 8 connections each.
ALTER ROLE posture CONNECTION LIMIT 40;
GRANT SELECT (xmin, id, name, slug, archived_at) ON workspaces TO posture;
GRANT SELECT (workspace_id, user_id, role) ON workspace_memberships TO posture;
GRANT SELECT (xmin, id, workspace_id, external_id, name, environment, domain, status, deleted_at) ON tenants TO posture;
GRANT SELECT (tenant_id, user_id, role) ON tenant_memberships TO posture;
GRANT SELECT (xmin, id, tenant_id, name, status, item_count, completed_at, created_at, deleted_at) ON backup_sets TO posture;
GRANT SELECT (id, tenant_id, backup_set_id, policy_identifier, policy_type, platform, metadata, captured_at, deleted_at)
    ON backup_items TO posture;
GRANT SELECT (xmin, id, tenant_id, name, is_enabled, timezone, frequency, time_of_day, days_of_week, last_run_at, last_run_status, next_run_at,
              created_at, deleted_at) ON backup_schedules TO posture;
GRANT SELECT (xmin, id, tenant_id, backup_set_id, operation_run_id, status, is_dry_run, results, metadata, started_at, completed_at, created_at,
              deleted_at) ON restore_runs TO posture;
GRANT SELECT (xmin, id, tenant_id, status, outcome) ON operation_runs TO posture;
-- Lets an idle replica report that it is current.
GRANT pg_read_all_stats TO posture;
