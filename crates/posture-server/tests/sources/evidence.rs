//! Evidence of many kinds as one text, in the form in which a database source writes it, and its rows in PostgreSQL.

use std::fmt::Write as _;

use posture_testing::cluster::Database;

/// Tenants of every kind that tables can hold, separated by commas, with times around `now` (in seconds since 1970).
pub(crate) fn tenants(now: i64, count: u64) -> String {
    let tenants: Vec<_> = (1..=count).map(|id| tenant(now, id)).collect();
    tenants.join(",")
}

/// A document with these tenants.
pub(crate) fn document(exported_at: &str, exporter: &str, tenants: &str) -> String {
    format!(
        r#"{{"format":"recovery-posture/snapshot","version":1,"exported_at":"{exported_at}","exporter":"{exporter}","workspace":{{"id":7,"name":"Wörk \"7\"","slug":null}},"tenants":[{tenants}]}}"#
    )
}

/// A document with so many tenants, exported at an hour of one day.
pub(crate) fn example(hour: u8, count: u64) -> String {
    document(&format!("2026-11-20T{hour:02}:00:00Z"), "x", &tenants(1_795_000_000, count))
}

fn tenant(now: i64, id: u64) -> String {
    let at = |hours: i64| time(now, hours);
    let status = ["active", "active", "active", "ACTIVE", "archived", "retired"][(id % 6) as usize];
    let mut sets = Vec::new();
    // A tenant that is not evaluated passes the slim export whole; a database does not read its items for it.
    let count = if status.eq_ignore_ascii_case("active") { 4 + id % 3 } else { 0 };
    for n in 0..count {
        let set = id * 1000 + n;
        let completed = at((n as i64) * 24 - 96 + (id % 7) as i64);
        let word = ["completed", "Partial", "failed", "completed", "running", "archived", "mislaid"]
            [((id + n) % 7) as usize];
        let live = (id + n) % 3;
        // An older set's count is sent as in its row, so only a set that may govern has deleted items, or none stated.
        let may_govern = n == 3 && id.is_multiple_of(3) && matches!(word, "completed" | "Partial");
        let deleted = u64::from(may_govern && id.is_multiple_of(2));
        let items: Vec<_> =
            (0..live + deleted).map(|item| self::item(now, set * 100 + item, item >= live)).collect();
        let count =
            if may_govern && id.is_multiple_of(9) { "null".to_owned() } else { (live + deleted).to_string() };
        let completed = if word == "running" { "null".to_owned() } else { completed };
        let gone = if n == 1 && id % 4 == 1 { at(-1) } else { "null".to_owned() };
        sets.push(format!(
            r#"{{"id":{set},"name":"Nightly – {n}","status":"{word}","created_at":{},"completed_at":{completed},"deleted_at":{gone},"item_count":{count},"items":[{}]}}"#,
            at((n as i64) * 24 - 97),
            items.join(",")
        ));
    }
    let schedule = format!(
        r#"{{"id":{id},"name":"Nightly","is_enabled":{},"frequency":"{}","time_of_day":"02:00","timezone":"Europe/Berlin","days_of_week":[1,3,5],"last_run_at":{},"last_run_status":"{}","next_run_at":{},"created_at":{},"deleted_at":null}}"#,
        !id.is_multiple_of(4),
        ["daily", "weekly", "hourly"][(id % 3) as usize],
        if id.is_multiple_of(6) { "null".to_owned() } else { at(-((id % 90) as i64)) },
        ["success", "failed", "running"][(id % 3) as usize],
        at(3),
        at(-900),
    );
    let mut runs = Vec::new();
    for n in 0..id % 3 {
        let run = id * 10 + n;
        let results = [
            r#"{"items":[{"outcome":"applied","policy_type":"deviceCompliancePolicy","label":"A \"label\"","reason":null},{"outcome":"failed"}],"assignments":[{"decision":"skipped","reason":"missing_group_mapping"}]}"#,
            r#"[{"status":"success","policy_type":"x"}]"#,
            "null",
        ][((id + n) % 3) as usize];
        let operation = [
            "null".to_owned(),
            format!(r#"{{"id":{run},"status":"completed","outcome":"succeeded"}}"#),
            format!(r#"{{"id":{run},"status":"running","outcome":null}}"#),
        ];
        runs.push(format!(
            r#"{{"id":{run},"backup_set_id":{},"status":"{}","is_dry_run":{},"created_at":{},"started_at":null,"completed_at":{},"deleted_at":null,"results":{results},"metadata":{},"operation_run":{}}}"#,
            id * 1000,
            ["completed", "partial", "Failed", "what"][((id + n) % 4) as usize],
            run.is_multiple_of(7),
            at(-200 - n as i64),
            at(-199 - n as i64),
            [r#"{"non_applied":2}"#, "[]", "null"][(n % 3) as usize],
            operation[((id / 2) % 3) as usize],
        ));
    }
    format!(
        r#"{{"id":{id},"workspace_id":7,"external_id":"tenant/{id}","name":"Ténant {id}","environment":null,"domain":"t{id}.example","status":"{status}","backup_sets":[{}],"backup_schedules":[{schedule}],"restore_runs":[{}]}}"#,
        sets.join(","),
        runs.join(",")
    )
}

fn item(now: i64, id: u64, is_deleted: bool) -> String {
    let metadata = [
        r#"{"source":"graph","warnings":["Captured metadata only"]}"#,
        r#"{"assignments_fetch_failed":true,"integrity_warning":""}"#,
        r#"{"warnings":{"0":"odd"},"unknown":{"deep":[1]}}"#,
        "null",
    ][(id % 4) as usize];
    let gone = if is_deleted { time(now, -2) } else { "null".to_owned() };
    format!(
        r#"{{"id":{id},"policy_identifier":"policy-{id}","policy_type":"type{}","platform":"windows","captured_at":{},"deleted_at":{gone},"metadata":{metadata}}}"#,
        id % 28,
        time(now, -30)
    )
}

/// A time in hours from `now` (in seconds since 1970), as a database writes one without a zone.
fn time(now: i64, hours: i64) -> String {
    let at = posture_core::Timestamp::from_unix_seconds(now + hours * 3600).unwrap().to_string();
    format!("\"{}\"", at.trim_end_matches('Z'))
}

/// Fills the tables with these tenants of workspace 7.
pub(crate) async fn load(database: &Database, tenants: &str) {
    database.run(&statements(tenants)).await;
}

/// What fills the tables with these tenants of workspace 7.
pub(crate) fn statements(tenants: &str) -> String {
    let mut statements = String::from(
        "INSERT INTO workspaces (id, name) VALUES (7, 'Wörk \"7\"'), (8, 'Another') ON CONFLICT DO NOTHING;\n",
    );
    let document = format!("$document$[{tenants}]$document$::json");
    write!(
        statements,
        "INSERT INTO tenants (id, workspace_id, external_id, name, environment, domain, status)
            SELECT id, workspace_id, external_id, name, environment, domain, status FROM json_populate_recordset(NULL::tenants, {document});
        CREATE TEMPORARY TABLE loaded AS SELECT (value->>'id')::bigint AS id, value FROM json_array_elements({document});
        INSERT INTO backup_sets (id, tenant_id, workspace_id, name, status, item_count, created_at, completed_at, deleted_at)
            SELECT s.id, loaded.id, 7, s.name, s.status, s.item_count, s.created_at, s.completed_at, s.deleted_at
            FROM loaded, json_populate_recordset(NULL::backup_sets, value->'backup_sets') s;
        INSERT INTO backup_items (id, tenant_id, backup_set_id, policy_identifier, policy_type, platform, captured_at, deleted_at, metadata, payload, assignments)
            SELECT i.id, loaded.id, (s->>'id')::bigint, i.policy_identifier, i.policy_type, i.platform, i.captured_at, i.deleted_at, i.metadata, '{{\"secret\":1}}', '[]'
            FROM loaded, json_array_elements(value->'backup_sets') s, json_populate_recordset(NULL::backup_items, s->'items') i;
        INSERT INTO backup_schedules (id, tenant_id, name, is_enabled, frequency, time_of_day, timezone, days_of_week, last_run_at, last_run_status, next_run_at, created_at, deleted_at)
            SELECT s.id, loaded.id, s.name, s.is_enabled, s.frequency, s.time_of_day, s.timezone, s.days_of_week, s.last_run_at, s.last_run_status, s.next_run_at, s.created_at, s.deleted_at
            FROM loaded, json_populate_recordset(NULL::backup_schedules, value->'backup_schedules') s;
        INSERT INTO operation_runs (id, tenant_id, workspace_id, status, outcome)
            SELECT (r->'operation_run'->>'id')::bigint, loaded.id, 7, r->'operation_run'->>'status', r->'operation_run'->>'outcome'
            FROM loaded, json_array_elements(value->'restore_runs') r WHERE json_typeof(r->'operation_run') = 'object';
        INSERT INTO restore_runs (id, tenant_id, workspace_id, backup_set_id, operation_run_id, status, is_dry_run, results, metadata, started_at, completed_at, created_at, deleted_at)
            SELECT p.id, loaded.id, 7, p.backup_set_id, (r->'operation_run'->>'id')::bigint, p.status, p.is_dry_run, p.results, p.metadata, p.started_at, p.completed_at, p.created_at, p.deleted_at
            FROM loaded, json_array_elements(value->'restore_runs') r, json_populate_record(NULL::restore_runs, r) p;
        DROP TABLE loaded;
        ANALYZE;"
    )
    .unwrap();
    statements
}
