-- Reads no row. Fails if the role may not read what evidence is made of, or if it is not there: then no request for evidence is answered.
SELECT
    workspace.name,
    tenant.external_id,
    backup_set.completed_at,
    backup_item.metadata,
    backup_schedule.next_run_at,
    restore_run.results,
    operation_run.outcome
FROM workspaces workspace,
    tenants tenant,
    backup_sets backup_set,
    backup_items backup_item,
    backup_schedules backup_schedule,
    restore_runs restore_run,
    operation_runs operation_run
WHERE false
