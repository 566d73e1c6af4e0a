//! Evidence that changes, is loading, or fails to load.

use posture_core::{Id, paths};
use posture_tests::harness::{Proxy, Role};
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::{CALM_KEY, calm};
use crate::stage::{Stage, string};

/// What the overview lists if nothing needs attention, however old the evidence is.
const CALM: &str = text::NOTHING_LISTED;

/// The calm workspace two hours later, its tenant's only backup set failed.
fn troubled() -> Value {
    let mut snapshot = calm();
    snapshot["exported_at"] = "2026-11-20T10:00:00Z".into();
    snapshot["tenants"][0]["backup_sets"][0]["status"] = "failed".into();
    snapshot
}

/// DB-12: by itself, and when asked.
#[tokio::test]
async fn newer_evidence_is_shown_when_the_endpoint_has_it_after_a_minute_or_when_asked() {
    let stage = Stage::over(&calm()).await;
    stage.browser.run_before_pages(CLOCK).await.unwrap();
    stage.open(paths::OVERVIEW).await;
    stage.shows(CALM).await;
    stage.shows("checked just now").await;
    stage.rewrite(&troubled());
    // A minute later by the page's clock, and seen again.
    stage.run(PASS_A_MINUTE).await;
    stage.shows("has no usable backup").await;
    stage.no_longer_shows(CALM).await;

    let mut again = calm();
    again["exported_at"] = "2026-11-20T11:00:00Z".into();
    stage.rewrite(&again);
    stage.press("r").await;
    stage.shows(CALM).await;
    stage.shows("2026-11-20 11:00").await;
    stage.is_silent().await;
}

/// DB-12: a clock that is set back does not keep older evidence on screen as just checked.
#[tokio::test]
async fn newer_evidence_is_shown_after_the_clock_was_set_back() {
    let stage = Stage::over(&calm()).await;
    stage.browser.run_before_pages(CLOCK).await.unwrap();
    stage.open(paths::OVERVIEW).await;
    stage.shows(CALM).await;
    stage.rewrite(&troubled());
    stage.run(&PASS_A_MINUTE.replace("+= 61_000", "-= 3_600_000")).await;
    stage.shows("has no usable backup").await;
}

/// A clock that a test moves.
const CLOCK: &str = "window.ahead = 0; { const now = Date.now; Date.now = () => now() + window.ahead; }";

const PASS_A_MINUTE: &str =
    "window.ahead += 61_000; document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));";

/// DB-7, DB-12
#[tokio::test]
async fn when_the_endpoint_is_gone_the_last_evidence_stays_marked_with_its_age_until_it_is_back() {
    let mut stage = Stage::over(&calm()).await;
    stage.open(paths::OVERVIEW).await;
    stage.shows(CALM).await;
    stage.stop_server();
    stage.press("r").await;
    stage.shows(text::STALE_SCREEN).await;
    stage.shows(text::ENDPOINT_UNREACHABLE).await;
    stage.shows("2026-11-20 08:00").await;
    // Next to the remedy.
    let notices = |lines: &[String]| {
        lines.iter().any(|line| line.contains("checked just now") || line.contains(" min ago"))
    };
    stage.texts_become(Role::Main, notices).await;
    stage.shows(CALM).await;

    // Other pages keep the evidence and the mark.
    stage.press("gt").await;
    stage.arrives_at(paths::TENANTS).await;
    stage.shows("Tenant 7").await;
    stage.shows(text::STALE_SCREEN).await;
    stage.follow(&paths::tenant(CALM_KEY)).await;
    stage.shows(text::RECOVERY_READINESS).await;

    stage.server.own().restart().unwrap();
    stage.push(text::TRY_AGAIN).await;
    stage.no_longer_shows(text::STALE_SCREEN).await;
}

