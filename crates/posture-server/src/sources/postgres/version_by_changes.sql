-- What changes whenever a workspace's evidence does, without reading any record: by what ops/postgres/changes.sql creates, on this server
-- and on others.
-- $1 workspace, $2 tenant ids (null: all), $3 external id (null: any), $4 instant
--
-- A tenant's row there is written with each change of the tenant and its records, and has another version then. Each server adds up its
-- own rows. `latest` is when the last change began, which may be later than the instant. If a server does not note every change, or one
-- of some tenants is missing, the version is not known.
WITH
some_tenants AS (
    SELECT tenant.id
    FROM tenants tenant
    WHERE ($2::bigint[] IS NOT NULL OR $3::text IS NOT NULL)
        AND tenant.workspace_id = $1
        AND tenant.deleted_at IS NULL
        AND ($2::bigint[] IS NULL OR tenant.id = ANY ($2))
        AND ($3::text IS NULL OR tenant.external_id::text = $3)
),
total AS (
    SELECT
        pg_catalog.sum(known.tenants)::bigint AS tenants,
        pg_catalog.sum(known.version) AS versions,
        pg_catalog.max(least(known.changed_at, $4::text::timestamptz)) FILTER (WHERE known.changed_at IS NOT NULL) AS latest,
        pg_catalog.bool_and(known.version IS NOT NULL) AS is_known
    FROM (SELECT * FROM posture.versions UNION ALL SELECT * FROM posture.elsewhere) known
    WHERE known.covers = 'server'
        OR known.covers = 'workspace' AND known.workspace_id = $1 AND $2::bigint[] IS NULL AND $3::text IS NULL
        OR known.covers = 'tenant' AND known.workspace_id = $1 AND known.tenant_id = ANY (ARRAY(SELECT id FROM some_tenants))
)
SELECT
    pg_catalog.row_to_json((SELECT shown FROM (SELECT workspace.id, workspace.name, workspace.slug) shown))::text AS workspace,
    coalesce(
        pg_catalog.to_char(workspace.archived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        workspace.archived_at::text
    ) AS archived_at,
    total.tenants,
    pg_catalog.concat_ws(' ', 'changes', workspace.xmin, total.tenants, total.versions) AS versions,
    pg_catalog.to_char(total.latest AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS latest,
    total.is_known
        AND workspace.xmin <> '0'::xid
        AND total.tenants >= (SELECT pg_catalog.count(*) FROM some_tenants) AS is_known
FROM total, workspaces workspace
WHERE workspace.id = $1
