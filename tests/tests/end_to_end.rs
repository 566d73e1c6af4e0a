//! The real server and a real browser: what an operator meets.
#![cfg(not(target_arch = "wasm32"))]

use std::process::Command;

use fantoccini::Locator;
use posture_core::paths;
use posture_tests::harness::{Browser, ConsoleEntry, READY, Server, posture_binary};
use serde_json::{Value, json};

/// A link to a tenant's own page.
const TENANT_LINK: &str = "main a[href^='/admin/t/']";

/// DB-1
#[tokio::test]
async fn the_overview_leads_into_a_tenant_and_back_without_a_complaint_of_the_browser() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    browser.goto(&server.url("/")).await.unwrap();
    let at_overview = format!("location.pathname === '{}'", paths::OVERVIEW);
    browser.wait_for("the overview's address", &at_overview).await.unwrap();
    browser.wait_for("the overview", READY).await.unwrap();
    let link = format!("document.querySelector(\"{TENANT_LINK}\")?.pathname");
    let tenant = browser.wait_for("a link to a tenant", &link).await.unwrap();

    browser.client().find(Locator::Css(TENANT_LINK)).await.unwrap().click().await.unwrap();
    browser.wait_for("the tenant's address", &format!("location.pathname === {tenant}")).await.unwrap();
    browser.wait_for("the tenant's page", READY).await.unwrap();
    browser.wait_for_text("Recovery readiness").await.unwrap();

    browser.client().back().await.unwrap();
    browser.wait_for("the overview's address", &at_overview).await.unwrap();
    browser.wait_for("the same link", &format!("{link} === {tenant}")).await.unwrap();
    assert_silent(&browser.complaints().await.unwrap());
}

/// DB-2
#[tokio::test]
async fn a_deep_link_opens_the_page_it_names() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    for path in [paths::CHOOSE_TENANT, paths::TENANTS, paths::WORKSPACES, paths::OPEN, paths::COMPARE] {
        browser.goto(&server.url(path)).await.unwrap();
        browser.wait_for("the page", READY).await.unwrap();
        assert_eq!(browser.client().current_url().await.unwrap().path(), path);
        assert_silent(&browser.complaints().await.unwrap());
    }
}

/// DB-3
#[tokio::test]
async fn the_browser_shows_the_digest_that_the_command_line_derives_from_the_same_snapshot() {
    let server = Server::start::<&str>(&[]).unwrap();
    let workspaces: Value = serde_json::from_str(&get(&server.url(paths::API_WORKSPACES))).unwrap();
    let workspace = &workspaces["workspaces"][0]["id"];
    let snapshot = get(&server.url(&format!("{}/{workspace}/snapshot", paths::API_WORKSPACES)));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot.json");
    #[expect(clippy::disallowed_methods, reason = "the command line reads a file")]
    std::fs::write(&file, snapshot).unwrap();
    let derived =
        Command::new(posture_binary().unwrap()).arg("derive").arg(&file).arg("--digest").output().unwrap();
    let digest = String::from_utf8(derived.stdout).unwrap().trim().to_owned();
    assert_eq!(digest.len(), 64, "{digest:?} is no SHA-256; {}", String::from_utf8_lossy(&derived.stderr));

    let browser = Browser::start().await.unwrap();
    browser.goto(&server.url(paths::OVERVIEW)).await.unwrap();
    browser.wait_for_text(&digest).await.unwrap();
}

/// DB-4
#[tokio::test]
async fn an_app_that_does_not_load_says_so_on_the_page() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    browser.devtools("Network.enable", json!({})).await.unwrap();
    browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*.wasm"] })).await.unwrap();
    browser.goto(&server.url(paths::OVERVIEW)).await.unwrap();
    browser.wait_for_text("The dashboard could not start").await.unwrap();
}

#[track_caller]
fn get(url: &str) -> String {
    match ureq::get(url).call().and_then(|mut answer| answer.body_mut().read_to_string()) {
        Ok(body) => body,
        Err(error) => panic!("GET {url}: {error}"),
    }
}

#[track_caller]
fn assert_silent(complaints: &[ConsoleEntry]) {
    let lines: String = complaints.iter().map(|entry| format!("\n{entry}")).collect();
    assert!(lines.is_empty(), "the browser complains:{lines}");
}
