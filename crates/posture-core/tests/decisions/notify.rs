//! What is news since the last message, and the message about it.

use serde_json::{Value, json};

use posture_core::compare::change::Family;
use posture_core::compare::diff::diff;
use posture_core::compare::known::Known;
use posture_core::notify::announced::Announced;
use posture_core::notify::message::{LINES, Line, Message, MessageKind, News, WORKSPACES};
use posture_core::notify::round::{Outcome, Round};
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::{Form, Options, Report, Timestamp, derive, words};

use crate::evidence::{
    DAY, EXPORTED_AT, FRESHNESS, HOUR, ago, at, run, schedule, set, snapshot, tenant, with,
};

const SITE: &str = "https://posture.example.org";

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(EXPORTED_AT + seconds).unwrap()
}

#[track_caller]
fn report_at(snapshot: &Value, seconds: i64) -> Report {
    let options = Options { as_of: Some(instant(seconds).to_string()), ..Options::default() };
    derive(snapshot.to_string().as_bytes(), Form::Json, &options)
        .unwrap_or_else(|refusal| panic!("{refusal}"))
}

#[track_caller]
fn report(tenants: Value) -> Report {
    report_at(&snapshot(tenants), 0)
}

fn one(more: Value) -> Report {
    report(json!([tenant(1, more)]))
}

fn round(announced: Option<&Announced>, reports: &[&Report], unreadable: &[&str]) -> Outcome {
    let now = reports.first().map_or(instant(0), |report| report.as_of);
    let mut round = Round::new(announced, Some(SITE), now);
    reports.iter().for_each(|report| round.add(report));
    unreadable.iter().for_each(|source| round.add_unreadable(source, None, "It is cut off."));
    round.finish()
}

/// What is announced after a first message about this report.
fn announced(report: &Report) -> Announced {
    round(None, &[report], &[]).announced
}

/// The message about a report after one about another, as it reads after the state was written and read again.
#[track_caller]
fn news(before: &Report, after: &Report) -> Option<Message> {
    let kept = serde_json::to_string(&announced(before)).unwrap();
    let kept: Announced = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept, announced(before));
    round(Some(&kept), &[after], &[]).news
}

#[track_caller]
fn lines(before: &Report, after: &Report) -> Vec<Line> {
    let message = news(before, after).expect("it is news");
    message.sections.into_iter().flat_map(|section| section.lines).collect()
}

fn stale() -> Value {
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))] })
}

/// NT-1, NT-6: the first message says how things are, and lists nothing as news.
#[test]
fn the_first_message_says_that_notifications_started() {
    let first = round(None, &[&one(stale())], &[]).news.unwrap();
    assert_eq!(first.kind, MessageKind::Started);
    assert_eq!(
        first.title,
        "Notifications started: 1 of 1 tenant needs attention (1 issue), evidence less than a minute old"
    );
    assert!(first.sections[0].lines.is_empty());
}

/// NT-1: what was announced is not news again, whatever it is.
#[test]
fn the_same_evidence_is_not_news() {
    for more in [json!({}), stale(), json!({ "status": "draft" }), json!({ "restore_runs": [] })] {
        assert_eq!(news(&one(more.clone()), &one(more)), None);
    }
}

/// NT-1, NT-3
#[test]
fn a_tenant_that_turned_stale_is_worse_with_its_reason_and_a_link() {
    let message = news(&one(json!({})), &one(stale())).unwrap();
    assert_eq!(message.title, "A workspace: 1 worse");
    assert_eq!(message.url.as_deref(), Some("https://posture.example.org/admin?workspace=7"));
    let [line] = &message.sections[0].lines[..] else { panic!("{message:?}") };
    assert_eq!(line.title, "Tenant 1: backup health is worse: Healthy → Stale");
    assert!(line.text.contains("; stale since 2026-11-20 07:59 UTC"), "{}", line.text);
    let url = line.url.as_deref().unwrap();
    assert!(url.starts_with("https://posture.example.org/admin/t/t-1/backup-sets/1?"), "{url}");
    assert!(url.ends_with("&workspace=7"), "{url}");
    let back = news(&one(stale()), &one(json!({}))).unwrap();
    assert_eq!(back.title, "A workspace: 1 better");
    assert_eq!(back.sections[0].lines[0].title, "Tenant 1: backup health is better: Stale → Healthy");
}

