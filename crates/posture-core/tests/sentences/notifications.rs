//! Messages about what is news.

use serde_json::{Value, json};

use posture_core::notify::announced::Announced;
use posture_core::notify::message::{LINES, Message, WORKSPACES};
use posture_core::notify::round::{Outcome, Round};
use posture_core::{Report, words};
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, FRESHNESS, HOUR, ago, at, set, snapshot, tenant, with};
use crate::stage::{Derived, cases, document_at, instant};

/// What the first message, a message about news and a heartbeat say.
#[test]
fn messages() {
    let mut said = Collected::default();
    let one = || document_at(&snapshot(json!([tenant(1, json!({}))])), 0).report;
    let ahead = || document_at(&with(snapshot(json!([])), json!({ "exported_at": at(DAY) })), 0).report;
    let stages: Vec<[Vec<Report>; 2]> = vec![
        [vec![one()], vec![]],
        [vec![], vec![one()]],
        [vec![one()], vec![workspace(8), one()]],
        [vec![ahead()], vec![at_export(7)]],
        [vec![at_export(7)], vec![ahead()]],
        [vec![aged(7, 2)], vec![at_export(7)]],
        [vec![at_export(7)], vec![aged(7, 2)]],
        [vec![aged(7, 1), workspace(8)], vec![aged(7, 1), workspace(8)]],
        [vec![one(), calm(8)], vec![one(), calm(8)]],
        [vec![workspace(8), workspace(9)], vec![workspace(8), workspace(9)]],
        [vec![], vec![ahead(), one()]],
        [vec![at_export(7)], vec![with_unmatched(7)]],
        [before(), after()],
        [after(), before()],
    ];
    for [old, new] in stages {
        for unreadable in [&[][..], &["a.json"], &["a.json", "b.json"]] {
            let first = round(None, &old, &[]);
            let then = round(Some(&first.announced), &new, unreadable);
            let back = round(Some(&then.announced), &new, &[]);
            for Outcome { news, heartbeat, .. } in [first, then, back] {
                news.into_iter().for_each(|message| collect(&message, &mut said));
                collect(&heartbeat, &mut said);
            }
        }
    }
    insta::assert_snapshot!(said);
}

/// Of the cases, each as news after another.
#[test]
fn news_of_cases() {
    let mut said = Collected::default();
    let cases = cases();
    for [one, other] in cases.array_windows() {
        for [Derived { report: old, .. }, Derived { report: new, .. }] in [[one, other], [other, one]] {
            let first = round(None, std::slice::from_ref(old), &[]);
            let then = round(Some(&first.announced), std::slice::from_ref(new), &[]);
            for line in then.news.iter().flat_map(|news| &news.sections).flat_map(|section| &section.lines) {
                said.add_without("lines", &line.title, &[&one.names[..], &other.names].concat());
            }
        }
    }
    insta::assert_snapshot!(said);
}

/// What a message says of what it leaves out, and of texts that would deceive or do not end.
#[test]
fn long_messages() {
    let many: Vec<_> = (1..=LINES as u64 + 5).map(|id| tenant(id, json!({}))).collect();
    let stale: Vec<_> = (1..=LINES as u64 + 5).map(|id| tenant(id, old())).collect();
    let [before, after] = [many, stale].map(|tenants| vec![document_at(&snapshot(json!(tenants)), 0).report]);
    let news = round(Some(&round(None, &before, &[]).announced), &after, &[]).news.unwrap();
    let workspaces: Vec<_> = (1..=WORKSPACES as u64 + 3).map(calm).collect();
    let first = round(None, &workspaces, &[]).news.unwrap();
    let texts = [
        words::more_lines(news.sections[0].more_lines),
        words::more_lines(1),
        words::more_workspaces(first.more_workspaces),
        words::more_workspaces(1),
        words::undelivered(1),
        words::undelivered(2),
        words::OPEN_PAGE.to_owned(),
        words::text_in_message(" two\n lines\tand \u{202e} a hidden sign "),
        words::text_in_message(&"long ".repeat(100)),
        first.title,
        news.title,
    ];
    insta::assert_snapshot!(texts.join("\n"));
}

