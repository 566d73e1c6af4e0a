//! Comparison, what-if, forecast, report files and print, held against what the command line says of the same files.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fantoccini::key::Key;
use posture_core::compare::change::{Change, Family};
use posture_core::views::forecast::{HORIZONS, StepGroup, forecast};
use posture_core::{Form, Id, Options, Report, Timestamp, derive, paths, words};
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::{read, write};
use crate::stage::{Stage, key, posture, string};

/// 2026-11-20T08:00:00Z and a day later.
const EXPORTED: [&str; 2] = ["2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z"];

/// CP-12, CP-13: the page's totals are the command line's, each count leads to its tenants, and the file holds every tenant.
#[tokio::test]
async fn two_opened_files_give_the_totals_of_posture_diff() {
    let stage = Stage::demo().await;
    let (old, new) = both_days(&stage, &workspace(1));
    let told = posture(&[Path::new("diff"), &old, &new]);
    assert_eq!(told.status.code(), Some(3), "something is worse");
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();

    stage.open(paths::COMPARE).await;
    stage.choose(&[&old, &new]).await;
    stage.shows(text::TOTALS).await;
    totals_are(&stage, &told).await;
    stage.shows("Worse: backup health of").await;

    let worse = told["totals"]["backup_health"]["worse"].as_u64().unwrap();
    let totals =
        Role::Row.showing(words::change_label(Change::Worse)).within(Role::Region.named(text::TOTALS));
    stage.click(Role::Link.named(worse.to_string()).within(totals)).await;
    let listed = Role::RowHeader.within(Role::Region.named(text::CHANGES));
    stage.counts(listed, usize::try_from(worse).unwrap()).await;
    stage.until("location.hash.includes('change=worse')").await;
    stage.is_silent().await;
}

/// The totals on the page are those that the command line printed; changes that no tenant has are left out.
async fn totals_are(stage: &Stage, told: &Value) {
    let total = |family: &Family, change: &Change| told["totals"][family.as_str()][change.as_str()].clone();
    let befell = |change: &&Change| Family::ALL.iter().any(|family| total(family, change) != 0);
    let rows = Role::Row.within(Role::Region.named(text::TOTALS));
    for (place, change) in (1..).zip(Change::ALL.iter().filter(befell)) {
        let is_of_change =
            |rows: &[String]| rows.iter().any(|row| row.contains(words::change_label(*change)));
        stage.texts_become(rows.clone().at(place), is_of_change).await;
        let counts: Vec<_> = Family::ALL.iter().map(|family| total(family, change).to_string()).collect();
        stage.texts_become(Role::Cell.within(rows.clone().at(place)), |cells| *cells == counts).await;
    }
}

/// CP-15, CP-16, TN-7: the changes since yesterday are those of the command line, over the evidence that the page fetches.
#[tokio::test]
async fn the_changes_since_yesterday_are_those_of_posture_diff() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let exported_at = Timestamp::parse(&string(&stage.report["exported_at"])).unwrap();
    let from = Timestamp::from_unix_seconds(exported_at.unix_seconds() - 29 * 24 * 3600).unwrap();
    let workspace = Id::new(stage.report["workspace"]["id"].as_u64().unwrap()).unwrap();
    let url = paths::api_snapshot_since(workspace, from);
    let snapshot =
        stage.run_async(&format!("fetch('{url}').then(answer => answer.text()).then(done);")).await;
    let file = stage.write("reaching-back.json", string(&snapshot));
    let told = posture(&[Path::new("diff"), &file, Path::new("--since"), Path::new("24h")]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let count = |change: &str| {
        let is = |tenant: &&Value, change: &str| {
            ["backup_health", "recovery_evidence"].iter().any(|family| tenant[*family]["change"] == *change)
        };
        let tenants = told["tenants"].as_array().unwrap().iter();
        tenants.filter(|tenant| is(tenant, change) && (change == "worse" || !is(tenant, "worse"))).count()
    };
    stage.shows(&format!("{} worse, {} better", count("worse"), count("better"))).await;

    stage.click(Role::Link.leading_to(paths::CHANGES).within(Role::Main)).await;
    stage.shows(words::PAST_LIMITS).await;
    totals_are(&stage, &told).await;
    let record = Role::Link.named(text::OPEN_RECORD).within(Role::Region.named(text::CHANGES));
    let record = stage.attribute(record, "href").await;
    assert!(record.starts_with("/admin/t/"), "{record}");
    stage.is_silent().await;
}

/// TN-6
#[tokio::test]
async fn a_trend_of_days_that_are_not_offered_says_what_it_shows_instead() {
    let stage = Stage::demo().await;
    for days in ["7777", "0", "many"] {
        stage.open(&paths::trend([(paths::DAYS_KEY, days)])).await;
        stage.shows(&words::days_not_offered(30)).await;
    }
    stage.open(&paths::trend([(paths::DAYS_KEY, "7")])).await;
    stage.sees_no(Role::Status.showing("The link asks for a period")).await;
}

