-- What changes whenever a workspace's evidence does, without reading items.
-- $1 workspace, $2 tenant ids (null: all), $3 external id (null: any), $4 instant
--
-- Every version of a row has its own xmin, so a sum over (id, xmin) changes with every insert, update and delete; a replica has the
-- same. `latest` is the latest timestamp that has happened. In a table of another server (postgres_fdw) every xmin is 0, so that changes
-- there cannot be noticed: then the version is not known.
WITH
asked AS (SELECT $4::text::timestamptz AS instant),
scope AS (
    SELECT tenant.id, tenant.xmin AS version
    FROM tenants tenant
    WHERE tenant.workspace_id = $1
        AND tenant.deleted_at IS NULL
        AND ($2::bigint[] IS NULL OR tenant.id = ANY ($2))
        AND ($3::text IS NULL OR tenant.external_id::text = $3)
),
-- Each kind of row has a number, so that equal ids of two kinds differ.
versions AS (
    SELECT 1 AS kind, scope.id, scope.version, NULL::timestamptz AS happened
    FROM scope
    UNION ALL
    SELECT
        2,
        backup_set.id,
        backup_set.xmin,
        greatest(
            CASE WHEN backup_set.created_at <= asked.instant THEN backup_set.created_at END,
            CASE WHEN backup_set.completed_at <= asked.instant THEN backup_set.completed_at END,
            CASE WHEN backup_set.deleted_at <= asked.instant THEN backup_set.deleted_at END
        )::timestamptz
    FROM asked, scope JOIN backup_sets backup_set ON backup_set.tenant_id = scope.id
    UNION ALL
    SELECT
        3,
        schedule.id,
        schedule.xmin,
        greatest(
            CASE WHEN schedule.created_at <= asked.instant THEN schedule.created_at END,
            CASE WHEN schedule.last_run_at <= asked.instant THEN schedule.last_run_at END,
            CASE WHEN schedule.deleted_at <= asked.instant THEN schedule.deleted_at END
        )::timestamptz
    FROM asked, scope JOIN backup_schedules schedule ON schedule.tenant_id = scope.id
    UNION ALL
    SELECT
        4,
        run.id,
        run.xmin,
        greatest(
            CASE WHEN run.created_at <= asked.instant THEN run.created_at END,
            CASE WHEN run.started_at <= asked.instant THEN run.started_at END,
            CASE WHEN run.completed_at <= asked.instant THEN run.completed_at END,
            CASE WHEN run.deleted_at <= asked.instant THEN run.deleted_at END
        )::timestamptz
    FROM asked, scope JOIN restore_runs run ON run.tenant_id = scope.id
    UNION ALL
    SELECT 5, operation.id, operation.xmin, NULL
    FROM scope
        JOIN restore_runs run ON run.tenant_id = scope.id
        JOIN operation_runs operation ON operation.id = run.operation_run_id AND operation.tenant_id = run.tenant_id
),
total AS (
    SELECT
        pg_catalog.count(*) AS rows,
        pg_catalog.sum(pg_catalog.hashint8extended(versions.id, versions.version::text::bigint * 8 + versions.kind)) AS versions,
        pg_catalog.max(versions.happened) AS latest,
        coalesce(pg_catalog.bool_and(versions.version <> '0'::xid), true) AS is_known
    FROM versions
)
SELECT
    pg_catalog.row_to_json((SELECT shown FROM (SELECT workspace.id, workspace.name, workspace.slug) shown))::text AS workspace,
    coalesce(
        pg_catalog.to_char(workspace.archived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        workspace.archived_at::text
    ) AS archived_at,
    (SELECT pg_catalog.count(*) FROM scope) AS tenants,
    pg_catalog.concat_ws(' ', workspace.xmin, total.rows, total.versions) AS versions,
    pg_catalog.to_char(total.latest AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS latest,
    total.is_known AND workspace.xmin <> '0'::xid AS is_known
FROM total, workspaces workspace
WHERE workspace.id = $1
