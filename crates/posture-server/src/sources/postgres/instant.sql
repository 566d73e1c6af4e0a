-- The instant up to which this server knows everything, by its primary's clock, whether it has the table of changes, and whether other
-- servers may hold some of the records.
-- On a replica: when its primary last said how far it was, if all of that is replayed; else the last commit replayed.
SELECT
    pg_catalog.to_char(
        CASE
            WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.now()
            ELSE greatest(
                pg_catalog.pg_last_xact_replay_timestamp(),
                (
                    SELECT receiver.last_msg_send_time
                    FROM pg_catalog.pg_stat_wal_receiver receiver
                    WHERE receiver.status = 'streaming' AND receiver.latest_end_lsn <= pg_catalog.pg_last_wal_replay_lsn()
                )
            )
        END AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    ),
    -- An earlier changes.sql made no such view, and its table does not note every change.
    EXISTS (
        SELECT FROM pg_catalog.pg_class versions
        WHERE versions.relname = 'versions'
            AND versions.relnamespace = (SELECT namespace.oid FROM pg_catalog.pg_namespace namespace WHERE namespace.nspname = 'posture')
            AND pg_catalog.has_schema_privilege(versions.relnamespace, 'USAGE')
            AND pg_catalog.has_table_privilege(versions.oid, 'SELECT')
    ),
    -- A part of a table, or a table that may be read.
    EXISTS (
        SELECT FROM pg_catalog.pg_foreign_table elsewhere
        WHERE EXISTS (SELECT FROM pg_catalog.pg_inherits part WHERE part.inhrelid = elsewhere.ftrelid)
            OR pg_catalog.has_any_column_privilege(elsewhere.ftrelid, 'SELECT')
    )
