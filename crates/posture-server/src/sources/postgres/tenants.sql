-- A workspace's tenants with their records as JSON texts, one tenant a row, in the order of their ids.
-- $1 workspace, $2 tenant ids (null: all), $3 external id (null: any), $4 instant, $5 seconds after it up to which things count as
-- happened, $6 whether the items of every set are asked for
--
-- Each record is written from its row unchanged: the reader reports what is invalid. Every part is looked up by tenant, so that rows
-- are streamed as they are found. Without $6, items are read only of the latest relevant set (contract, section 5), the one before it,
-- and newer empty sets, which the resolver must see to skip them. The resolver chooses the set again from what it gets.
SELECT
    pg_catalog.row_to_json(shown_tenant)::text AS tenant,
    (
        SELECT pg_catalog.string_agg(
            CASE
                WHEN $6::boolean OR (
                    pg_catalog.lower(backup_set.status::text) IN ('completed', 'partial')
                    AND backup_set.completed_at <= asked.happened
                    AND (
                        earliest.id IS NULL
                        OR (backup_set.completed_at, backup_set.id) >= (earliest.completed_at, earliest.id)
                    )
                ) THEN pg_catalog.concat(
                    pg_catalog.left(pg_catalog.row_to_json(shown)::text, -1),
                    ',"items":[',
                    (
                        SELECT pg_catalog.string_agg(pg_catalog.row_to_json(shown_item)::text, ',' ORDER BY shown_item.id)
                        FROM (
                            SELECT
                                item.id,
                                item.policy_identifier,
                                item.policy_type,
                                item.platform,
                                item.captured_at,
                                item.deleted_at,
                                item.metadata
                            FROM backup_items item
                            WHERE item.tenant_id = backup_set.tenant_id AND item.backup_set_id = backup_set.id
                        ) shown_item
                    ),
                    ']}'
                )
                ELSE pg_catalog.row_to_json(shown)::text
            END,
            ',' ORDER BY backup_set.id
        )
        FROM backup_sets backup_set
            CROSS JOIN LATERAL (
                SELECT
                    backup_set.id,
                    backup_set.name,
                    backup_set.status,
                    backup_set.created_at,
                    backup_set.completed_at,
                    backup_set.deleted_at,
                    backup_set.item_count
            ) shown
        WHERE backup_set.tenant_id = tenant.id
    ) AS backup_sets,
    (
        SELECT pg_catalog.string_agg(pg_catalog.row_to_json(shown)::text, ',' ORDER BY shown.id)
        FROM (
            SELECT
                schedule.id,
                schedule.name,
                schedule.is_enabled,
                schedule.frequency,
                schedule.time_of_day,
                schedule.timezone,
                schedule.days_of_week,
                schedule.last_run_at,
                schedule.last_run_status,
                schedule.next_run_at,
                schedule.created_at,
                schedule.deleted_at
            FROM backup_schedules schedule
            WHERE schedule.tenant_id = tenant.id
        ) shown
    ) AS backup_schedules,
    (
        SELECT pg_catalog.string_agg(pg_catalog.row_to_json(shown)::text, ',' ORDER BY shown.id)
        FROM (
            SELECT
                run.id,
                run.backup_set_id,
                run.status,
                run.is_dry_run,
                run.created_at,
                run.started_at,
                run.completed_at,
                run.deleted_at,
                -- Rows of assignments name their policy type so; a text inside a string has its quotes escaped.
                CASE
                    WHEN pg_catalog.strpos(run.results::text, '"policyType":') > 0 AND pg_catalog.strpos(run.results::text, '"policy_type":') = 0
                    THEN pg_catalog.replace(run.results::text, '"policyType":', '"policy_type":')::json
                    ELSE run.results::json
                END AS results,
                run.metadata,
                -- An operation that cannot be found is unknown, never absent.
                CASE WHEN run.operation_run_id IS NOT NULL THEN coalesce(
                    (
                        SELECT pg_catalog.row_to_json(shown_operation)
                        FROM (
                            SELECT operation.id, operation.status, operation.outcome
                            FROM operation_runs operation
                            WHERE operation.id = run.operation_run_id AND operation.tenant_id = run.tenant_id
                        ) shown_operation
                    ),
                    (
                        SELECT pg_catalog.row_to_json(missing)
                        FROM (SELECT run.operation_run_id AS id, 'not_found' AS status, NULL AS outcome) missing
                    )
                ) END AS operation_run
            FROM restore_runs run
            WHERE run.tenant_id = tenant.id
        ) shown
    ) AS restore_runs
FROM (SELECT $4::text::timestamptz + pg_catalog.make_interval(secs => $5::bigint::double precision) AS happened) asked
    CROSS JOIN (
        SELECT found.id, found.workspace_id, found.external_id, found.name, found.environment, found.domain, found.status
        FROM tenants found
        WHERE found.workspace_id = $1
            AND found.deleted_at IS NULL
            AND ($2::bigint[] IS NULL OR found.id = ANY ($2))
            AND ($3::text IS NULL OR found.external_id::text = $3)
        -- The offset keeps the order below the look-ups, so that they need no sorting and begin at once.
        ORDER BY found.id
        OFFSET 0
    ) tenant
    CROSS JOIN LATERAL (
        SELECT tenant.id, tenant.workspace_id, tenant.external_id, tenant.name, tenant.environment, tenant.domain, tenant.status
    ) shown_tenant
    -- Of the latest two relevant sets the older one: the latest decides, and is compared with the one before it.
    LEFT JOIN LATERAL (
        SELECT relevant.completed_at, relevant.id
        FROM (
            SELECT candidate.completed_at, candidate.id
            FROM (
                SELECT backup_set.tenant_id, backup_set.id, backup_set.completed_at, backup_set.item_count
                FROM backup_sets backup_set
                WHERE NOT $6::boolean
                    AND backup_set.tenant_id = tenant.id
                    AND pg_catalog.lower(backup_set.status::text) IN ('completed', 'partial')
                    AND backup_set.completed_at <= asked.happened
                    AND (backup_set.deleted_at IS NULL OR backup_set.deleted_at > asked.happened)
                ORDER BY backup_set.completed_at DESC, backup_set.id DESC
                OFFSET 0
            ) candidate
            WHERE EXISTS (
                SELECT FROM backup_items item
                WHERE item.tenant_id = candidate.tenant_id
                    AND item.backup_set_id = candidate.id
                    AND (item.deleted_at IS NULL OR item.deleted_at > asked.happened)
            )
            OR candidate.item_count > (
                SELECT pg_catalog.count(*) FROM backup_items item
                WHERE item.tenant_id = candidate.tenant_id
                    AND item.backup_set_id = candidate.id
                    AND item.deleted_at <= asked.happened
            )
            LIMIT 2
        ) relevant
        ORDER BY relevant.completed_at, relevant.id
        LIMIT 1
    ) earliest ON true
