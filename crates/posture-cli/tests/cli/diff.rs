//! `posture diff`.

use std::ffi::OsStr;
use std::path::Path;

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::diff;
use posture_core::{Form, Options, Report};
use posture_testing::documents::{case, ndjson};
use serde_json::{Value, json};

use crate::support::{Files, Outcome, run, run_with_input};

fn report(snapshot: &Value) -> Report {
    posture_core::derive(snapshot.to_string().as_bytes(), Form::Json, &Options::default()).unwrap()
}

fn run_diff(old: &Path, new: &Path, more: &[&str]) -> Outcome {
    run([OsStr::new("diff"), old.as_os_str(), new.as_os_str()].into_iter().chain(more.iter().map(OsStr::new)))
}

/// Two snapshots of one workspace: the second a day later, its first tenant archived, its last one unreadable.
fn two() -> (Value, Value) {
    let old = case("workspace-order");
    let mut new = old.clone();
    new["exported_at"] = json!("2026-11-21T08:00:00Z");
    let tenants = new["tenants"].as_array_mut().unwrap();
    tenants[0]["status"] = json!("archived");
    tenants.last_mut().unwrap()["backup_sets"] = json!("none");
    (old, new)
}

/// CL-15: the core's totals, and the exit code.
#[test]
fn something_worse_exits_3_with_the_cores_totals() {
    let files = Files::new();
    let (old, new) = two();
    let (old_path, new_path) =
        (files.write("old.json", old.to_string()), files.write("new.ndjson", ndjson(&new)));
    let outcome = run_diff(&old_path, &new_path, &[]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let written: Value = serde_json::from_str(outcome.text()).unwrap();
    let (old, new) = (report(&old), report(&new));
    let found = diff(&old, &new).unwrap();
    for family in Family::ALL {
        for change in Change::ALL {
            assert_eq!(
                written["totals"][family.as_str()][change.as_str()],
                found.total(*family, *change),
                "{family} {change}"
            );
        }
    }
    assert!(found.total(Family::BackupHealth, Change::LeftEvaluation) == 1 && found.is_worse());
    let refused = run_diff(&new_path, &old_path, &[]);
    assert_eq!(refused.code, Some(2));
    for word in ["2026-11-20 08:00 UTC", "2026-11-21 08:00 UTC", "--allow-mismatch"] {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    let back = run_diff(&new_path, &old_path, &["--format", "json", "--allow-mismatch"]);
    assert!(back.text().contains("The second snapshot is older than the first"), "{}", back.text());
}

/// CL-15
#[test]
fn nothing_worse_exits_0() {
    let files = Files::new();
    let path = files.write("a.json", case("workspace-order").to_string());
    let outcome = run_diff(&path, &path, &["--format", "summary"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.text().contains("Nothing is worse"), "{}", outcome.text());
}

/// CL-15: one instant and one policy for both.
#[test]
fn one_instant_may_be_given_for_both() {
    let files = Files::new();
    let (old, new) = two();
    let (old, new) = (files.write("old.json", old.to_string()), files.write("new.json", new.to_string()));
    let outcome = run_diff(&old, &new, &["--as-of", "2026-11-22T00:00:00Z", "--freshness-hours", "72"]);
    let written: Value = serde_json::from_str(outcome.text()).unwrap();
    for side in ["old", "new"] {
        assert_eq!(written[side]["as_of"], "2026-11-22T00:00:00Z");
        assert_eq!(written[side]["policy"]["freshness_hours"], 72);
    }
}

/// CL-16: the page names each changed tenant with the causes of both sides, without colour and within its width.
#[test]
fn the_summary_names_what_changed_and_why() {
    let files = Files::new();
    let (old, new) = two();
    let (old_path, new_path) =
        (files.write("old.json", old.to_string()), files.write("new.json", new.to_string()));
    let outcome = run_diff(&old_path, &new_path, &["--format", "summary"]);
    let text = outcome.text();
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in
        ["Totals", "▲ Worse", "No longer checked", "→ unreadable", "Before:", "After:", "no longer active"]
    {
        assert!(flat.contains(said), "{said}\n{text}");
    }
    for side in [&old, &new] {
        assert!(flat.contains(&report(side).digest().unwrap()), "{text}");
    }
    assert!(!text.contains('\u{1b}'));
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 100), "{text}");
}

/// CL-16: a line per tenant and family below the titles.
#[test]
fn the_csv_has_a_line_per_tenant_and_family() {
    let files = Files::new();
    let (old, new) = two();
    let (old_path, new_path) =
        (files.write("old.json", old.to_string()), files.write("new.json", new.to_string()));
    let outcome = run_diff(&old_path, &new_path, &["--format", "csv"]);
    let (old, new) = (report(&old), report(&new));
    let tenants = diff(&old, &new).unwrap().tenants.len();
    let mut rows = csv_rows(outcome.text());
    assert_eq!(rows.remove(0)[0], "Tenant id");
    assert_eq!(rows.len(), tenants * Family::ALL.len());
}

/// The rows of a text as RFC 4180 has it.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    for character in text.trim_end().chars() {
        let row = rows.last_mut().unwrap();
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => rows.push(vec![String::new()]),
            other => row.last_mut().unwrap().push(other),
        }
    }
    rows
}

