-- A table of changes, so that Posture learns without reading any record whether a tenant changed. Optional: it speeds up a 304 over many
-- tenants. Tables on other servers (postgres_fdw) need it: PostgreSQL tells no row version of theirs. Run it as an owner of the tables,
-- after role.sql, on every server that holds tenants:
--   psql --file changes.sql DATABASE
-- Every change of a tenant or of its records then also writes the tenant's row here, within the same transaction.
-- To remove it: DROP SCHEMA posture CASCADE.
BEGIN;

CREATE SCHEMA posture;

CREATE TABLE posture.changes (
    tenant_id bigint PRIMARY KEY,
    changed_at timestamptz NOT NULL,
    -- The transaction of the last change, and so another number after each.
    version bigint NOT NULL
);

-- One row for each tenant in the changed rows. Locked in the order of their ids, so that two such statements never wait for each other.
CREATE FUNCTION posture.note_changes(tenant_ids bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO posture.changes AS known (tenant_id, changed_at, version)
    SELECT DISTINCT changed.id, now(), txid_current()
    FROM unnest(tenant_ids) changed (id) WHERE changed.id IS NOT NULL ORDER BY changed.id
    ON CONFLICT (tenant_id) DO UPDATE SET changed_at = greatest(known.changed_at, excluded.changed_at), version = excluded.version
$$;

CREATE FUNCTION posture.note_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM posture.note_changes(ARRAY(SELECT DISTINCT tenant_id FROM new_rows));
    RETURN NULL;
END $$;

CREATE FUNCTION posture.note_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM posture.note_changes(ARRAY(SELECT DISTINCT tenant_id FROM old_rows));
    RETURN NULL;
END $$;

-- A record may move to another tenant, which changes both.
CREATE FUNCTION posture.note_both() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM posture.note_changes(ARRAY(SELECT tenant_id FROM old_rows UNION SELECT tenant_id FROM new_rows));
    RETURN NULL;
END $$;

CREATE FUNCTION posture.note_tenants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM posture.note_changes(ARRAY(SELECT id FROM new_rows));
    RETURN NULL;
END $$;

CREATE FUNCTION posture.note_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM posture.note_changes(ARRAY(SELECT id FROM public.tenants));
    RETURN NULL;
END $$;

-- ALWAYS, so that rows that replication or a restore writes are noted too.
DO $$
DECLARE
    records text;
BEGIN
    FOREACH records IN ARRAY ARRAY['backup_sets', 'backup_schedules', 'restore_runs', 'operation_runs'] LOOP
        EXECUTE format('CREATE TRIGGER posture_inserted AFTER INSERT ON public.%I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posture.note_new()', records);
        EXECUTE format('CREATE TRIGGER posture_updated AFTER UPDATE ON public.%I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posture.note_both()', records);
        EXECUTE format('CREATE TRIGGER posture_deleted AFTER DELETE ON public.%I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION posture.note_old()', records);
        EXECUTE format('CREATE TRIGGER posture_truncated AFTER TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION posture.note_all()', records);
        EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER posture_inserted, ENABLE ALWAYS TRIGGER posture_updated, ENABLE ALWAYS TRIGGER posture_deleted, ENABLE ALWAYS TRIGGER posture_truncated', records);
    END LOOP;
END $$;

-- A tenant that is deleted needs no row: it is no longer counted.
CREATE TRIGGER posture_inserted AFTER INSERT ON public.tenants
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posture.note_tenants();
CREATE TRIGGER posture_updated AFTER UPDATE ON public.tenants
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posture.note_tenants();
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER posture_inserted, ENABLE ALWAYS TRIGGER posture_updated;

-- Earlier changes count as of now. No write may come between the triggers and this.
SELECT posture.note_changes(ARRAY(SELECT id FROM public.tenants));
-- Until autovacuum does this, PostgreSQL would plan the queries as for a small table.
ANALYZE posture.changes;

GRANT USAGE ON SCHEMA posture TO posture;
GRANT SELECT ON posture.changes TO posture;

COMMIT;
