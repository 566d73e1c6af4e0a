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

#[test]
fn a_list_that_was_cut_down_with_jq_is_read() {
    let cut = json!([{ "time": "2026-04-08T01:00:00Z", "paths": ["/etc"], "short_id": "56bf1af5" }]);
    let outcome = gathered(cut);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.gathered.records.sets[0].scope.as_deref(), Some("restic/unknown host:/etc"));
}

/// Debian's restic 0.14 writes neither a summary nor a program version.
#[test]
fn snapshots_of_older_versions_have_only_their_start() {
    let old = json!([{
        "time": "2026-04-08T03:42:51.48838256+02:00", "tree": "7b", "paths": ["/etc"], "hostname": "web",
        "username": "root", "tags": ["daily"], "id": "fb16", "short_id": "fb16",
    }]);
    let outcome = gathered(old);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), "2026-04-08T01:42:51Z");
    assert!(!outcome.is_claimed_healthy(), "nobody looked inside");
}

#[test]
fn a_dump_with_a_date_in_its_path_is_current_if_the_host_is_the_group() {
    let dump = |day: u32| {
        let mut dump = snapshot("db", &format!("2026-04-{day:02}T01:00:00Z"));
        dump["paths"] = json!([format!("/dumps/2026-04-{day:02}.sql")]);
        dump
    };
    let files = tree([("snapshots.json", json!([dump(6), dump(7), dump(8)]).to_string())]);
    let by_paths = Config::new("restic").gathered(&files);
    assert_eq!(by_paths.posture(), "stale");
    by_paths.has_note("single_snapshots", None);
    let by_host = Config::new("restic").with("group_by", "host").gathered(&files);
    assert_eq!(by_host.posture(), "healthy");
    assert_eq!(by_host.gathered.records.sets[0].scope.as_deref(), Some("restic/db"));
    let kind = posture_gather::kinds::of_name("restic").unwrap();
    let setting = |value: &str| kind.check(&[("group_by".to_owned(), json!(value))].into()).is_ok();
    assert!(setting("host,tags") && setting("paths") && !setting("hosts") && !setting(""));
}

#[test]
fn errors_that_a_check_found_are_bad_news() {
    let check = |errors: Value| {
        let check = json!({ "message_type": "summary", "num_errors": errors, "broken_packs": null, "suggest_prune": false });
        let list = json!([snapshot("db", "2026-04-08T01:00:00Z")]);
        let files = [("check.json", check.to_string()), ("snapshots.json", list.to_string())];
        Config::new("restic").gathered(&tree(files))
    };
    let damaged = check(json!(2));
    assert!(damaged.has_signal("repository_damaged") && !damaged.is_calm());
    damaged.has_note("repository_damaged", Some("check.json"));
    assert!(check(json!("?")).has_signal("repository_damaged"), "an unknown number is not 0");
    let whole = check(json!(0));
    assert!(whole.gathered.records.signals.is_empty());
    assert_eq!(whole.posture(), "healthy");
}

#[test]
fn output_of_other_commands_is_not_a_list_of_snapshots() {
    let kept = snapshot("db", "2026-04-08T01:00:00Z");
    let forget = json!([{ "tags": null, "host": "db", "paths": ["/srv"], "keep": [kept], "remove": null, "reasons": [] }]);
    let stats = json!({ "total_size": 13, "total_file_count": 14, "snapshots_count": 5 });
    let backup = "{\"message_type\":\"status\",\"percent_done\":0}\n{\"message_type\":\"summary\",\"snapshot_id\":\"09\"}\n";
    for text in [forget.to_string(), stats.to_string(), backup.to_owned()] {
        let outcome = Config::new("restic").gathered(&tree([("output.json", text)]));
        assert_eq!(outcome.posture(), "absent");
        outcome.has_note("unknown_entry", Some("output.json"));
        outcome.has_note("no_backup", None);
    }
}

#[test]
fn an_error_of_restic_instead_of_a_list_is_named() {
    let list = json!([snapshot("db", "2026-04-08T01:00:00Z")]);
    let with_errors = format!(
        "{{\"message_type\":\"error\",\"error\":{{\"message\":\"denied\"}},\"item\":\"/srv/a\"}}\n{list}\n"
    );
    for (text, said) in [
        (with_errors, "restic printed \"denied\""),
        (
            format!("could not load snapshot 067f442f\n{list}"),
            "it begins with \"could not load snapshot 067f442f\"",
        ),
        ("Fatal: wrong password or no key found\n".to_owned(), "it begins with \"Fatal: wrong password"),
        (String::new(), "it is empty"),
    ] {
        let outcome = Config::new("restic").gathered(&tree([("snapshots.json", text)]));
        assert!(outcome.has_signal("source_unreadable") && !outcome.is_calm());
        let notes = outcome.notes();
        assert!(notes.iter().any(|note| note.message.contains(said)), "{said} in {notes:#?}");
    }
}

#[test]
fn a_snapshot_without_a_time_does_not_count() {
    let mut timeless = snapshot("db", "2026-04-08T01:00:00Z");
    timeless["time"] = json!("0001-01-01T00:00:00Z");
    timeless.as_object_mut().unwrap().remove("summary");
    let outcome = gathered(json!([timeless]));
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("no_time", Some("snapshots.json"));
}

/// rustic writes each group as a pair of its key and its snapshots.
#[test]
fn groups_of_rustic_are_read() {
    let group = json!([[{ "hostname": "db", "label": "", "paths": ["/srv"] }, [snapshot("db", "2026-04-08T01:00:00Z")]]]);
    let outcome = gathered(group);
    assert_eq!(outcome.posture(), "healthy");
    assert!(outcome.notes().iter().all(|note| note.code != "unknown_entry"));
}

#[test]
fn values_between_snapshots_are_counted_and_noted() {
    let outcome = gathered(json!([snapshot("db", "2026-04-08T01:00:00Z"), 1, "x", true]));
    assert_eq!(outcome.posture(), "healthy");
    let notes = outcome.notes();
    let note = notes.iter().find(|note| note.code == "unknown_entry").unwrap();
    assert!(note.message.starts_with("3 entries are not snapshots"), "{}", note.message);
}

/// Nobody nests lists without end; what is deeper is noted and not read.
#[test]
fn snapshots_in_lists_of_groups_are_read_to_a_depth() {
    let nested =
        |levels: usize| (0..levels).fold(snapshot("db", "2026-04-08T01:00:00Z"), |value, _| json!([value]));
    assert_eq!(gathered(nested(4)).posture(), "healthy");
    let deeper = gathered(nested(5));
    assert_eq!(deeper.posture(), "absent");
    deeper.has_note("unknown_entry", Some("snapshots.json"));
    let groups = |levels: usize| {
        (0..levels).fold(snapshot("db", "2026-04-08T01:00:00Z"), |value, _| json!({ "snapshots": value }))
    };
    assert_eq!(gathered(groups(4)).posture(), "healthy");
    assert_eq!(gathered(groups(5)).posture(), "absent");
}

#[test]
fn several_files_that_cannot_be_read_make_one_scope_expected() {
    let outcome = Config::new("restic").gathered(&tree([("a.json", "{"), ("b.json", "{")]));
    let records = &outcome.gathered.records;
    assert_eq!(records.signals.len(), 1);
    assert_eq!(records.expected_scopes[0], "restic");
    assert_eq!(outcome.notes().iter().filter(|note| note.code == "unreadable_file").count(), 2);
}
