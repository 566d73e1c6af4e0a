//! The app without its server, and a newer version of it.

use posture_core::paths;
use posture_tests::harness::{Browser, Proxy, READY};
use serde_json::json;

use crate::stage::*;

/// OR-12: the server may be gone once a page was there.
#[tokio::test]
async fn with_the_server_stopped_the_app_starts_and_opens_files() {
    let Stage { browser, server, folder } = Stage::start().await;
    let open = server.url(paths::OPEN);
    browser.goto(&open).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
    kept_for_offline_use(&browser).await;
    drop(server);

    browser.goto("about:blank").await.unwrap();
    browser.goto(&open).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
    let file =
        write(&folder, "offline.json", snapshot(&json!([tenant(1, json!({}))])).to_string().as_bytes());
    choose(&browser, &file).await;
    browser.wait_for_text(&posture(&["derive", "--digest"], &file)).await.unwrap();
    let script = "const done = arguments[0]; fetch('/api/v1/workspaces').then(() => done('answered'), error => done(String(error)));";
    let outcome = browser.client().execute_async(script, Vec::new()).await.unwrap();
    assert!(outcome.as_str().unwrap().contains("TypeError"), "{outcome}");
    let complaints = browser.complaints().await.unwrap();
    assert!(
        complaints.iter().any(|entry| entry.message.contains("Content Security Policy")),
        "the kept page keeps its policy: {complaints:?}"
    );
}

/// OR-13: the app's own files are kept, and no evidence.
#[tokio::test]
async fn only_the_app_is_kept_for_offline_use_and_it_can_be_installed() {
    let stage = Stage::start().await;
    stage.browser.goto(&stage.server.url(paths::OVERVIEW)).await.unwrap();
    stage.browser.wait_for("the page", READY).await.unwrap();
    kept_for_offline_use(&stage.browser).await;
    stage.browser.goto(&stage.server.url(paths::TENANTS)).await.unwrap();
    stage.browser.wait_for("the page", READY).await.unwrap();
    let script = "const done = arguments[0]; (async () => { const all = []; for (const name of await caches.keys()) \
                  for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname); done(all); })();";
    let names = stage.browser.client().execute_async(script, Vec::new()).await.unwrap();
    let names: Vec<_> =
        names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert!(
        names.iter().any(|name| name.ends_with(".wasm")) && names.contains(&"/open".to_owned()),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.starts_with("/api")), "{names:?}");
    let errors = stage.browser.devtools("Page.getInstallabilityErrors", json!({})).await.unwrap();
    assert_eq!(errors["installabilityErrors"], json!([]));
}

/// OR-13: a newer version is kept beside and offered; the page goes on with the old one until the reader takes the new one.
#[tokio::test]
async fn a_newer_version_is_offered_and_taken_when_the_reader_says_so() {
    let stage = Stage::start().await;
    let proxy = Proxy::start(&stage.server.url("")).unwrap();
    let browser = &stage.browser;
    browser.goto(&proxy.url(paths::OVERVIEW)).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
    kept_for_offline_use(browser).await;
    browser.client().refresh().await.unwrap();
    browser
        .wait_for("the page, by the kept app", &format!("navigator.serviceWorker.controller && {READY}"))
        .await
        .unwrap();
    assert_eq!(browser.client().execute(OFFERED, Vec::new()).await.unwrap(), false);

    let version = version_kept(browser).await;
    let newer: String = version.chars().rev().collect();
    proxy.replace("/sw.js", &version, &newer);
    browser.client().refresh().await.unwrap();
    browser.wait_for("the offer", OFFERED.trim_start_matches("return ").trim_end_matches(';')).await.unwrap();
    browser.wait_for("the page meanwhile", "document.querySelector('.calmness')").await.unwrap();
    browser.client().execute("window.before = true;", Vec::new()).await.unwrap();
    press(browser, "#newer-version button").await;
    browser.wait_for("the page anew", &format!("!window.before && {READY}")).await.unwrap();
    let forgotten = format!(
        "const done = arguments[0]; \
         const look = async () => (await caches.keys()).join() === 'posture-app-{newer}' ? done(true) : requestAnimationFrame(look); look();"
    );
    browser.client().execute_async(&forgotten, Vec::new()).await.unwrap();
}

const OFFERED: &str = "return document.getElementById('newer-version')?.hidden === false;";

/// The version of the app that is kept, where it is one.
async fn version_kept(browser: &Browser) -> String {
    let script = "const done = arguments[0]; caches.keys().then(names => done(names.join()));";
    let names = browser.client().execute_async(script, Vec::new()).await.unwrap();
    names.as_str().unwrap().strip_prefix("posture-app-").unwrap().to_owned()
}
