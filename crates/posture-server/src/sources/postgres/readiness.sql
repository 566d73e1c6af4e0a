-- Whether the role may read the tables that evidence is made of, and all of their rows. Fails if a table or a column is not there.
-- Reads the catalog only, so it waits for no lock.
SELECT pg_catalog.bool_and(
    pg_catalog.has_column_privilege(relation, attribute, 'SELECT') AND NOT pg_catalog.row_security_active(relation)
) AS is_readable
FROM (VALUES
    ('workspaces', '{id, name, slug, archived_at}'),
    ('tenants', '{id, workspace_id, external_id, name, environment, domain, status, deleted_at}'),
    ('backup_sets', '{id, tenant_id, name, status, item_count, created_at, completed_at, deleted_at}'),
    ('backup_items', '{id, tenant_id, backup_set_id, policy_identifier, policy_type, platform, captured_at, deleted_at, metadata}'),
    ('backup_schedules', '{id, tenant_id, name, is_enabled, frequency, time_of_day, timezone, days_of_week, last_run_at, last_run_status, next_run_at, created_at, deleted_at}'),
    ('restore_runs', '{id, tenant_id, backup_set_id, operation_run_id, status, is_dry_run, results, metadata, created_at, started_at, completed_at, deleted_at}'),
    ('operation_runs', '{id, tenant_id, status, outcome}')
) AS needed (relation, attributes)
    CROSS JOIN LATERAL pg_catalog.unnest(attributes::text[]) AS attribute
