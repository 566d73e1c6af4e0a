//! From the command line to the screen, and what is shown if the app does not load.

use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::json;

use crate::stage::{Stage, key, printed, string};

/// DB-1
#[tokio::test]
async fn the_overview_leads_into_a_tenant_and_back_without_an_error_in_the_browser() {
    let stage = Stage::demo().await;
    stage.goto(&stage.server.url("/")).await;
    stage.arrives_at(paths::OVERVIEW).await;
    let listed = &stage.report["overview"]["attention_items"][0];
    let tenant = stage.tenant("/tenant_id", listed["tenant_id"].clone());
    let dashboard = paths::tenant(&key(tenant));
    stage.follow(&dashboard).await;
    stage.focus_is_on_heading(&string(&tenant["tenant_label"])).await;
    stage.shows(text::RECOVERY_READINESS).await;

    stage.back().await;
    stage.arrives_at(paths::OVERVIEW).await;
    stage.shows(&string(&listed["title"])).await;
    stage.is_silent().await;
}

/// DB-2
#[tokio::test]
async fn a_deep_link_opens_the_page_it_names() {
    let stage = Stage::demo().await;
    for (path, heading) in [
        (paths::CHOOSE_TENANT, text::CHOOSE_TENANT),
        (paths::TENANTS, text::TENANTS),
        (paths::WORKSPACES, text::WORKSPACES),
        (paths::OPEN, text::OPEN_SNAPSHOT),
        (paths::COMPARE, text::COMPARE),
    ] {
        stage.open(path).await;
        assert_eq!((stage.address().await.as_str(), stage.heading().await.as_str()), (path, heading));
        stage.is_silent().await;
    }
}

/// DB-3
#[tokio::test]
async fn the_browser_shows_the_digest_that_the_command_line_derives_from_the_same_snapshot() {
    let stage = Stage::demo().await;
    let workspace = &stage.report["workspace"]["id"];
    let snapshot = get(&stage.server.url(&format!("{}/{workspace}/snapshot", paths::API_WORKSPACES)));
    let digest = printed(&["derive", "--digest"], &stage.write("snapshot.json", snapshot));
    assert_eq!(digest.len(), 64, "{digest:?} is not a SHA-256");
    stage.open(paths::OVERVIEW).await;
    stage.shows(&digest).await;
}

/// DB-4
#[tokio::test]
async fn an_app_that_fails_to_load_says_so_on_the_page() {
    let stage = Stage::demo().await;
    stage.browser.devtools("Network.enable", json!({})).await.unwrap();
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*.wasm"] })).await.unwrap();
    stage.goto(&stage.server.url(paths::OVERVIEW)).await;
    stage.shows("The dashboard could not start").await;
}

/// DB-4: the script that starts the app may be what is missing, so the page says so without one.
#[tokio::test]
async fn a_page_whose_script_is_missing_says_after_a_while_what_to_do() {
    let stage = Stage::demo().await;
    stage.browser.devtools("Network.enable", json!({})).await.unwrap();
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*/boot.js"] })).await.unwrap();
    stage.goto(&stage.server.url(paths::OVERVIEW)).await;
    assert!(!stage.shows_now(NOT_STARTED).await, "an app that is loading is not late");
    // The while passes a hundred times as fast.
    stage.browser.devtools("Animation.enable", json!({})).await.unwrap();
    stage.browser.devtools("Animation.setPlaybackRate", json!({ "playbackRate": 100 })).await.unwrap();
    stage.sees(Role::Alert.showing(NOT_STARTED)).await;
    stage.shows("hold Shift and reload the page").await;
    stage.browser.devtools("Animation.setPlaybackRate", json!({ "playbackRate": 1 })).await.unwrap();
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await.unwrap();
    stage.reload().await;
    assert!(!stage.shows_now(NOT_STARTED).await);
}

const NOT_STARTED: &str = "The dashboard has not started yet";

#[track_caller]
fn get(url: &str) -> String {
    match ureq::get(url).call().and_then(|mut answer| answer.body_mut().read_to_string()) {
        Ok(body) => body,
        Err(error) => panic!("GET {url}: {error}"),
    }
}
