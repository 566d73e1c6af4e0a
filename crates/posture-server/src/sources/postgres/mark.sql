-- What changes whenever a workspace's evidence does, without a look at items.
-- $1 workspace, $2 tenant ids (null: all), $3 external id (null: any), $4 instant
--
-- Every version of a row has its own xmin, so a sum over (id, xmin) changes with every insert, update and delete; a replica has the
-- same. `latest` is the latest timestamp that has happened.
WITH
asked AS (SELECT $4::text::timestamptz AS instant),
scope AS (
    SELECT tenant.id, hashint8extended(tenant.id, tenant.xmin::text::bigint) AS version
    FROM tenants tenant
    WHERE tenant.workspace_id = $1
        AND tenant.deleted_at IS NULL
        AND ($2::bigint[] IS NULL OR tenant.id = ANY ($2))
        AND ($3::text IS NULL OR tenant.external_id = $3)
),
parts AS (
    SELECT count(*) AS rows, sum(scope.version) AS versions, NULL::timestamptz AS latest
    FROM scope
    UNION ALL
    SELECT
        count(*),
        sum(hashint8extended(backup_set.id, backup_set.xmin::text::bigint)),
        greatest(
            max(backup_set.created_at) FILTER (WHERE backup_set.created_at <= asked.instant),
            max(backup_set.completed_at) FILTER (WHERE backup_set.completed_at <= asked.instant),
            max(backup_set.deleted_at) FILTER (WHERE backup_set.deleted_at <= asked.instant)
        )::timestamptz
    FROM asked, scope JOIN backup_sets backup_set ON backup_set.tenant_id = scope.id
    UNION ALL
    SELECT
        count(*),
        sum(hashint8extended(schedule.id, schedule.xmin::text::bigint)),
        greatest(
            max(schedule.created_at) FILTER (WHERE schedule.created_at <= asked.instant),
            max(schedule.last_run_at) FILTER (WHERE schedule.last_run_at <= asked.instant),
            max(schedule.deleted_at) FILTER (WHERE schedule.deleted_at <= asked.instant)
        )::timestamptz
    FROM asked, scope JOIN backup_schedules schedule ON schedule.tenant_id = scope.id
    UNION ALL
    SELECT
        count(*),
        sum(hashint8extended(run.id, run.xmin::text::bigint)),
        greatest(
            max(run.created_at) FILTER (WHERE run.created_at <= asked.instant),
            max(run.started_at) FILTER (WHERE run.started_at <= asked.instant),
            max(run.completed_at) FILTER (WHERE run.completed_at <= asked.instant),
            max(run.deleted_at) FILTER (WHERE run.deleted_at <= asked.instant)
        )::timestamptz
    FROM asked, scope JOIN restore_runs run ON run.tenant_id = scope.id
    UNION ALL
    SELECT count(*), sum(hashint8extended(operation.id, operation.xmin::text::bigint)), NULL
    FROM scope
        JOIN restore_runs run ON run.tenant_id = scope.id
        JOIN operation_runs operation ON operation.id = run.operation_run_id AND operation.tenant_id = run.tenant_id
)
SELECT
    row_to_json((SELECT shown FROM (SELECT workspace.id, workspace.name, workspace.slug) shown))::text AS workspace,
    workspace.archived_at::text AS archived_at,
    (SELECT count(*) FROM scope) AS tenants,
    concat_ws(
        ' ', workspace.xmin, (SELECT string_agg(concat_ws(' ', parts.rows, parts.versions), ' ') FROM parts)
    ) AS versions,
    to_char((SELECT max(parts.latest) FROM parts) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS latest
FROM workspaces workspace
WHERE workspace.id = $1
