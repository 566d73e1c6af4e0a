-- Whether the role may read the tables that evidence is made of, and all of their rows. Fails if one of them is not there.
-- Reads the catalog only, so it waits for no lock.
SELECT pg_catalog.bool_and(
    pg_catalog.has_column_privilege(relation, attribute, 'SELECT') AND NOT pg_catalog.row_security_active(relation)
) AS is_readable
FROM (VALUES
    ('workspaces', 'name'),
    ('tenants', 'external_id'),
    ('backup_sets', 'completed_at'),
    ('backup_items', 'metadata'),
    ('backup_schedules', 'next_run_at'),
    ('restore_runs', 'results'),
    ('operation_runs', 'outcome')
) AS needed (relation, attribute)
