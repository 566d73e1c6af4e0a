//! From a signal to the record behind it and back, in a real browser over the embedded demo.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

use fantoccini::Locator;
use fantoccini::key::Key;
use posture_core::{Id, paths};
use posture_tests::harness::{Browser, READY, Server};
use posture_tests::pages::get;
use serde_json::Value;

/// TR-11
#[tokio::test]
async fn a_stale_backup_leads_from_the_overview_to_its_set_and_back() {
    let (server, browser, report) = start().await;
    let key = tenant_of_item(&report, "tenant_backup_stale");
    let set = text(&tenant(&report, &key)["backup_health"]["primary_action_target"]["url"]);

    open(&browser, &server, paths::OVERVIEW).await;
    follow(&browser, &paths::tenant(&key)).await;
    follow(&browser, &set).await;
    browser.wait_for_text("Opened because: latest backup is stale.").await.unwrap();
    browser.wait_for_text("Still so.").await.unwrap();
    browser.wait_for_text("against a window of 24 h: exceeded by").await.unwrap();

    let back = format!(".continuity a[href='{}']", paths::tenant(&key));
    browser.client().find(Locator::Css(&back)).await.unwrap().click().await.unwrap();
    browser.wait_for_text("Recovery readiness").await.unwrap();
    browser.client().back().await.unwrap();
    browser.wait_for_text("Opened because: latest backup is stale.").await.unwrap();
    assert_silent(&browser).await;
}

/// TR-11
#[tokio::test]
async fn a_failed_restore_leads_to_its_run() {
    let (server, browser, report) = start().await;
    let failed = tenants(&report).find(|tenant| tenant["recovery_evidence"]["reason"] == "failed").unwrap();
    let key = text(&failed["tenant_route_key"]);
    let run = &failed["recovery_evidence"]["latest_relevant_restore_run_id"];

    open(&browser, &server, &paths::tenant(&key)).await;
    follow(&browser, &text(&failed["recovery_evidence"]["action"]["url"])).await;
    browser.wait_for_text("Opened because: latest executed restore failed.").await.unwrap();
    let heading = browser.wait_for("the run's heading", "document.querySelector('h1')?.innerText").await.unwrap();
    assert_eq!(text(&heading), format!("Restore run {run}"));
    browser.wait_for_text("The execution failed; no recovery claim can be made from it.").await.unwrap();
    assert_silent(&browser).await;
}

/// TR-11
#[tokio::test]
async fn a_schedule_that_needs_follow_up_leads_to_the_schedules() {
    let (server, browser, report) = start().await;
    let troubled = tenants(&report).find(|tenant| tenant["backup_health"]["primary_reason"] == "schedule_follow_up").unwrap();
    let key = text(&troubled["tenant_route_key"]);

    open(&browser, &server, &paths::tenant(&key)).await;
    follow(&browser, &text(&troubled["backup_health"]["primary_action_target"]["url"])).await;
    browser.wait_for_text("Opened because: a schedule needs follow-up.").await.unwrap();
    let marks = "[...document.querySelectorAll('.records .badge')].filter(badge => badge.innerText === 'Follow-up').length";
    let marks = browser.wait_for("a mark", marks).await.unwrap();
    let follow_ups = troubled["backup_health"]["schedule_follow_ups"].as_array().unwrap().len();
    assert_eq!(marks.as_u64(), Some(follow_ups as u64));
    browser.wait_for_text("It is never evidence of a backup").await.unwrap();
    assert_silent(&browser).await;
}

/// TR-6
#[tokio::test]
async fn a_run_that_is_gone_lands_on_the_list_with_its_reason() {
    let (server, browser, report) = start().await;
    let failed = tenants(&report).find(|tenant| tenant["recovery_evidence"]["reason"] == "failed").unwrap();
    let key = text(&failed["tenant_route_key"]);
    let gone = paths::restore_run(&key, Id::new(987_654).unwrap(), Some(posture_core::recovery_evidence::RecoveryReason::Failed));
    open(&browser, &server, &gone).await;
    browser.wait_for_text("There is no restore run “987654” of this tenant in the evidence.").await.unwrap();
    browser.wait_for_text("Opened because: latest executed restore failed.").await.unwrap();
    let run = failed["recovery_evidence"]["latest_relevant_restore_run_id"].as_u64().and_then(Id::new).unwrap();
    follow(&browser, &paths::restore_run(&key, run, Some(posture_core::recovery_evidence::RecoveryReason::Failed))).await;
    let heading = format!("document.querySelector('h1')?.innerText === 'Restore run {run}'");
    browser.wait_for("the run's page", &heading).await.unwrap();
    assert_silent(&browser).await;
}

/// TR-10
#[tokio::test]
async fn the_arrow_keys_move_between_the_marks_of_the_timeline() {
    let (server, browser, report) = start().await;
    let key = tenant_of_item(&report, "tenant_backup_stale");
    open(&browser, &server, &paths::tenant(&key)).await;
    let stops = browser.wait_for("the picture", "document.querySelectorAll('.timeline [tabindex=\"0\"]').length").await.unwrap();
    assert_eq!(stops, 1, "one mark takes part in the tab order");
    let focused = "document.activeElement.closest('.timeline') && document.activeElement.getAttribute('aria-label')";
    browser.client().execute("document.querySelector('.timeline [tabindex=\"0\"]').focus()", Vec::new()).await.unwrap();
    let last = browser.wait_for("the focus on the last mark", focused).await.unwrap();
    browser.client().active_element().await.unwrap().send_keys(&char::from(Key::Left).to_string()).await.unwrap();
    browser.wait_for("the focus on another mark", &format!("{focused} !== {last} && {focused}")).await.unwrap();
}

async fn start() -> (Server, Browser, Value) {
    let server = Server::start::<&str>(&[]).unwrap();
    let workspaces = get(&server.url(paths::API_WORKSPACES)).unwrap();
    let workspace = workspaces["workspaces"][0]["id"].as_u64().and_then(Id::new).unwrap();
    let report = get(&server.url(&paths::api_report(workspace))).unwrap();
    (server, Browser::start().await.unwrap(), report)
}

async fn open(browser: &Browser, server: &Server, path: &str) {
    browser.goto(&server.url(path)).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
}

/// Clicks the first link to an address, and waits for its page.
async fn follow(browser: &Browser, url: &str) {
    let link = format!("document.querySelector(\"main a[href='{url}']\")");
    browser.wait_for("a link", &link).await.unwrap();
    browser.client().find(Locator::Css(&format!("main a[href='{url}']"))).await.unwrap().click().await.unwrap();
    browser.wait_for("the address", &format!("location.pathname + location.search === '{url}'")).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
}

fn tenants(report: &Value) -> impl Iterator<Item = &Value> {
    report["tenants"].as_array().into_iter().flatten()
}

#[track_caller]
fn tenant<'r>(report: &'r Value, key: &str) -> &'r Value {
    tenants(report).find(|tenant| tenant["tenant_route_key"] == key).unwrap()
}

/// The route key of the tenant of the first listed attention item with this key.
#[track_caller]
fn tenant_of_item(report: &Value, key: &str) -> String {
    let items = report["overview"]["attention_items"].as_array().unwrap();
    let item = items.iter().find(|item| item["key"] == key).unwrap();
    text(&tenants(report).find(|tenant| tenant["tenant_id"] == item["tenant_id"]).unwrap()["tenant_route_key"])
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn assert_silent(browser: &Browser) {
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "the browser complains: {complaints:?}");
}
