//! restic: lists of snapshots.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree};

fn snapshot(host: &str, at: &str) -> Value {
    json!({
        "time": at, "tree": "aa", "paths": ["/srv", "/etc"], "hostname": host, "username": "root",
        "summary": { "backup_start": at, "backup_end": at, "total_files_processed": 1200 },
        "id": format!("{host}-{at}"), "short_id": "40dc1520",
    })
}

fn gathered(value: Value) -> Outcome {
    Config::new("restic").gathered(&tree([("snapshots.json", value.to_string())]))
}

#[test]
fn each_host_with_its_paths_is_a_scope() {
    let list = json!([
        snapshot("db", "2026-04-08T03:00:00.123456789+02:00"),
        snapshot("db", "2026-04-07T03:00:00+02:00"),
        snapshot("web", "2026-04-08T02:00:00Z"),
    ]);
    let outcome = gathered(list);
    let scopes: Vec<_> =
        outcome.gathered.records.sets.iter().map(|set| set.scope.as_deref().unwrap().to_owned()).collect();
    assert_eq!(scopes, ["restic/db:/etc,/srv", "restic/db:/etc,/srv", "restic/web:/etc,/srv"]);
    assert_eq!(outcome.recovery(), "unvalidated");
}

#[test]
fn a_host_that_stopped_is_stale_whatever_the_others_are() {
    let list = json!([snapshot("db", "2026-04-01T01:00:00Z"), snapshot("web", "2026-04-08T01:00:00Z")]);
    let outcome = gathered(list);
    assert_eq!(outcome.posture(), "stale");
    assert_eq!(outcome.quality("content_opaque"), 1);
}

#[test]
fn an_empty_snapshot_is_not_a_backup_and_groups_are_read() {
    let mut empty = snapshot("db", "2026-04-08T01:00:00Z");
    empty["summary"]["total_files_processed"] = json!(0);
    assert_eq!(gathered(json!([empty])).posture(), "absent");
    let grouped =
        json!([{ "group_key": { "hostname": "db" }, "snapshots": [snapshot("db", "2026-04-08T01:00:00Z")] }]);
    assert_eq!(gathered(grouped).gathered.records.sets.len(), 1);
}

#[test]
fn no_snapshots_and_an_error_are_absent() {
    assert_eq!(gathered(json!([])).posture(), "absent");
    assert_eq!(gathered(Value::Null).posture(), "absent");
    let error = json!({ "message_type": "exit_error", "code": 12, "message": "Fatal: wrong password" });
    let outcome = gathered(error);
    assert_eq!(outcome.posture(), "absent");
    assert!(outcome.has_signal("source_unreadable"));
}
