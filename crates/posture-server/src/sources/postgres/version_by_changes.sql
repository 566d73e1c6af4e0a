-- What changes whenever a workspace's evidence does, without reading any record: by the table that ops/postgres/changes.sql creates.
-- $1 workspace, $2 tenant ids (null: all), $3 external id (null: any), $4 instant
--
-- A tenant's row there is written with each change of the tenant and its records, and has another version then. `latest` is when the
-- last change began: a record that is dated later is dated ahead of the clock, and has not happened yet. A tenant without a row there is
-- known by its own row's version, unless that is in another server's table (see version.sql).
WITH
scope AS (
    SELECT tenant.id, tenant.xmin AS version, change.version AS changed, change.changed_at
    FROM tenants tenant
        LEFT JOIN posture.changes change ON change.tenant_id = tenant.id
    WHERE tenant.workspace_id = $1
        AND tenant.deleted_at IS NULL
        AND ($2::bigint[] IS NULL OR tenant.id = ANY ($2))
        AND ($3::text IS NULL OR tenant.external_id = $3)
),
total AS (
    SELECT
        count(*) AS tenants,
        sum(hashint8extended(scope.id, coalesce(scope.changed, scope.version::text::bigint))) AS versions,
        -- A subquery, so that the instant is parsed once and not for each tenant.
        max(scope.changed_at) FILTER (WHERE scope.changed_at <= (SELECT $4::text::timestamptz)) AS latest,
        coalesce(bool_and(scope.changed IS NOT NULL OR scope.version <> '0'::xid), true) AS is_known
    FROM scope
)
SELECT
    row_to_json((SELECT shown FROM (SELECT workspace.id, workspace.name, workspace.slug) shown))::text AS workspace,
    workspace.archived_at::text AS archived_at,
    total.tenants,
    concat_ws(' ', 'changes', workspace.xmin, total.tenants, total.versions) AS versions,
    to_char(total.latest AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS latest,
    total.is_known AND workspace.xmin <> '0'::xid AS is_known
FROM total, workspaces workspace
WHERE workspace.id = $1
