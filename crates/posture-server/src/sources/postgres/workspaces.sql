-- The workspaces there are, with how many of their tenants are asked for.
-- $1 workspace ids (null: all), $2 ids of workspaces all of whose tenants are asked for (null: all), $3 ids of other tenants asked for
SELECT
    workspace.id,
    workspace.name,
    workspace.slug,
    -- A time without end has no such form.
    coalesce(
        pg_catalog.to_char(workspace.archived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        workspace.archived_at::text
    ) AS archived_at,
    (
        SELECT pg_catalog.count(*)
        FROM tenants tenant
        WHERE tenant.workspace_id = workspace.id
            AND tenant.deleted_at IS NULL
            AND ($2::bigint[] IS NULL OR workspace.id = ANY ($2) OR tenant.id = ANY ($3))
    ) AS tenants
FROM workspaces workspace
WHERE $1::bigint[] IS NULL OR workspace.id = ANY ($1)
ORDER BY workspace.id
