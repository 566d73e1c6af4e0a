-- A table of changes, so that Posture learns without reading any record whether a tenant changed. Optional: it speeds up a 304 over many
-- tenants. Tables on other servers (postgres_fdw) need it: PostgreSQL has no row versions for them. Run it as an owner of the tables,
-- after role.sql, on every server that holds tenants:
--   psql --file changes.sql DATABASE
-- Every change of a tenant or of its records then also writes the tenant's row here, within the same transaction.
-- To remove it: DROP SCHEMA posture CASCADE.
BEGIN;

CREATE SCHEMA posture;

CREATE TABLE posture.changes (
    tenant_id bigint PRIMARY KEY,
    -- Null if the tenant is deleted, or not known yet.
    workspace_id bigint,
    changed_at timestamptz NOT NULL,
    -- A hash of the tenant and of the transaction of its last change: another number after each change.
    version bigint NOT NULL
);
CREATE INDEX ON posture.changes (workspace_id);

-- Rows are written in the order of their tenants, so that two such statements never wait for each other.
CREATE FUNCTION posture.note_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tenant_ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        tenant_ids := ARRAY(SELECT DISTINCT tenant_id FROM new_rows);
    ELSIF TG_OP = 'UPDATE' THEN
        -- A record may move to another tenant, which changes both.
        tenant_ids := ARRAY(SELECT tenant_id FROM old_rows UNION SELECT tenant_id FROM new_rows);
    ELSIF TG_OP = 'DELETE' THEN
        tenant_ids := ARRAY(SELECT DISTINCT tenant_id FROM old_rows);
    ELSE
        tenant_ids := ARRAY(SELECT tenant_id FROM posture.changes);
    END IF;
    -- The workspace is left as it is: only a change of the tenant itself writes it.
    INSERT INTO posture.changes AS known (tenant_id, changed_at, version)
    SELECT changed.id, now(), hashint8extended(changed.id, txid_current())
    FROM unnest(tenant_ids) changed (id) WHERE changed.id IS NOT NULL ORDER BY changed.id
    ON CONFLICT (tenant_id) DO UPDATE SET changed_at = greatest(known.changed_at, excluded.changed_at), version = excluded.version;
    RETURN NULL;
END $$;

CREATE FUNCTION posture.note_tenants() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tenant_ids bigint[];
    workspace_ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(id), array_agg(CASE WHEN deleted_at IS NULL THEN workspace_id END)
        INTO tenant_ids, workspace_ids
        FROM new_rows;
    ELSIF TG_OP = 'UPDATE' THEN
        -- A tenant may get another id.
        SELECT array_agg(id), array_agg(workspace_id)
        INTO tenant_ids, workspace_ids
        FROM (
            SELECT id, CASE WHEN deleted_at IS NULL THEN workspace_id END AS workspace_id FROM new_rows
            UNION ALL
            SELECT id, NULL FROM old_rows
        ) changed;
    ELSIF TG_OP = 'DELETE' THEN
        tenant_ids := ARRAY(SELECT id FROM old_rows);
    ELSE
        -- Of a divided table, one part may have been emptied.
        tenant_ids := ARRAY(
            SELECT known.tenant_id FROM posture.changes known
            WHERE NOT EXISTS (SELECT FROM public.tenants tenant WHERE tenant.id = known.tenant_id)
        );
    END IF;
    INSERT INTO posture.changes AS known (tenant_id, workspace_id, changed_at, version)
    -- Of one id's rows, the one with a workspace.
    SELECT DISTINCT ON (changed.id) changed.id, changed.workspace_id, now(), hashint8extended(changed.id, txid_current())
    FROM unnest(tenant_ids, workspace_ids) changed (id, workspace_id) ORDER BY changed.id, changed.workspace_id
    ON CONFLICT (tenant_id) DO UPDATE SET
        workspace_id = excluded.workspace_id,
        changed_at = greatest(known.changed_at, excluded.changed_at),
        version = excluded.version;
    RETURN NULL;
END $$;

-- The tables whose changes are noted, and all their parts.
CREATE VIEW posture.watched AS
WITH RECURSIVE watched AS (
    SELECT whole.oid, whole.relname AS whole, whole.relkind AS kind
    FROM pg_catalog.pg_class whole
    WHERE whole.relnamespace = 'public'::regnamespace
        AND whole.relname IN ('tenants', 'backup_sets', 'backup_schedules', 'restore_runs', 'operation_runs')
    UNION ALL
    SELECT part.oid, watched.whole, part.relkind
    FROM watched
        JOIN pg_catalog.pg_inherits inherits ON inherits.inhparent = watched.oid
        JOIN pg_catalog.pg_class part ON part.oid = inherits.inhrelid
)
SELECT watched.oid, watched.whole, watched.kind = 'f' AS is_foreign FROM watched;

