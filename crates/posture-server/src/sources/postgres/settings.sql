-- Settings of a transaction. They end with it, as a pooler may give the connection to somebody else then.
SELECT
    -- Compiling these queries takes longer than running them.
    pg_catalog.set_config('jit', 'off', true),
    -- If row-level security would hide rows, the query fails: a tenant or a schedule that is hidden would look like one that does not exist.
    pg_catalog.set_config('row_security', 'off', true),
    -- What PostgreSQL defines comes first, so that no operator, type or table in a schema that others may write to takes its place.
    pg_catalog.set_config(
        'search_path',
        pg_catalog.concat_ws(', ', 'pg_catalog', nullif(pg_catalog.current_setting('search_path'), ''), 'pg_temp'),
        true
    ),
    -- A request that waits for a lock holds a connection, which the product itself may need.
    pg_catalog.set_config('lock_timeout', '{lock_timeout}', true),
    -- The query of a client that hung up ends. Only PostgreSQL 14 and later can do that, and not on every system.
    CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 140000 AND pg_catalog.version() LIKE '%linux%'
        THEN pg_catalog.set_config('client_connection_check_interval', '1s', true)
    END