/// NT-1: a verdict can get worse as time passes, also without a new export.
#[test]
fn a_backup_that_turns_stale_without_a_new_export_is_news() {
    let snapshot = snapshot(json!([tenant(1, json!({}))]));
    let (before, after) = (report_at(&snapshot, 0), report_at(&snapshot, FRESHNESS - HOUR + 60));
    let found = lines(&before, &after);
    assert!(found.iter().any(|line| line.news == News::Worse), "{found:?}");
    let with_schedule = with(
        snapshot,
        json!({ "tenants": [tenant(1, json!({
        "backup_schedules": [schedule(1, json!({ "frequency": "interval", "interval_minutes": 60, "last_run_at": at(0) }))]
    }))] }),
    );
    let (before, after) = (report_at(&with_schedule, 0), report_at(&with_schedule, 4 * HOUR));
    let found = lines(&before, &after);
    assert!(
        found.iter().any(|line| line.text.contains("schedule")),
        "an overdue schedule is news: {found:?}"
    );
}

/// NT-5
#[test]
fn a_tenant_that_turned_unsettled_is_news_even_if_its_verdicts_are_the_same() {
    let queued = run(
        2,
        json!({ "status": "queued", "started_at": null, "completed_at": null,
        "created_at": ago(3 * DAY), "results": [] }),
    );
    let stuck = json!({ "restore_runs": [run(1, json!({})), queued] });
    let found = lines(&one(json!({})), &one(stuck.clone()));
    let [line] = &found[..] else { panic!("{found:?}") };
    assert_eq!((line.news, line.title.as_str()), (News::Unsettled, "Tenant 1 is unsettled"));
    let found = lines(&one(stuck), &one(json!({})));
    assert_eq!((found[0].news, found[0].title.as_str()), (News::Settled, "Tenant 1 is no longer unsettled"));
}

/// NT-1, NT-5: a change is reported once, with the new causes next to the verdict.
#[test]
fn a_verdict_and_its_causes_are_one_line() {
    let failing = json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] });
    let found = lines(&one(json!({})), &one(failing.clone()));
    let [line] = &found[..] else { panic!("{found:?}") };
    let cause = words::unsettled_cause_label(UnsettledCause::ScheduleFollowUp);
    assert!(line.news == News::Worse && line.text.starts_with(&format!("New: {cause}. ")), "{line:?}");
    let found = lines(&one(json!({})), &one(stale()));
    assert!(found.iter().all(|line| !line.text.contains("New:")), "{found:?}");
    let found = lines(&one(failing), &one(json!({})));
    let [line] = &found[..] else { panic!("{found:?}") };
    assert_eq!(line.news, News::Better);
    let found =
        lines(&one(json!({})), &one(json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] })));
    assert!(found.iter().all(|line| !line.text.contains("New:")), "{found:?}");
}

/// NT-1: further entries that name no tenant are news of the workspace.
#[test]
fn further_entries_that_name_no_tenant_are_news() {
    let entries = |more: &[Value]| {
        let mut tenants = vec![tenant(1, json!({}))];
        tenants.extend_from_slice(more);
        report(Value::Array(tenants))
    };
    let unnamed = [json!({ "id": "one" })];
    let found = lines(&entries(&[]), &entries(&unnamed));
    assert!(found.iter().any(|line| line.news == News::EntriesUnmatched), "{found:?}");
    assert_eq!(news(&entries(&unnamed), &entries(&unnamed)), None);
}

/// NT-3: the lines of all workspaces together are limited.
#[test]
fn the_limit_of_lines_is_that_of_the_message() {
    let workspace = |id: u64, more: &dyn Fn() -> Value| {
        let document = snapshot(Value::Array((1..=15).map(|id| tenant(id, more())).collect()));
        report_at(&with(document, json!({ "workspace": { "id": id, "name": format!("Workspace {id}") } })), 0)
    };
    let of = |more: &dyn Fn() -> Value| [1, 2, 3].map(|id| workspace(id, more));
    let (before, after) = (of(&|| json!({})), of(&stale));
    let (before, after): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
    let message = round(Some(&round(None, &before, &[]).announced), &after, &[]).news.unwrap();
    let listed = message.sections.iter().map(|section| (section.lines.len(), section.more_lines));
    assert_eq!(listed.collect::<Vec<_>>(), [(15, 0), (LINES - 15, 30 - LINES as u64), (0, 15)]);
}

/// NT-6: a heartbeat about several workspaces says how many are not calm, and if evidence is ahead of the clock.
#[test]
fn a_heartbeat_counts_the_workspaces_that_are_not_calm() {
    let workspace = |id: u64, more: Value| {
        let document = snapshot(json!([tenant(1, more)]));
        report_at(&with(document, json!({ "workspace": { "id": id, "name": "W" } })), 0)
    };
    let (calm, other, stale) = (workspace(1, json!({})), workspace(2, json!({})), workspace(3, stale()));
    let title = |reports: &[&Report]| round(None, reports, &[]).heartbeat.title;
    assert!(title(&[&calm, &other]).starts_with("All quiet: 2 tenants in 2 workspaces, "));
    assert!(title(&[&calm, &stale, &other]).starts_with("No change: 1 of 3 workspaces is not calm, "));
}