-- The versions of other servers: each has a foreign table here for its view posture.versions.
CREATE TABLE posture.elsewhere (
    covers text,
    workspace_id bigint,
    tenant_id bigint,
    tenants bigint,
    changed_at timestamptz,
    version numeric
);

-- The version of what is watched, which is another one after a part was added or removed. Null if a change could go unnoticed: a trigger
-- is missing or was disabled (to enable all triggers makes none ALWAYS), a subscription writes (it runs no such triggers), or the
-- versions of a part's server are not in posture.elsewhere.
CREATE FUNCTION posture.watched_version() RETURNS numeric LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN bool_and(noted.is_noted) THEN sum(hashint8extended(noted.oid::bigint, 0)) END
        FROM (
            SELECT watched.oid, CASE WHEN watched.is_foreign THEN EXISTS (
                SELECT FROM pg_foreign_table part
                    JOIN pg_foreign_table versions ON versions.ftserver = part.ftserver
                    JOIN pg_inherits inherits ON inherits.inhrelid = versions.ftrelid
                WHERE part.ftrelid = watched.oid AND inherits.inhparent = 'posture.elsewhere'::regclass
            ) ELSE 4 = (
                SELECT count(*) FROM pg_trigger trigger
                WHERE trigger.tgrelid = watched.oid
                    AND trigger.tgname IN ('posture_inserted', 'posture_updated', 'posture_deleted', 'posture_truncated')
                    AND trigger.tgenabled = 'A'
            ) AND NOT EXISTS (SELECT FROM pg_subscription_rel applied WHERE applied.srrelid = watched.oid) END AS is_noted
            FROM posture.watched
        ) noted
    );
END $$;

-- What Posture reads: a row for this server, one for each workspace, and one for each tenant.
CREATE VIEW posture.versions AS
SELECT
    'server' AS covers,
    NULL::bigint AS workspace_id,
    NULL::bigint AS tenant_id,
    0::bigint AS tenants,
    NULL::timestamptz AS changed_at,
    posture.watched_version() AS version
UNION ALL
SELECT
    'workspace',
    change.workspace_id,
    NULL,
    count(*),
    -- A change of the future comes from a clock that was set back.
    max(change.changed_at) FILTER (WHERE change.changed_at <= now()),
    sum(change.version)
FROM posture.changes change
WHERE change.workspace_id IS NOT NULL
GROUP BY change.workspace_id
UNION ALL
SELECT
    'tenant',
    change.workspace_id,
    change.tenant_id,
    1,
    CASE WHEN change.changed_at <= now() THEN change.changed_at END,
    change.version
FROM posture.changes change
WHERE change.workspace_id IS NOT NULL;

-- Each part has its own triggers, for what is written to it directly. ALWAYS, so that they also run for what replication writes.
DO $$
DECLARE
    part record;
    event record;
BEGIN
    FOR part IN SELECT oid::regclass AS name, whole FROM posture.watched WHERE NOT is_foreign LOOP
        FOR event IN VALUES
            ('posture_inserted', 'INSERT', 'REFERENCING NEW TABLE AS new_rows'),
            ('posture_updated', 'UPDATE', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
            ('posture_deleted', 'DELETE', 'REFERENCING OLD TABLE AS old_rows'),
            ('posture_truncated', 'TRUNCATE', '')
        LOOP
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION posture.%I()',
                event.column1,
                event.column2,
                part.name,
                event.column3,
                CASE part.whole WHEN 'tenants' THEN 'note_tenants' ELSE 'note_records' END
            );
            EXECUTE format('ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %I', part.name, event.column1);
        END LOOP;
        -- Earlier changes count as of now. No write comes between the triggers and this.
        IF part.whole = 'tenants' THEN
            EXECUTE format(
                'INSERT INTO posture.changes
                SELECT id, CASE WHEN deleted_at IS NULL THEN workspace_id END, now(), hashint8extended(id, txid_current())
                FROM ONLY %s',
                part.name
            );
        END IF;
    END LOOP;
END $$;

-- Until autovacuum does this, PostgreSQL would plan the queries as for a small table.
ANALYZE posture.changes;

GRANT USAGE ON SCHEMA posture TO posture;
GRANT SELECT ON posture.versions, posture.elsewhere TO posture;

COMMIT;
