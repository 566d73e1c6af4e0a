//! Comparison, what-if, forecast, kept reports and print in a real browser, beside what the command line says of the same files.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fantoccini::Locator;
use posture_core::compare::change::{Change, Family};
use posture_core::views::forecast::{HORIZONS, StepGroup, forecast};
use posture_core::{Form, Options, Report, derive, paths, words};
use posture_tests::harness::{Browser, READY, Server, posture_binary};
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-11-20T08:00:00Z and a day later.
const EXPORTED: [&str; 2] = ["2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z"];

/// CP-12, CP-13: the page's totals are the command line's, each count leads to its tenants, and the file holds every tenant.
#[tokio::test]
async fn two_opened_files_give_the_totals_of_posture_diff() {
    let stage = Stage::start(&[]).await;
    let (old, new) = (stage.write("old.json", &workspace(0)), stage.write("new.json", &workspace(1)));
    let told = posture(&[Path::new("diff"), &old, &new]);
    assert_eq!(told.status.code(), Some(3), "something is worse");
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();

    let browser = &stage.browser;
    browser.goto(&stage.server.url(paths::COMPARE)).await.unwrap();
    choose(browser, &[&old, &new]).await;
    browser.wait_for("the totals", "document.querySelector('#totals')").await.unwrap();
    for (column, family) in Family::ALL.iter().enumerate() {
        for (row, change) in Change::ALL.iter().enumerate() {
            let cell = format!(
                "document.querySelector('#totals tbody').rows[{row}].cells[{}].innerText",
                column + 1
            );
            let shown = browser.wait_for("a total", &cell).await.unwrap();
            assert_eq!(
                shown,
                told["totals"][family.as_str()][change.as_str()].to_string(),
                "{family} {change}"
            );
        }
    }
    browser.wait_for_text("Worse: backup health of").await.unwrap();

    browser
        .client()
        .find(Locator::Css("#totals tbody tr:first-child a"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    let worse = told["totals"]["backup_health"]["worse"].as_u64().unwrap();
    let rows = format!("document.querySelectorAll('#changes tbody tr').length === {worse}");
    browser.wait_for("the worse ones alone", &rows).await.unwrap();
    browser.wait_for("the filter's address", "location.hash.includes('change=worse')").await.unwrap();
    assert_silent(browser).await;
}

/// CP-12: files of different workspaces.
#[tokio::test]
async fn files_of_different_workspaces_are_not_compared() {
    let stage = Stage::start(&[]).await;
    let mut other = workspace(1);
    other["workspace"] = json!({ "id": 8, "name": "Another" });
    let (old, new) = (stage.write("old.json", &workspace(0)), stage.write("new.json", &other));
    stage.browser.goto(&stage.server.url(paths::COMPARE)).await.unwrap();
    choose(&stage.browser, &[&old, &new]).await;
    stage.browser.wait_for_text("Compare two snapshots of one workspace").await.unwrap();
}

/// WI-4, WI-5: the sentence, the counts and the list answer as a slider moves, and the address keeps what is tried.
#[tokio::test]
async fn another_window_answers_live_and_stays_in_the_address() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.json");
    write_file(&file, workspace(0).to_string().as_bytes());
    let stage = Stage::start(&[&file]).await;
    let browser = &stage.browser;
    browser.goto(&stage.server.url(paths::WHAT_IF)).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
    browser.wait_for_text("This is the policy the evidence is judged under.").await.unwrap();
    let (own, tried) = (report(&workspace(0), None), report(&workspace(0), Some(26)));
    let said = words::what_if(&own, &tried);
    assert!(said.contains("stale →"), "{said}");

    let slide = "const slider = document.querySelector('input[type=range]'); slider.value = 26; \
                 slider.dispatchEvent(new Event('input', { bubbles: true }));";
    browser.client().execute(slide, Vec::new()).await.unwrap();
    browser.wait_for_text(&said).await.unwrap();
    browser.wait_for_text("Tenants that change").await.unwrap();
    let settle =
        "document.querySelector('input[type=range]').dispatchEvent(new Event('change', { bubbles: true }));";
    browser.client().execute(settle, Vec::new()).await.unwrap();
    browser.wait_for("the address", "location.search.includes('freshness_hours=26')").await.unwrap();

    browser.client().refresh().await.unwrap();
    browser.wait_for_text(&said).await.unwrap();
    browser.client().find(Locator::XPath("//button[.='Reset']")).await.unwrap().click().await.unwrap();
    browser.wait_for_text("This is the policy the evidence is judged under.").await.unwrap();
    browser.goto(&stage.server.url(paths::OVERVIEW)).await.unwrap();
    browser.wait_for_text(&own.overview.calmness.title).await.unwrap();
    assert_silent(browser).await;
}

/// FC-1, FC-6, FC-7: who turns stale and whose schedule falls due, in order, as far ahead as asked.
#[tokio::test]
async fn a_forecast_lists_what_the_core_foresees() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.json");
    write_file(&file, workspace(0).to_string().as_bytes());
    let stage = Stage::start(&[&file]).await;
    let report = report(&workspace(0), None);
    for hours in HORIZONS {
        stage.browser.goto(&stage.server.url(&paths::forecast(hours))).await.unwrap();
        let ahead = forecast(&report, hours);
        assert!(!ahead.steps.is_empty());
        stage.browser.wait_for_text(&words::forecast_title(&ahead)).await.unwrap();
        let listed = "[...document.querySelectorAll('#uncovered tbody tr, #covered tbody tr, #due tbody tr')]
            .map(row => [...row.cells[3].childNodes].find(node => node.nodeType === Node.TEXT_NODE).data)";
        let listed = stage.browser.wait_for("the list", listed).await.unwrap();
        let steps = StepGroup::ALL.iter().flat_map(|group| ahead.of_group(*group));
        let expected: Vec<_> = steps.map(|step| words::lapse_sentence(&step.lapse)).collect();
        assert_eq!(listed, json!(expected));
    }
    assert_silent(&stage.browser).await;
}