/// TN-6: a day leads to the overview as of then, and the table has what the picture shows.
#[tokio::test]
async fn a_day_of_the_trend_leads_to_that_day() {
    let stage = Stage::demo().await;
    stage.open(paths::TREND).await;
    let postures = Role::Region.named(text::BACKUP_POSTURE);
    let days = Role::Link.within(Role::Group.named(text::BACKUP_POSTURE).within(postures.clone()));
    stage.counts(days.clone(), 30).await;
    // One of them is a stop of the Tab key.
    let stops = "found.filter(day => day.getAttribute('tabindex') === '0').length";
    assert_eq!(stage.browser.ask(&days, stops).await.unwrap(), 1);
    // The legend counts every tenant of the last day once, each count on a line of its own.
    let evaluated = stage.report["denominators"]["evaluated"].as_u64().unwrap();
    let postures = stage.text(postures).await;
    let counted: u64 = postures.lines().filter_map(|line| line.trim().parse::<u64>().ok()).sum();
    assert_eq!(counted, evaluated, "{postures}");
    let day = days.at(28);
    let address = stage.attribute(day.clone(), "href").await;
    stage.press_mouse_on(day).await;
    stage.arrives_at(&address).await;
    stage.shows(text::NOT_THE_EXPORT).await;
    stage.is_silent().await;
}

/// CP-12: files of different workspaces.
#[tokio::test]
async fn files_of_different_workspaces_are_not_compared() {
    let stage = Stage::demo().await;
    let mut other = workspace(1);
    other["workspace"] = json!({ "id": 8, "name": "Another" });
    let (old, new) = both_days(&stage, &other);
    stage.open(paths::COMPARE).await;
    stage.choose(&[&old, &new]).await;
    stage.shows(text::NOT_COMPARABLE).await;
}

/// The first day's file, and one with another snapshot.
fn both_days(stage: &Stage, second: &Value) -> (PathBuf, PathBuf) {
    (stage.write("old.json", workspace(0).to_string()), stage.write("new.json", second.to_string()))
}

/// WI-4, WI-5: the sentence, the counts and the list follow a slider as it moves, and the address keeps what is tried.
#[tokio::test]
async fn another_window_answers_live_and_stays_in_the_address() {
    let stage = Stage::over(&workspace(0)).await;
    let (own, tried) = (report(&workspace(0), None), report(&workspace(0), Some(26)));
    let said = words::what_if(&own, &tried);
    assert!(said.contains("stale →"), "{said}");
    stage.open(paths::WHAT_IF).await;
    stage.shows(&words::what_if(&own, &own)).await;

    let slider = stage.browser.element(&Role::Slider.named(text::FRESHNESS_WINDOW)).await.unwrap();
    slider.send_keys(&char::from(Key::Right).to_string().repeat(2)).await.unwrap();
    stage.shows(&said).await;
    stage.shows(text::CHANGED_TENANTS).await;
    stage.address_has("freshness_hours", Some("26")).await;

    stage.reload().await;
    stage.shows(&said).await;
    stage.push(text::BACK_TO_ITS_POLICY).await;
    stage.shows(&words::what_if(&own, &own)).await;
    stage.open(paths::OVERVIEW).await;
    stage.shows(&own.overview.calmness.title).await;
    stage.is_silent().await;
}

/// FC-1, FC-6, FC-7: who turns stale and whose schedule falls due, in order, as far ahead as asked.
#[tokio::test]
async fn the_forecast_lists_what_the_core_predicts() {
    let stage = Stage::over(&workspace(0)).await;
    let report = report(&workspace(0), None);
    for hours in HORIZONS {
        stage.open(&paths::forecast(hours)).await;
        let ahead = forecast(&report, hours);
        assert!(!ahead.steps.is_empty());
        stage.shows(&words::forecast_title(&ahead)).await;
        // What happens as usual is folded away.
        for group in [StepGroup::Covered, StepGroup::Due] {
            if !ahead.of_group(group).is_empty() {
                stage.push(words::step_group_title(group)).await;
            }
        }
        let steps = StepGroup::ALL.iter().flat_map(|group| ahead.of_group(*group));
        let expected: Vec<_> = steps.map(|step| words::lapse_sentence(&step.lapse)).collect();
        stage.counts(Role::RowHeader, expected.len()).await;
        let rows = "found.map(head => head.closest('tr').innerText)";
        let rows = stage.browser.ask(&Role::RowHeader.within(Role::Main), rows).await.unwrap();
        for (row, sentence) in rows.as_array().unwrap().iter().zip(expected) {
            assert!(string(row).contains(&sentence), "{sentence}: {row}");
        }
    }
    stage.is_silent().await;
}

