//! The real server and a real browser: what an operator meets.
#![cfg(not(target_arch = "wasm32"))]

use posture_tests::harness::{Browser, Server};
use serde_json::json;

/// The app has taken the shell's place, and nothing on the page is still loading.
const READY: &str = "!document.getElementById('shell') && !document.querySelector('[aria-busy=true]') && document.querySelector('h1')";

#[tokio::test]
async fn the_app_starts_without_a_complaint_of_the_browser() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    browser.goto(&server.url("/admin")).await.unwrap();
    browser.wait_for("the app", READY).await.unwrap();
    assert_no_complaint(&browser).await;
}

#[tokio::test]
async fn an_app_that_does_not_load_says_so_on_the_page() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    browser.devtools("Network.enable", json!({})).await.unwrap();
    browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*.wasm"] })).await.unwrap();
    browser.goto(&server.url("/admin")).await.unwrap();
    browser.wait_for_text("The dashboard could not start").await.unwrap();
}

async fn assert_no_complaint(browser: &Browser) {
    let complaints: String = browser.complaints().await.unwrap().iter().map(|entry| format!("\n{entry}")).collect();
    assert!(complaints.is_empty(), "the browser complains:{complaints}");
}