/// CL-17
#[test]
fn incomparable_snapshots_exit_2_and_say_why() {
    let files = Files::new();
    let order = case("workspace-order");
    let mut other = order.clone();
    other["workspace"]["id"] = json!(4711);
    let (order, other) = (files.write("a.json", order.to_string()), files.write("b.json", other.to_string()));
    let refused = files.write("c.json", case("refused-version").to_string());
    for (old, new, said) in [
        (&order, &other, "Compare two snapshots of one workspace"),
        (&order, &refused, "c.json"),
        (&refused, &order, "c.json"),
        (&order, &files.path("missing.json"), "missing.json"),
    ] {
        let outcome = run_diff(old, new, &[]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        assert!(outcome.stdout.is_empty());
    }
    let both = run_with_input(["diff", "-", "-"], b"{}");
    assert_eq!(both.code, Some(2));
    assert!(both.stderr.contains("Standard input holds one snapshot"), "{}", both.stderr);
    assert_eq!(run(["diff"]).code, Some(1));
}

/// CL-34: one snapshot at two instants gives what two derivations give.
#[test]
fn one_snapshot_is_compared_with_an_earlier_instant_of_itself() {
    let files = Files::new();
    let snapshot = case("workspace-order");
    let path = files.write("a.json", snapshot.to_string());
    let one = |more: &[&str]| {
        run([OsStr::new("diff"), path.as_os_str()].into_iter().chain(more.iter().map(OsStr::new)))
    };
    let as_of = |as_of: &str| {
        let options = Options { as_of: Some(as_of.to_owned()), ..Options::default() };
        posture_core::derive(snapshot.to_string().as_bytes(), Form::Json, &options).unwrap()
    };
    let new = report(&snapshot);
    for (since, before) in [("24h", "2026-11-19T08:00:00Z"), ("2026-11-13T08:00:00Z", "2026-11-13T08:00:00Z")]
    {
        let old = as_of(before);
        let found = diff(&old, &new).unwrap();
        let outcome = one(&["--since", since]);
        assert_eq!(outcome.code, Some(if found.is_worse() { 3 } else { 0 }), "{}", outcome.stderr);
        let written: Value = serde_json::from_str(outcome.text()).unwrap();
        assert_eq!(written["old"]["as_of"], before);
        assert_eq!(written["old"]["report_digest"], old.digest().unwrap());
        assert_eq!(
            written["totals"]["backup_health"]["worse"],
            found.total(Family::BackupHealth, Change::Worse)
        );
        assert_eq!(written["notes"][0], posture_core::words::PAST_LIMITS);
    }
    let later = one(&["--since", "2026-11-21T08:00:00Z"]);
    assert_eq!(later.code, Some(2));
    assert!(later.stderr.contains("not before 2026-11-20 08:00 UTC"), "{}", later.stderr);
    assert_eq!(one(&["--since", "soon"]).code, Some(1));
    assert_eq!(one(&[]).code, Some(1));
}

/// CL-15, CL-37: the changes of one group, and the totals of each.
#[test]
fn changes_are_restricted_to_groups_and_counted_by_group() {
    let files = Files::new();
    let (mut old, mut new) = two();
    for side in [&mut old, &mut new] {
        side["tenants"].as_array_mut().unwrap().last_mut().unwrap()["labels"] = json!(["north"]);
    }
    let (old_path, new_path) =
        (files.write("old.json", old.to_string()), files.write("new.json", new.to_string()));
    let all: Value = serde_json::from_str(run_diff(&old_path, &new_path, &[]).text()).unwrap();
    let tenants = all["tenants"].as_array().unwrap().len();
    assert_eq!(all["filtered_out"], 0);
    assert!(all["groups"].is_null());
    let north = run_diff(&old_path, &new_path, &["--label", "north", "--group-by", "label"]);
    assert_eq!(north.code, Some(3), "{}", north.stderr);
    let north: Value = serde_json::from_str(north.text()).unwrap();
    assert_eq!(north["tenants"].as_array().unwrap().len(), 1);
    assert_eq!(north["filtered_out"], tenants - 1);
    assert_eq!(north["groups"]["by"], "label");
    let group =
        json!({ "better": 0, "name": "north", "otherwise": 0, "tenants": 1, "unchanged": 0, "worse": 1 });
    assert_eq!(north["groups"]["listed"], json!([group]));
    let summary = run_diff(&old_path, &new_path, &["--group-by", "label", "--format", "summary"]);
    for words in ["No label", "north", "Other changes"] {
        assert!(summary.text().contains(words), "{words}: {}", summary.text());
    }
    let summary = run_diff(&old_path, &new_path, &["--label", "north", "--format", "summary"]);
    let left_out = format!("{} tenants are left out", tenants - 1);
    assert!(summary.text().contains(&left_out), "{}", summary.text());
}

/// CL-38: a misspelled name does not look like a group without problems.
#[test]
fn a_group_that_no_tenant_is_in_is_rejected_with_the_names_there_are() {
    let files = Files::new();
    let mut snapshot = case("workspace-order");
    for (tenant, label) in snapshot["tenants"].as_array_mut().unwrap().iter_mut().zip(["north", "west"]) {
        tenant["labels"] = json!([label]);
    }
    let path = files.write("a.json", snapshot.to_string());
    let trend = |more: &[&str]| {
        run([OsStr::new("trend"), path.as_os_str()].into_iter().chain(more.iter().map(OsStr::new)))
    };
    for outcome in [
        run_diff(&path, &path, &["--label", "west", "--label", "Nort"]),
        trend(&["--label", "west", "--label", "Nort"]),
    ] {
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stdout.is_empty());
        let said = "No checked tenant has the label “Nort”. Did you mean “north”? Known: “north” and “west”.";
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    let none = trend(&["--environment", "production"]);
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("None has any environment."), "{}", none.stderr);
}

