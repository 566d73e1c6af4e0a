//! The contract's worked examples, out of a database.

use posture_core::Timestamp;
use posture_server::sources::files::FileSource;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::conformance::{now, postgres};
use crate::endpoint::{REPORT, endpoint, get};
use crate::evidence;
use posture_testing::cluster;

/// ES-1, ES-13: each example that tables can hold, moved to the present, gives the verdicts of the same evidence in a file.
#[tokio::test]
async fn the_contracts_cases_give_the_same_verdicts_from_a_database_as_from_a_file() {
    let (database, _) = cluster::database().await;
    let now = now(&database).await;
    let endpoint_over_database = endpoint(postgres(&database));
    let mut compared = 0;
    let cases = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases")).unwrap();
    for path in cases
        .map(|case| case.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
    {
        let text = std::fs::read_to_string(&path).unwrap();
        if text.contains("\\ud8") {
            // Text that is not Unicode cannot be held as a value.
            continue;
        }
        let case: Value = serde_json::from_str(&text).unwrap();
        let Some(tenants) = as_rows(&case["snapshot"], now) else { continue };
        let statements =
            evidence::statements(&tenants.iter().map(Value::to_string).collect::<Vec<_>>().join(","));
        let mut connection = PgConnection::connect(&database.owner).await.unwrap();
        let emptied = "TRUNCATE workspaces, tenants, backup_sets, backup_items, backup_schedules, restore_runs, operation_runs";
        sqlx::raw_sql(emptied).execute(&mut connection).await.unwrap();
        // Some examples are of what tables rule out, such as a record twice.
        if sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.is_err() {
            continue;
        }
        let from_database = get(&endpoint_over_database, REPORT).await.json();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("case.json");
        let workspace = json!({ "id": 7, "name": "Wörk \"7\"" });
        let head = json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": from_database["exported_at"] });
        let mut document = head;
        document["workspace"] = workspace;
        document["tenants"] = Value::Array(tenants);
        std::fs::write(&file, document.to_string()).unwrap();
        let from_file = get(&endpoint(FileSource::open(file).unwrap()), REPORT).await.json();
        // In tables a record belongs to the tenant it names, once.
        let foreign = ["cross_tenant_record", "duplicate_record", "duplicate_tenant", "foreign_workspace"];
        if from_file["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| foreign.iter().any(|code| finding["code"] == **code))
        {
            continue;
        }
        for key in ["tenants", "overview", "denominators"] {
            assert_eq!(from_database[key], from_file[key], "{key} of {}", path.display());
        }
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
}

/// The example's tenants as tables can hold them: its times moved so that it is exported now; no capabilities, signals and summaries.
fn as_rows(snapshot: &Value, now: i64) -> Option<Vec<Value>> {
    let exported_at = Timestamp::parse(snapshot["exported_at"].as_str()?)?;
    let mut tenants = snapshot["tenants"].as_array()?.clone();
    tenants.iter_mut().for_each(|tenant| shift(tenant, now - exported_at.unix_seconds()));
    tenants.sort_by_key(|tenant| tenant["id"].as_u64());
    for tenant in &mut tenants {
        let tenant = tenant.as_object_mut()?;
        tenant.insert("workspace_id".into(), json!(7));
        // Tables have no place for these.
        for key in ["capabilities", "labels", "profile", "scopes"] {
            tenant.remove(key);
        }
        tenant.remove("signals");
        for set in tenant.get_mut("backup_sets").and_then(Value::as_array_mut).into_iter().flatten() {
            let set = set.as_object_mut()?;
            if set.contains_key("quality") {
                return None;
            }
            for key in ["scope", "confirmations", "opaque"] {
                set.remove(key);
            }
            set.entry("items").or_insert_with(|| json!([]));
        }
        for schedule in tenant.get_mut("backup_schedules").and_then(Value::as_array_mut).into_iter().flatten()
        {
            schedule.as_object_mut()?.remove("interval_minutes");
        }
    }
    Some(tenants)
}

/// Moves every time in a value.
fn shift(value: &mut Value, seconds: i64) {
    match value {
        Value::String(text) if text.len() >= 19 => {
            if let Some(at) = Timestamp::parse(text)
                .and_then(|at| Timestamp::from_unix_seconds(at.unix_seconds() + seconds))
            {
                *text = at.to_string();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shift(value, seconds)),
        Value::Object(members) => members.values_mut().for_each(|value| shift(value, seconds)),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}