fn collect(message: &Message, said: &mut Collected) {
    let kind = message.kind.as_str();
    said.add(&format!("{kind}: title"), &message.title);
    for section in &message.sections {
        said.add(&format!("{kind}: heading"), &section.heading);
        said.add(&format!("{kind}: status"), &section.status);
        for line in &section.lines {
            said.add(&format!("{kind}: {}", line.news), &format!("{} | {}", line.title, line.text));
        }
    }
}

fn round(announced: Option<&Announced>, reports: &[Report], unreadable: &[&str]) -> Outcome {
    let now = reports.first().map_or(instant(0), |report| report.as_of);
    let mut round = Round::new(announced, Some("https://posture.example.org"), now);
    reports.iter().for_each(|report| round.add(report));
    unreadable.iter().for_each(|source| round.add_unreadable(source, None, "The document is empty."));
    round.finish()
}

fn of_workspace(id: u64, tenants: Value) -> Value {
    with(snapshot(tenants), json!({ "workspace": { "id": id, "name": format!("Workspace {id}") } }))
}

/// A workspace that needs attention.
fn workspace(id: u64) -> Report {
    document_at(&of_workspace(id, json!([tenant(1, old())])), 0).report
}

/// One that does not.
fn calm(id: u64) -> Report {
    document_at(&of_workspace(id, json!([tenant(1, json!({})), tenant(2, json!({}))])), 0).report
}

fn at_export(id: u64) -> Report {
    aged(id, 0)
}

/// A workspace without tenants, so many days after its export.
fn aged(id: u64, days: i64) -> Report {
    document_at(&of_workspace(id, json!([])), days * DAY).report
}

/// A workspace with an entry that names no tenant.
fn with_unmatched(id: u64) -> Report {
    document_at(&of_workspace(id, json!(["not a tenant"])), 0).report
}

fn old() -> Value {
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))] })
}

fn before() -> Vec<Report> {
    let failed = json!({ "restore_runs": [] });
    let tenants = json!([
        tenant(1, json!({})),
        tenant(2, old()),
        tenant(3, json!({})),
        tenant(4, json!({ "status": "draft" })),
        tenant(5, json!({})),
        tenant(6, with(old(), failed.clone())),
        tenant(7, json!({})),
        tenant(8, json!({ "status": "draft" })),
        tenant(9, json!({})),
        tenant(10, with(old(), json!({ "name": "" }))),
        tenant(11, partial(2)),
        tenant(12, json!({ "profile": "none" })),
    ]);
    vec![document_at(&of_workspace(7, tenants), 0).report]
}

fn after() -> Vec<Report> {
    let newer = set(2, json!({ "status": "failed", "completed_at": ago(60) }));
    let tenants = json!([
        tenant(1, old()),
        tenant(2, json!({ "backup_sets": [] })),
        tenant(3, json!({ "status": "draft" })),
        tenant(4, json!({})),
        tenant(
            6,
            with(old(), json!({ "backup_sets": [set(2, json!({ "completed_at": ago(FRESHNESS + HOUR) }))] }))
        ),
        tenant(7, json!({ "backup_sets": [set(1, json!({})), newer] })),
        tenant(8, json!({ "workspace_id": 99 })),
        tenant(9, json!({ "backup_sets": 7 })),
        tenant(10, json!({ "name": "", "restore_runs": [] })),
        tenant(11, partial(1)),
        tenant(12, json!({})),
        tenant(20, json!({})),
        tenant(21, json!({ "status": "draft" })),
        "not a tenant",
        {},
    ]);
    vec![document_at(&of_workspace(7, tenants), 0).report]
}

/// A tenant with so many kinds of issues in its latest backup.
fn partial(kinds: u64) -> Value {
    let metadata = json!({ "source": "metadata_only", "has_orphaned_assignments": kinds > 1 });
    json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "metadata": metadata }] }))] })
}