/// CL-35: the core's trend, and for one group.
#[test]
fn a_trend_is_printed_day_by_day() {
    let files = Files::new();
    let mut snapshot = case("workspace-order");
    snapshot["tenants"][0]["labels"] = json!(["north"]);
    let path = files.write("a.ndjson", ndjson(&snapshot));
    let trend = |more: &[&str]| {
        run([OsStr::new("trend"), path.as_os_str()].into_iter().chain(more.iter().map(OsStr::new)))
    };
    let written: Value = serde_json::from_str(trend(&["--days", "3"]).text()).unwrap();
    let days: Vec<_> = written["days"].as_array().unwrap().iter().map(|day| day["as_of"].clone()).collect();
    assert_eq!(days, ["2026-11-18T08:00:00Z", "2026-11-19T08:00:00Z", "2026-11-20T08:00:00Z"]);
    let evaluated = report(&snapshot).denominators.evaluated;
    assert_eq!(written["days"][2]["tenants"], evaluated);
    let north: Value = serde_json::from_str(trend(&["--label", "north"]).text()).unwrap();
    assert_eq!((&north["days"][29]["tenants"], &north["filtered_out"]), (&json!(1), &json!(evaluated - 1)));
    let csv = trend(&["--format", "csv"]);
    assert_eq!(csv.text().lines().count(), 31);
    let summary = trend(&["--format", "summary"]);
    assert!(summary.text().contains(posture_core::words::PAST_LIMITS), "{}", summary.text());
    for title in posture_core::words::trend_columns() {
        assert!(summary.text().contains(&title), "{title} in one line: {}", summary.text());
    }
    assert_eq!(trend(&["--days", "0"]).code, Some(1));
    // TN-8, CL-36
    let groups =
        trend(&["--days", "1", "--group-by", "label", "--format", "csv", "--separator", "semicolon"]);
    let lines: Vec<_> = groups.text().lines().collect();
    assert!(lines[0].starts_with("Label;As of;"), "{}", groups.text());
    assert!(lines[1].starts_with(";2026-11-20T08:00:00Z;") && lines[2].starts_with("north;2026-11-20"));
    let summary = trend(&["--group-by", "label", "--format", "summary"]);
    assert!(summary.text().contains("No label") && summary.text().contains("north"), "{}", summary.text());
    assert_eq!(trend(&["--group-by", "colour"]).code, Some(1));
}

/// CL-36
#[test]
fn the_separator_of_csv_is_a_choice() {
    let files = Files::new();
    let (old, new) = two();
    let (old, new) = (files.write("old.json", old.to_string()), files.write("new.json", new.to_string()));
    let titles = |separator: &[&str]| {
        let csv = run_diff(&old, &new, &[&["--format", "csv"], separator].concat());
        csv.text().lines().next().unwrap().to_owned()
    };
    let columns = posture_core::words::DIFF_COLUMNS;
    assert_eq!(titles(&[]), columns.join(","));
    assert_eq!(titles(&["--separator", "semicolon"]), columns.join(";"));
    assert_eq!(titles(&["--separator", "tab"]), columns.join("\t"));
}