/// CL-19, CL-20: a report file opens from disk under its instant, policy and title, and `verify` says whether its digest matches.
#[tokio::test]
async fn a_report_file_opens_from_disk_and_its_digest_holds() {
    let stage = Stage::demo().await;
    let (snapshot, other) = both_days(&stage, &workspace(1));
    let kept = stage.folder().join("kept.html");
    let as_of = "2026-11-22T00:00:00Z";
    let args = ["--as-of", as_of, "--freshness-hours", "26", "--title", "Quarter <4>"].map(Path::new);
    let made = posture(&[&[Path::new("report"), &snapshot, Path::new("-o"), &kept], &args[..]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let derived = posture(&[&[Path::new("derive"), Path::new("--digest"), &snapshot], &args[..4]].concat());
    let digest = String::from_utf8(derived.stdout).unwrap().trim().to_owned();

    stage.goto(&format!("file://{}", kept.display())).await;
    stage.sees(Role::ContentInfo.showing(digest.as_str())).await;
    stage.shows("Quarter <4>").await;
    stage.shows(text::WHAT_IT_PROVES).await;
    stage.is_silent().await;

    let held = posture(&[Path::new("verify"), &kept, &snapshot]);
    assert_eq!(held.status.code(), Some(0), "{}", String::from_utf8_lossy(&held.stdout));
    assert_eq!(posture(&[Path::new("verify"), &kept, &other]).status.code(), Some(3));
    write(&kept, read(&kept).replacen(&digest, &"0".repeat(64), 1));
    let broken = posture(&[Path::new("verify"), &kept, &snapshot]);
    assert_eq!(broken.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&broken.stdout).contains("the file was changed"));
}

/// PR-3: a tenant takes two pages of paper at most.
#[tokio::test]
async fn a_printed_tenant_takes_two_pages_at_most() {
    let stage = Stage::demo().await;
    for tenant in stage.tenants().step_by(6) {
        let key = key(tenant);
        stage.open(&paths::tenant(&key)).await;
        stage
            .texts_become(Role::ContentInfo, |foot| foot.iter().any(|foot| !foot.contains(text::COMPUTING)))
            .await;
        let printed =
            stage.browser.devtools("Page.printToPDF", json!({ "preferCSSPageSize": true })).await.unwrap();
        let pdf = BASE64_STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
        let pages = pages_of(&pdf);
        assert!((1..=2).contains(&pages), "{key}: {pages} pages");
    }
}

/// How many pages a PDF holds: its page objects.
fn pages_of(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.matches("/Type /Page\n").count()
        + text.matches("/Type /Page ").count()
        + text.matches("/Type /Page/").count()
}

/// A workspace of a few tenants, as exported on one of two days: between them one turns stale, one is archived, one cannot be read, one is
/// gone, one is new, and one is as it was.
fn workspace(day: usize) -> Value {
    let mut tenants: Vec<Value> = (1..=6).map(|id| tenant(id, day)).collect();
    if day == 0 {
        tenants.remove(5);
    } else {
        tenants.remove(4);
        tenants[1]["status"] = json!("archived");
        tenants[2]["backup_sets"] = json!("none");
    }
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": EXPORTED[day], "policy": {},
        "workspace": { "id": 7, "name": "Contoso" }, "tenants": tenants })
}

/// A tenant whose daily set is an hour old; the first one's is from 25 hours before the first export, the fourth one's runs on.
fn tenant(id: usize, day: usize) -> Value {
    let completed_at = match (id, day) {
        (1, _) => "2026-11-19T07:00:00Z",
        (4, 1) => "2026-11-21T07:00:00Z",
        (_, 1) if id != 2 => "2026-11-20T07:30:00Z",
        _ => "2026-11-20T07:00:00Z",
    };
    json!({ "id": id, "external_id": format!("t-{id}"), "name": format!("Tenant {id}"), "status": "active",
        "backup_sets": [{ "id": 1 + day, "status": "completed", "completed_at": completed_at, "items": [{ "id": 1 }] }],
        "backup_schedules": [{ "id": 1, "is_enabled": true, "frequency": "daily", "last_run_at": completed_at, "last_run_status": "success" }],
        "restore_runs": [{ "id": 1, "status": "completed", "is_dry_run": false, "completed_at": "2026-11-18T07:00:00Z",
            "results": [{ "outcome": "applied", "policy_type": "mobileApp" }] }] })
}

fn report(snapshot: &Value, freshness_hours: Option<u64>) -> Report {
    derive(snapshot.to_string().as_bytes(), Form::Json, &Options { freshness_hours, ..Options::default() })
        .unwrap()
}