/// NT-1: a tenant that came, went or can no longer be read is said once, not once for each family.
#[test]
fn a_tenant_that_comes_or_goes_is_one_line() {
    let both = report(json!([tenant(1, json!({})), tenant(2, stale())]));
    let only = report(json!([tenant(1, json!({}))]));
    let found = lines(&only, &both);
    let [line] = &found[..] else { panic!("{found:?}") };
    assert_eq!((line.news, line.title.as_str()), (News::New, "Tenant 2 is new"));
    assert!(line.text.starts_with("Backup health: Stale. Recovery evidence: "), "{}", line.text);
    let found = lines(&both, &only);
    let [line] = &found[..] else { panic!("{found:?}") };
    assert_eq!((line.news, line.title.as_str()), (News::Gone, "Tenant 2 is no longer exported"));
    assert_eq!((line.text.as_str(), &line.url), ("Nothing is known about it now.", &None));
    let unreadable = report(json!([tenant(1, json!({ "backup_sets": "?" }))]));
    let found = lines(&only, &unreadable);
    let worse: Vec<_> = found.iter().filter(|line| line.news == News::Worse).collect();
    assert_eq!(worse.len(), 1, "{found:?}");
    assert_eq!(worse[0].title, "Tenant 1 can no longer be checked");
}

/// NT-4
#[test]
fn evidence_that_grows_old_or_is_ahead_of_the_clock_is_news_of_the_workspace() {
    let snapshot = snapshot(json!([tenant(1, json!({ "status": "draft" })), tenant(2, json!({}))]));
    let (fresh, old) = (report_at(&snapshot, 0), report_at(&snapshot, FRESHNESS + 60));
    let found = lines(&fresh, &old);
    assert_eq!(
        (found[0].news, found[0].title.as_str()),
        (News::EvidenceOld, "The evidence is too old: 24 h")
    );
    let found = lines(&old, &fresh);
    assert_eq!(found.last().unwrap().news, News::EvidenceCurrent, "{found:?}");
    let mut ahead = Round::new(None, None, instant(-DAY));
    ahead.add(&fresh);
    let outcome = ahead.finish();
    assert!(outcome.announced.workspaces[0].is_ahead);
    assert!(outcome.heartbeat.title.starts_with("No change: "), "{}", outcome.heartbeat.title);
}

/// NT-4: a workspace whose evidence cannot be read is not gone, and its tenants stay as they were announced.
#[test]
fn evidence_that_cannot_be_read_is_news_once_and_so_is_its_return() {
    let report = one(json!({}));
    let before = announced(&report);
    let lost = round(Some(&before), &[], &["contoso.json"]);
    let message = lost.news.unwrap();
    assert_eq!(message.title, "contoso.json: evidence cannot be read");
    assert_eq!(message.sections[0].lines[0].text, "It is cut off.");
    assert_eq!(lost.announced.workspaces, before.workspaces);
    let still = round(Some(&lost.announced), &[], &["contoso.json"]);
    assert_eq!(still.news, None);
    assert_eq!(still.heartbeat.title, "No change: 1 piece of evidence cannot be read");
    let back = round(Some(&lost.announced), &[&report], &[]).news.unwrap();
    assert_eq!(back.title, "contoso.json: evidence can be read again");
    let gone = round(Some(&before), &[], &[]);
    assert_eq!(gone.news.unwrap().sections[0].lines[0].news, News::WorkspaceGone);
    assert!(gone.announced.workspaces.is_empty());
}

/// NT-4: of archived workspaces of a database, each is known.
#[test]
fn a_workspace_whose_evidence_cannot_be_read_hides_nothing_about_the_others() {
    let [two, three] = [2, 3].map(|id| {
        let workspace = json!({ "workspace": { "id": id, "name": format!("Workspace {id}") } });
        report_at(&with(snapshot(json!([tenant(1, json!({}))])), workspace), 0)
    });
    let before = round(None, &[&two, &three], &[]).announced;
    let mut next = Round::new(Some(&before), None, instant(0));
    next.add_unreadable("workspace 2 in database", Some(two.workspace.id), "It is archived.");
    let outcome = next.finish();
    let told: Vec<_> =
        outcome.news.unwrap().sections.iter().map(|section| section.lines[0].title.clone()).collect();
    assert_eq!(told, ["Failed to read workspace 2 in database", "Workspace Workspace 3 is no longer served"]);
    let left: Vec<_> = outcome.announced.workspaces.iter().map(|workspace| workspace.id).collect();
    assert_eq!(left, [two.workspace.id]);
}