/// DB-7: nothing is there yet.
#[tokio::test]
async fn a_first_request_that_fails_says_what_failed_and_is_tried_again() {
    let stage = Stage::over(&calm()).await;
    stage.browser.devtools("Network.enable", json!({})).await.unwrap();
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*/api/*"] })).await.unwrap();
    stage.open(paths::OVERVIEW).await;
    stage.shows(text::ENDPOINT_UNREACHABLE).await;
    stage.shows(text::FAILED_NOTE).await;
    assert!(!stage.shows_now("Failed to fetch").await, "the browser's words");
    assert_eq!(stage.heading().await, text::WORKSPACE_OVERVIEW);
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await.unwrap();
    stage.push(text::TRY_AGAIN).await;
    stage.shows(CALM).await;
}

/// DB-7: as from a proxy that answers with a page of its own. The page says what came in place of JSON, and what to do.
#[tokio::test]
async fn a_response_that_is_not_json_is_described_and_requested_again() {
    let stage = Stage::over(&calm()).await;
    let proxy = Proxy::start(&stage.server.url("")).unwrap();
    proxy.replace(paths::API_WORKSPACES, "{\"workspaces\"", "<html>Sign in");
    stage.goto(&proxy.url(paths::OVERVIEW)).await;
    stage.shows(text::UNEXPECTED_ANSWER).await;
    stage.shows("It is a web page, perhaps of a proxy or a sign-in page: “<html>Sign in").await;
    stage.shows(text::FAILED_NOTE).await;
    assert!(!stage.shows_now("Unexpected token").await, "the parser's words");
    proxy.replace(paths::API_WORKSPACES, "workspaces", "workspaces");
    stage.push(text::TRY_AGAIN).await;
    stage.shows(CALM).await;
}

/// DB-7: as from a proxy that answers for a copy that the page does not hold.
#[tokio::test]
async fn a_first_request_that_is_answered_by_304_is_said_to_have_failed() {
    let stage = Stage::over(&calm()).await;
    let proxy = Proxy::start(&stage.server.url("")).unwrap();
    let workspace = stage.report["workspace"]["id"].as_u64().and_then(Id::new).unwrap();
    let of_tenant = paths::api_tenant_snapshot(workspace, CALM_KEY);
    for (request, page) in [
        (paths::API_WORKSPACES.to_owned(), paths::OVERVIEW.to_owned()),
        (paths::api_snapshot(workspace), paths::OVERVIEW.to_owned()),
        (of_tenant, paths::backup_sets(CALM_KEY, None)),
    ] {
        proxy.replace(&request, "HTTP/1.1 200 OK", "HTTP/1.1 304 No");
        stage.goto(&proxy.url(&page)).await;
        stage.shows(&format!("{request}: 304 No")).await;
        stage.shows(text::UNEXPECTED_ANSWER).await;
    }
    proxy.replace(paths::OVERVIEW, "HTTP/1.1", "HTTP/1.1");
    stage.reload().await;
    stage.shows(text::BACKUP_SETS).await;
}

/// DB-20
#[tokio::test]
async fn newer_records_of_a_tenant_reload_the_workspace_at_once() {
    let stage = Stage::over(&calm()).await;
    stage.open(paths::TENANTS).await;
    stage.shows("Tenant 7").await;
    stage.rewrite(&troubled());
    stage.follow(&paths::tenant(CALM_KEY)).await;
    stage.sees(Role::ContentInfo.showing("2026-11-20 10:00")).await;
    stage.sees(Role::Region.named(text::RECOVERY_READINESS).showing("Absent")).await;
    stage.is_silent().await;
}

/// DB-9: the page is drawn between two slices, and says how far it has come.
#[tokio::test]
async fn a_large_snapshot_is_derived_in_slices_that_show_their_progress() {
    const TENANTS: u64 = 6_000;
    let mut snapshot = calm();
    let tenant = snapshot["tenants"][0].clone();
    let copy = |id: u64| {
        let mut tenant = tenant.clone();
        (tenant["id"], tenant["external_id"]) = (id.into(), format!("tenant-{id}").into());
        tenant
    };
    snapshot["tenants"] = (1..=TENANTS).map(copy).collect();
    let stage = Stage::over(&snapshot).await;
    stage.browser.run_before_pages(RECORD_PROGRESS).await.unwrap();
    stage.open(paths::OVERVIEW).await;
    let said = stage.eval("window.said").await;
    let judged: Vec<u64> =
        said.as_array().unwrap().iter().filter_map(|line| tenants_judged(&string(line))).collect();
    let partly = judged.iter().filter(|tenants| (1..TENANTS).contains(*tenants)).count();
    assert!(partly >= 2, "drawn on the way: {said}");
    assert!(judged.is_sorted(), "progress goes one way: {said}");
    stage.is_silent().await;
}

/// Notes each sentence about progress that was there to be painted, at every frame.
const RECORD_PROGRESS: &str = "window.said = []; const look = () => {
    const line = document.querySelector('.loading-note')?.innerText;
    if (line && line !== window.said.at(-1)) window.said.push(line);
    requestAnimationFrame(look);
}; look();";

/// The tenants in a line such as `Reading the evidence: 1.2 MB · 400 tenants`.
fn tenants_judged(line: &str) -> Option<u64> {
    line.split_once(" · ")?.1.strip_suffix(" tenants")?.parse().ok()
}