/// CL-19, CL-20: a kept report opens from disk under its instant, policy and title, and its digest is told to hold or not.
#[tokio::test]
async fn a_kept_report_opens_from_disk_and_its_digest_holds() {
    let stage = Stage::start(&[]).await;
    let snapshot = stage.write("contoso.json", &workspace(0));
    let kept = stage.folder.path().join("kept.html");
    let as_of = "2026-11-22T00:00:00Z";
    let args = ["--as-of", as_of, "--freshness-hours", "26", "--title", "Quarter <4>"].map(Path::new);
    let made = posture(&[&[Path::new("report"), &snapshot, Path::new("-o"), &kept], &args[..]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let derived = posture(&[&[Path::new("derive"), Path::new("--digest"), &snapshot], &args[..4]].concat());
    let digest = String::from_utf8(derived.stdout).unwrap().trim().to_owned();

    stage.browser.goto(&format!("file://{}", kept.display())).await.unwrap();
    stage
        .browser
        .wait_for(
            "its digest",
            &format!("document.getElementById('report-digest')?.textContent === '{digest}'"),
        )
        .await
        .unwrap();
    stage.browser.wait_for_text("Quarter <4>").await.unwrap();
    assert_silent(&stage.browser).await;

    let held = posture(&[Path::new("verify"), &kept, &snapshot]);
    assert_eq!(held.status.code(), Some(0), "{}", String::from_utf8_lossy(&held.stdout));
    let other = stage.write("other.json", &workspace(1));
    assert_eq!(posture(&[Path::new("verify"), &kept, &other]).status.code(), Some(3));
    let page = read_file(&kept).replacen(&digest, &"0".repeat(64), 1);
    write_file(&kept, page.as_bytes());
    let broken = posture(&[Path::new("verify"), &kept, &snapshot]);
    assert_eq!(broken.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&broken.stdout).contains("the file was changed"));
}

/// PR-3: a tenant takes two pages of paper at most.
#[tokio::test]
async fn a_printed_tenant_takes_two_pages_at_most() {
    let stage = Stage::start(&[]).await;
    let report: Value =
        posture_tests::pages::get(&stage.server.url(&paths::api_report(workspace_id(&stage.server))))
            .unwrap();
    for tenant in report["tenants"].as_array().unwrap().iter().step_by(6) {
        let key = tenant["tenant_route_key"].as_str().unwrap();
        stage.browser.goto(&stage.server.url(&paths::tenant(key))).await.unwrap();
        stage.browser.wait_for("the page", READY).await.unwrap();
        stage
            .browser
            .wait_for("the digest", "document.getElementById('report-digest')?.textContent.length === 64")
            .await
            .unwrap();
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

struct Stage {
    folder: TempDir,
    server: Server,
    browser: Browser,
}

impl Stage {
    async fn start(args: &[&Path]) -> Self {
        let server = Server::start(args).unwrap();
        Self { folder: TempDir::new().unwrap(), server, browser: Browser::start().await.unwrap() }
    }

    fn write(&self, name: &str, snapshot: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        write_file(&path, snapshot.to_string().as_bytes());
        path
    }
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

fn workspace_id(server: &Server) -> posture_core::Id {
    let workspaces = posture_tests::pages::get(&server.url(paths::API_WORKSPACES)).unwrap();
    posture_core::Id::new(workspaces["workspaces"][0]["id"].as_u64().unwrap()).unwrap()
}

async fn choose(browser: &Browser, files: &[&Path]) {
    browser.wait_for("the chooser", "document.getElementById('file-picker')").await.unwrap();
    let picker = browser.client().find(Locator::Id("file-picker")).await.unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
    picker.send_keys(&paths.join("\n")).await.unwrap();
}

fn posture(args: &[&Path]) -> Output {
    Command::new(posture_binary().unwrap()).args(args).output().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "files to be opened")]
fn write_file(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a file that was made")]
fn read_file(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

async fn assert_silent(browser: &Browser) {
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "the browser complains: {complaints:?}");
}
