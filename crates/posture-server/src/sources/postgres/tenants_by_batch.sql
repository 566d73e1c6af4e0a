-- The same rows as tenants.sql, for tables with parts on other servers (postgres_fdw), where each look-up takes a round trip. Records of
-- a batch of tenants are read together: each server gets a few queries per batch, with the tenants' ids. Expects enable_nestloop = off:
-- PostgreSQL cannot know how large a batch is, and what it joins here is best joined by hashing or merging.
-- $1 workspace, $2 tenant ids (null: all), $3 external id (null: any), $4 instant, $5 seconds after it up to which things count as
-- happened, $6 whether the items of every set are asked for
SELECT answer.tenant, answer.backup_sets, answer.backup_schedules, answer.restore_runs
FROM (
        SELECT
            ARRAY(
                SELECT found.id
                FROM tenants found
                WHERE found.workspace_id = $1
                    AND found.deleted_at IS NULL
                    AND ($2::bigint[] IS NULL OR found.id = ANY ($2))
                    AND ($3::text IS NULL OR found.external_id::text = $3)
                ORDER BY found.id
            ) AS ids,
            -- Every set's items are many more.
            CASE WHEN $6::boolean THEN 20 ELSE 250 END AS size,
            $4::text::timestamptz + pg_catalog.make_interval(secs => $5::bigint::double precision) AS happened
        -- The offset keeps what is computed once from being computed at each mention.
        OFFSET 0
    ) asked
    CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.cardinality(asked.ids), asked.size) start
    CROSS JOIN LATERAL (SELECT asked.ids[start : start + asked.size - 1] AS ids OFFSET 0) batch
    CROSS JOIN LATERAL (SELECT batch.ids[1] AS first, batch.ids[pg_catalog.cardinality(batch.ids)] AS last OFFSET 0) reach
    CROSS JOIN LATERAL (
        -- By their reach, batches leave out servers that hold none of their tenants.
        WITH backup_set AS (
            SELECT
                found.*,
                -- Whether the items are read first: of the newest sets, up to the second that states items, and four at most.
                found.is_past
                    AND NOT $6::boolean
                    AND pg_catalog.row_number() OVER newest <= 4
                    AND pg_catalog.count(*) FILTER (WHERE found.is_kept AND found.item_count > 0)
                        OVER (newest ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) < 2 AS is_first
            FROM (
                SELECT
                    backup_set.tenant_id,
                    backup_set.id,
                    backup_set.name,
                    backup_set.status,
                    backup_set.created_at,
                    backup_set.completed_at,
                    backup_set.deleted_at,
                    backup_set.item_count,
                    pg_catalog.lower(backup_set.status::text) IN ('completed', 'partial') AND backup_set.completed_at <= asked.happened AS is_past,
                    backup_set.deleted_at IS NULL OR backup_set.deleted_at > asked.happened AS is_kept
                FROM backup_sets backup_set
                WHERE backup_set.tenant_id = ANY (batch.ids) AND backup_set.tenant_id BETWEEN reach.first AND reach.last
            ) found
            WINDOW newest AS (PARTITION BY found.tenant_id, found.is_past ORDER BY found.completed_at DESC, found.id DESC)
        ),
        first_item AS (
            SELECT
                item.tenant_id,
                item.backup_set_id,
                item.id,
                item.policy_identifier,
                item.policy_type,
                item.platform,
                item.captured_at,
                item.deleted_at,
                item.metadata
            FROM backup_items item
            WHERE item.tenant_id = ANY (batch.ids)
                AND item.backup_set_id = ANY (ARRAY(SELECT backup_set.id FROM backup_set WHERE backup_set.is_first OR $6::boolean))
        ),
        -- The tenants of whose sets not enough turned out to be relevant, and which have more. The items of all these are read.
        unsettled AS (
            SELECT backup_set.tenant_id
            FROM backup_set
                LEFT JOIN (
                    SELECT
                        first_item.tenant_id,
                        first_item.backup_set_id,
                        pg_catalog.count(*) AS items,
                        pg_catalog.count(*) FILTER (WHERE first_item.deleted_at <= asked.happened) AS deleted
                    FROM first_item
                    GROUP BY first_item.tenant_id, first_item.backup_set_id
                ) known ON known.tenant_id = backup_set.tenant_id AND known.backup_set_id = backup_set.id
            WHERE backup_set.is_past AND NOT $6::boolean
            GROUP BY backup_set.tenant_id
            HAVING pg_catalog.count(*) FILTER (
                WHERE backup_set.is_first
                    AND backup_set.is_kept
                    AND (known.items > known.deleted OR backup_set.item_count > coalesce(known.deleted, 0))
            ) < CASE WHEN pg_catalog.bool_or(backup_set.is_kept AND NOT backup_set.is_first) THEN 2 ELSE 1 END
        ),
        content AS (
            SELECT
                item.tenant_id,
                item.backup_set_id,
                pg_catalog.string_agg(pg_catalog.row_to_json(shown)::text, ',' ORDER BY item.id) AS texts,
                pg_catalog.count(*) AS items,
                pg_catalog.count(*) FILTER (WHERE item.deleted_at <= asked.happened) AS deleted
            FROM (
                SELECT * FROM first_item
                UNION ALL
                SELECT
                    item.tenant_id,
                    item.backup_set_id,
                    item.id,
                    item.policy_identifier,
                    item.policy_type,
                    item.platform,
                    item.captured_at,
                    item.deleted_at,
                    item.metadata
                FROM backup_items item
                WHERE NOT $6::boolean
                    AND item.tenant_id = ANY (batch.ids)
                    AND item.backup_set_id = ANY (ARRAY(
                        SELECT backup_set.id
                        FROM backup_set JOIN unsettled ON unsettled.tenant_id = backup_set.tenant_id
                        WHERE backup_set.is_past AND NOT backup_set.is_first
                    ))
            ) item
                CROSS JOIN LATERAL (
                    SELECT
                        item.id,
                        item.policy_identifier,
                        item.policy_type,
                        item.platform,
                        item.captured_at,
                        item.deleted_at,
                        item.metadata
                ) shown
            GROUP BY item.tenant_id, item.backup_set_id
        ),
        -- Of the latest two relevant sets the older one, as in tenants.sql.
        earliest AS (
            SELECT DISTINCT ON (relevant.tenant_id) relevant.tenant_id, relevant.completed_at, relevant.id
            FROM (
                SELECT
                    backup_set.tenant_id,
                    backup_set.completed_at,
                    backup_set.id,
                    pg_catalog.row_number() OVER (
                        PARTITION BY backup_set.tenant_id ORDER BY backup_set.completed_at DESC, backup_set.id DESC
                    ) AS place
                FROM backup_set
                    LEFT JOIN content ON content.tenant_id = backup_set.tenant_id AND content.backup_set_id = backup_set.id
                WHERE backup_set.is_past
                    AND backup_set.is_kept
                    AND NOT $6::boolean
                    AND (backup_set.is_first OR backup_set.tenant_id IN (SELECT unsettled.tenant_id FROM unsettled))
                    AND (content.items > content.deleted OR backup_set.item_count > coalesce(content.deleted, 0))
            ) relevant
            WHERE relevant.place <= 2
            ORDER BY relevant.tenant_id, relevant.place DESC
        ),
        run AS (
            SELECT
                found.tenant_id,
                found.id,
                found.backup_set_id,
                found.operation_run_id,
                found.status,
                found.is_dry_run,
                found.created_at,
                found.started_at,
                found.completed_at,
                found.deleted_at,
                found.results,
                found.metadata
            FROM restore_runs found
            WHERE found.tenant_id = ANY (batch.ids) AND found.tenant_id BETWEEN reach.first AND reach.last
        )
        SELECT
            shown_tenant.text AS tenant,
            shown_sets.texts AS backup_sets,
            shown_schedules.texts AS backup_schedules,
            shown_runs.texts AS restore_runs
        FROM (
                SELECT tenant.id, pg_catalog.row_to_json(shown)::text AS text
                FROM tenants tenant
                    CROSS JOIN LATERAL (
                        SELECT
                            tenant.id,
                            tenant.workspace_id,
                            tenant.external_id,
                            tenant.name,
                            tenant.environment,
                            tenant.domain,
                            tenant.status
                    ) shown
                WHERE tenant.id = ANY (batch.ids) AND tenant.id BETWEEN reach.first AND reach.last
            ) shown_tenant
            LEFT JOIN (
                SELECT
                    backup_set.tenant_id,
                    pg_catalog.string_agg(
                        CASE
                            WHEN $6::boolean OR (
                                backup_set.is_past
                                AND (
                                    earliest.id IS NULL
                                    OR (backup_set.completed_at, backup_set.id) >= (earliest.completed_at, earliest.id)
                                )
                            ) THEN pg_catalog.concat(pg_catalog.left(pg_catalog.row_to_json(shown)::text, -1), ',"items":[', content.texts, ']}')
                            ELSE pg_catalog.row_to_json(shown)::text
                        END,
                        ',' ORDER BY backup_set.id
                    ) AS texts
                FROM backup_set
                    LEFT JOIN content ON content.tenant_id = backup_set.tenant_id AND content.backup_set_id = backup_set.id
                    LEFT JOIN earliest ON earliest.tenant_id = backup_set.tenant_id
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
                GROUP BY backup_set.tenant_id
            ) shown_sets ON shown_sets.tenant_id = shown_tenant.id
            LEFT JOIN (
                SELECT schedule.tenant_id, pg_catalog.string_agg(pg_catalog.row_to_json(shown)::text, ',' ORDER BY schedule.id) AS texts
                FROM backup_schedules schedule
                    CROSS JOIN LATERAL (
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
                    ) shown
                WHERE schedule.tenant_id = ANY (batch.ids) AND schedule.tenant_id BETWEEN reach.first AND reach.last
                GROUP BY schedule.tenant_id
            ) shown_schedules ON shown_schedules.tenant_id = shown_tenant.id
            LEFT JOIN (
                SELECT run.tenant_id, pg_catalog.string_agg(pg_catalog.row_to_json(shown)::text, ',' ORDER BY run.id) AS texts
                FROM run
                    LEFT JOIN (
                        SELECT found.tenant_id, found.id, found.status, found.outcome
                        FROM operation_runs found
                        WHERE found.tenant_id = ANY (batch.ids)
                            AND found.tenant_id BETWEEN reach.first AND reach.last
                            AND found.id = ANY (ARRAY(SELECT run.operation_run_id FROM run))
                    ) operation ON operation.tenant_id = run.tenant_id AND operation.id = run.operation_run_id
                    CROSS JOIN LATERAL (
                        SELECT
                            run.id,
                            run.backup_set_id,
                            run.status,
                            run.is_dry_run,
                            run.created_at,
                            run.started_at,
                            run.completed_at,
                            run.deleted_at,
                            CASE
                                WHEN pg_catalog.strpos(run.results::text, '"policyType":') > 0 AND pg_catalog.strpos(run.results::text, '"policy_type":') = 0
                                THEN pg_catalog.replace(run.results::text, '"policyType":', '"policy_type":')::json
                                ELSE run.results::json
                            END AS results,
                            run.metadata,
                            CASE WHEN run.operation_run_id IS NOT NULL THEN (
                                SELECT pg_catalog.row_to_json(shown_operation)
                                FROM (
                                    SELECT
                                        run.operation_run_id AS id,
                                        CASE WHEN operation.id IS NULL THEN 'not_found' ELSE operation.status END AS status,
                                        operation.outcome
                                ) shown_operation
                            ) END AS operation_run
                    ) shown
                GROUP BY run.tenant_id
            ) shown_runs ON shown_runs.tenant_id = shown_tenant.id
        ORDER BY shown_tenant.id
    ) answer