/// NT-6: unknown is never quiet.
#[test]
fn a_heartbeat_says_all_quiet_only_if_every_workspace_is_calm() {
    let heartbeat = |more| {
        let report = one(more);
        round(Some(&announced(&report)), &[&report], &[]).heartbeat
    };
    assert_eq!(heartbeat(json!({})).title, "All quiet: 1 tenant, evidence less than a minute old");
    assert_eq!(heartbeat(json!({})).kind, MessageKind::Heartbeat);
    let title = heartbeat(stale()).title;
    assert!(title.starts_with("No change: 1 of 1 tenant needs attention"), "{title}");
    assert!(heartbeat(json!({ "status": "draft" })).title.starts_with("No change: not calm"));
    assert_eq!(round(None, &[], &[]).heartbeat.title, "No change: no workspace is served");
}

/// NT-3
#[test]
fn lines_are_worst_first_and_those_beyond_the_limit_are_counted() {
    let many =
        |more: &dyn Fn(u64) -> Value| report(Value::Array((1..=30).map(|id| tenant(id, more(id))).collect()));
    let before = many(&|id| if id == 30 { stale() } else { json!({}) });
    let after = many(&|id| match id {
        30 => json!({}),
        29 => json!({ "backup_sets": [] }),
        _ => stale(),
    });
    let message = news(&before, &after).unwrap();
    assert_eq!(message.title, "A workspace: 29 worse, 1 better");
    let section = &message.sections[0];
    assert_eq!((section.lines.len(), section.more_lines), (LINES, 30 - LINES as u64));
    assert!(
        section.lines[0].title.starts_with("Tenant 29: "),
        "never backed up is the worst: {}",
        section.lines[0].title
    );
    assert!(section.lines[1].title.starts_with("Tenant 1: "), "then by name: {}", section.lines[1].title);
}

/// NT-3
#[test]
fn workspaces_beyond_the_limit_are_counted_and_the_worst_come_first() {
    let workspace = |id: u64, more: Value| {
        let document = snapshot(json!([tenant(1, more)]));
        report_at(&with(document, json!({ "workspace": { "id": id, "name": format!("Workspace {id}") } })), 0)
    };
    let before: Vec<_> =
        (1..=12).map(|id| workspace(id, if id == 1 { stale() } else { json!({}) })).collect();
    let after: Vec<_> = (1..=12).map(|id| workspace(id, if id == 1 { json!({}) } else { stale() })).collect();
    let (before, after): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
    let message = round(Some(&round(None, &before, &[]).announced), &after, &[]).news.unwrap();
    assert_eq!(message.title, "12 workspaces: 11 worse, 1 better");
    assert_eq!((message.sections.len(), message.more_workspaces), (WORKSPACES, 2));
    assert_eq!(message.sections[0].heading, "Workspace 2");
    assert_eq!(message.url.as_deref(), Some("https://posture.example.org/admin/workspaces"));
}

/// NT-7
#[test]
fn texts_of_the_evidence_are_one_line_with_nothing_hidden() {
    let hostile = format!("Evil\r\nBcc: all@example.org\u{202e}{}", "x".repeat(5_000));
    let named = |more: Value| one(with(more, json!({ "name": hostile })));
    for line in lines(&named(json!({})), &named(stale())) {
        assert!(!line.title.contains(['\r', '\n', '\u{202e}']), "{:?}", line.title);
        assert!(line.title.contains("⟨U+202E⟩"), "{:?}", line.title);
        assert!(line.title.chars().count() < 300);
    }
}

/// NT-1: what was kept of a report compares like the report itself, for every pair of the contract's cases of one workspace.
#[test]
fn a_kept_report_compares_like_a_report() {
    let tenants = [
        json!({}),
        stale(),
        json!({ "backup_sets": [] }),
        json!({ "status": "draft" }),
        json!({ "restore_runs": [] }),
        json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] }),
        json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] }),
        json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "metadata": { "source": "metadata_only" } }] }))] }),
        json!({ "backup_sets": "?" }),
    ];
    let reports: Vec<_> = tenants
        .into_iter()
        .enumerate()
        .map(|(hours, more)| {
            let exported = json!({ "exported_at": at(60 * i64::try_from(hours).unwrap()) });
            report_at(&with(snapshot(json!([tenant(1, more)])), exported), DAY / 4)
        })
        .collect();
    for old in &reports {
        for new in &reports {
            let known: Known =
                serde_json::from_str(&serde_json::to_string(&Known::of(old)).unwrap()).unwrap();
            let kept = known.changes(new);
            let compared = diff(old, new).unwrap();
            let [expected] = &compared.tenants[..] else { panic!("{compared:?}") };
            for family in Family::ALL {
                let found = kept
                    .first()
                    .map_or(posture_core::compare::change::Change::Unchanged, |kept| kept.change.of(*family));
                assert_eq!(found, expected.of(*family));
            }
        }
    }
}
