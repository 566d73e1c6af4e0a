//! CIPP: the states of its scheduled tasks, and records of one backup from several files.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree};

const TENANT: &str = "contoso.onmicrosoft.com";
const NAME: &str = "contoso.onmicrosoft.com_2026-04-08-0100";

fn gathered(files: &[(&str, Value)]) -> Outcome {
    Config::new("cipp").gathered(&tree(files.iter().map(|(path, value)| (*path, value.to_string()))))
}

fn backup() -> Value {
    json!({ "RowKey": NAME, "TenantFilter": TENANT, "ca": ["{\"displayName\":\"MFA\"}"] })
}

fn task(command: &str, state: &str, executed_at: Value) -> Value {
    json!({
        "RowKey": "1", "Command": command, "TaskState": state, "Tenant": TENANT, "Recurrence": "1d",
        "ExecutedTime": executed_at, "Parameters": {},
    })
}

/// A list that has only the name of a backup must not hide what its file says, nor the other way round.
#[test]
fn a_backup_that_two_files_have_is_the_one_with_the_content() {
    let named = json!([{ "TenantFilter": TENANT, "BackupName": NAME }]);
    let mut partial = backup();
    partial["ca"] = json!(["Failed to create a template"]);
    for names in [["1.json", "2.json"], ["2.json", "1.json"]] {
        let outcome = gathered(&[(names[0], named.clone()), (names[1], backup())]);
        let [set] = outcome.gathered.records.sets.as_slice() else { panic!("one set") };
        assert_eq!((set.opaque, set.items.as_ref().map(Vec::len)), (None, Some(1)), "{names:?}");
    }
    // Of two with their content, the last one counts; of two names, either.
    let outcome = gathered(&[("1.json", backup()), ("2.json", partial)]);
    assert_eq!(outcome.gathered.records.sets[0].status, "partial");
    let outcome = gathered(&[("1.json", named.clone()), ("2.json", named)]);
    assert_eq!(outcome.gathered.records.sets.len(), 1);
}

#[test]
fn the_states_of_a_backup_task_say_how_its_last_run_ended() {
    let at = "2026-04-08T01:00:00Z";
    for (state, executed_at, status, is_enabled) in [
        ("Planned", json!(at), Some("success"), true),
        ("Planned", Value::Null, None, true),
        ("Completed", json!(at), Some("success"), false),
        ("Completed", Value::Null, None, false),
        ("Failed", json!(at), Some("failed"), true),
        ("Failed - Planned", json!(at), Some("failed"), true),
        ("Running", json!(at), Some("running"), true),
        ("Pending", json!(at), Some("running"), true),
        ("Processing", json!(at), Some("running"), true),
        ("Lost", json!(at), Some("lost"), true),
    ] {
        let tasks = json!([task("New-CIPPBackup", state, executed_at)]);
        let outcome = gathered(&[("backup.json", backup()), ("tasks.json", tasks)]);
        let [schedule] = outcome.gathered.records.schedules.as_slice() else { panic!("one schedule") };
        assert_eq!(
            (schedule.last_run_status.as_deref(), schedule.is_enabled),
            (status, is_enabled),
            "{state}"
        );
    }
}

#[test]
fn the_states_of_a_restore_task_have_their_words() {
    let at = "2026-04-08T01:00:00Z";
    for (state, executed_at, status) in [
        ("Completed", json!(at), "completed"),
        ("Failed", json!(at), "failed"),
        ("Failed - Planned", json!(at), "failed"),
        ("Running", json!(at), "running"),
        ("Processing", json!(at), "running"),
        ("Pending", json!(at), "queued"),
        ("Planned", Value::Null, "pending"),
        ("Planned", json!(at), "completed"),
        ("Lost", json!(at), "lost"),
    ] {
        let tasks = json!([task("New-CIPPRestore", state, executed_at)]);
        let outcome = gathered(&[("backup.json", backup()), ("tasks.json", tasks)]);
        let [run] = outcome.gathered.records.runs.as_slice() else { panic!("one run") };
        assert_eq!(run.status, status, "{state}");
        let is_unread = !run.results.as_ref().unwrap().unread.is_empty();
        assert_eq!(is_unread, status == "completed", "{state}: only a restore that is over has outcomes");
    }
}

#[test]
fn tasks_for_several_tenants_belong_to_none_and_are_noted() {
    for (tenant, is_note) in [
        (json!("AllTenants"), true),
        (json!("None"), true),
        (json!({ "value": "Europe", "type": "Group" }), true),
        (json!({ "value": TENANT, "type": "Tenant" }), false),
    ] {
        for command in ["New-CIPPBackup", "New-CIPPRestore"] {
            let mut task = task(command, "Completed", json!("2026-04-08T01:00:00Z"));
            task["Tenant"] = tenant.clone();
            let outcome = gathered(&[("backup.json", backup()), ("tasks.json", json!([task]))]);
            let records = &outcome.gathered.records;
            assert_eq!(records.schedules.is_empty() && records.runs.is_empty(), is_note, "{tenant}");
            let is_noted = outcome.notes().iter().any(|note| note.code == "several_tenants");
            assert_eq!(is_noted, is_note, "{tenant}");
        }
    }
}

