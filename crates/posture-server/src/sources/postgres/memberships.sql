-- What a user is a member of: roles in workspaces, then in tenants with their workspace.
-- $1 the user's id as text
SELECT membership.workspace_id, NULL::bigint AS tenant_id, membership.role
FROM workspace_memberships membership
WHERE membership.user_id::text = $1
UNION ALL
SELECT tenant.workspace_id, membership.tenant_id, membership.role
FROM tenant_memberships membership
    JOIN tenants tenant ON tenant.id = membership.tenant_id
WHERE membership.user_id::text = $1 AND tenant.deleted_at IS NULL AND tenant.workspace_id IS NOT NULL