#[test]
fn a_task_that_runs_once_has_no_schedule_and_an_unknown_recurrence_no_interval() {
    let of = |recurrence: Value| {
        let mut task = task("New-CIPPBackup", "Planned", json!("2026-04-08T01:00:00Z"));
        task["Recurrence"] = recurrence;
        gathered(&[("backup.json", backup()), ("tasks.json", json!([task]))])
    };
    for (recurrence, minutes) in
        [(json!("527040m"), 527_040), (json!("366d"), 527_040), (json!(1), 1440), (json!("1m"), 1)]
    {
        assert_eq!(
            of(recurrence.clone()).gathered.records.schedules[0].interval_minutes,
            Some(minutes),
            "{recurrence}"
        );
    }
    for recurrence in ["527041m", "367d", "0d", "1w", "sometimes", "18446744073709551615d"] {
        let outcome = of(json!(recurrence));
        let schedule = &outcome.gathered.records.schedules[0];
        assert_eq!((&*schedule.frequency, schedule.interval_minutes), (recurrence, None));
        outcome.has_note("unknown_recurrence", Some("tasks.json"));
    }
    for recurrence in [json!("0"), json!("Once"), json!(""), Value::Null] {
        let outcome = of(recurrence);
        assert!(outcome.gathered.records.schedules.is_empty());
        outcome.has_note("runs_once", Some("tasks.json"));
    }
}

#[test]
fn an_area_that_is_switched_off_is_not_missing() {
    let of = |values: Value| {
        let mut task = task("New-CIPPBackup", "Planned", json!("2026-04-08T01:00:00Z"));
        task["Parameters"] = json!({ "ScheduledBackupValues": values });
        gathered(&[("backup.json", backup()), ("tasks.json", json!([task]))]).posture().to_owned()
    };
    assert_eq!(of(json!({ "ca": true, "intuneconfig": false, "antispam": "False" })), "healthy");
    assert_eq!(of(json!({ "ca": true, "intuneconfig": "True" })), "degraded");
    assert_eq!(of(json!({ "ca": true, "antispam": true })), "degraded", "areas that are only counted, too");
}

/// What is known of a backup's content decides between an empty backup and one that nobody looked into.
#[test]
fn a_backup_without_any_entry_is_empty_and_not_opaque() {
    let bare = json!({ "RowKey": NAME, "TenantFilter": TENANT });
    let no_users = json!({ "RowKey": NAME, "TenantFilter": TENANT, "users": [], "ca": null });
    for empty in [bare, no_users] {
        let outcome = gathered(&[("backup.json", empty.clone())]);
        assert_eq!(outcome.posture(), "absent", "{empty}");
    }
}

/// Older versions store an area as JSON text, and PowerShell writes a list of one entry as that entry.
#[test]
fn areas_are_read_in_every_form() {
    let template = json!({ "displayName": "MFA" });
    for (area, value) in [
        ("ca", json!([template.to_string()]).to_string().into()),
        ("ca", Value::from(template.to_string())),
        ("ca", json!([template])),
        ("intuneconfig", json!({ "TemplateJson": "{}", "DisplayName": "MFA" })),
        ("intuneconfig", json!({ "TemplateJson": "{}", "DisplayName": "MFA" }).to_string().into()),
        ("IntuneConfig", json!([{ "TemplateJson": "{}", "DisplayName": "MFA" }]).to_string().into()),
    ] {
        let mut backup = json!({ "RowKey": NAME, "TenantFilter": TENANT });
        backup[area] = value.clone();
        let outcome = gathered(&[("backup.json", backup)]);
        let set = &outcome.gathered.records.sets[0];
        let names: Vec<_> = set.items.iter().flatten().map(|item| item.display_name.as_deref()).collect();
        assert_eq!((&*set.status, &names[..]), ("completed", &[Some("MFA")][..]), "{value}");
    }
}

#[test]
fn each_line_and_each_sum_of_a_restore_counts_for_itself() {
    let results = |lines: Value| {
        let mut task = task("New-CIPPRestore", "Completed", json!("2026-04-08T01:00:00Z"));
        task["Results"] = lines;
        let outcome = gathered(&[("backup.json", backup()), ("tasks.json", json!([task]))]);
        outcome.gathered.records.runs[0].results.clone().unwrap()
    };
    let counts = |line: &str| {
        let counts = results(json!([line])).counts.unwrap();
        (counts.applied, counts.failed)
    };
    assert_eq!(counts("Restored: 2 Users from backup"), (Some(2), Some(0)));
    assert_eq!(counts("Restored: 0 Users from backup (3 items failed)"), (Some(0), Some(3)));
    let line = results(json!(["Restored Conditional Access policy MFA"]));
    assert!(line.unread.is_empty() && line.counts.is_none());
    for (line, outcome) in [
        ("Failed to restore A: it already exists", "failed"),
        ("A already exists", "unrecognised line"),
        ("A already exists and overwrite is disabled", "skipped"),
        ("Overwrite is disabled", "unrecognised line"),
    ] {
        assert_eq!(results(json!([line])).items[0].outcome, outcome, "{line}");
    }
    for nothing in [json!(""), json!("null"), json!([null, 7]), json!("Planned")] {
        let results = results(nothing.clone());
        assert!(results.items.is_empty() && !results.unread.is_empty(), "{nothing}");
    }
}

#[test]
fn a_row_is_a_backup_or_a_task_only_with_the_keys_of_one() {
    for value in [
        json!({ "RowKey": "x" }),
        json!({ "TenantFilter": TENANT }),
        json!({ "Command": "x" }),
        json!({ "TaskState": "x" }),
    ] {
        let outcome = gathered(&[("row.json", value.clone())]);
        assert!(outcome.gathered.records.sets.is_empty(), "{value}");
        outcome.has_note("unknown_entry", Some("row.json"));
    }
}
