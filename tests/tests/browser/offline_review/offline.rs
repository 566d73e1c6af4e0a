//! The app without its server, and a newer version of it.

use posture_core::paths;
use posture_tests::harness::{Proxy, READY};
use posture_web::text;
use serde_json::json;

use crate::evidence::small;
use crate::stage::{Stage, printed, string};

/// OR-12: the app works without the server once a page has loaded.
#[tokio::test]
async fn with_the_server_stopped_the_app_starts_and_opens_files() {
    let mut stage = Stage::own_demo().await;
    stage.open_chooser().await;
    stage.stop_server();

    stage.goto("about:blank").await;
    stage.open(paths::OPEN).await;
    stage.reload().await;
    let file = stage.write("offline.json", small(1));
    stage.choose(&[&file]).await;
    stage.shows(&printed(&["derive", "--digest"], &file)).await;
    let outcome = stage.run_async(ASK_THE_ENDPOINT).await;
    assert!(string(&outcome).contains("TypeError"), "{outcome}");
    let complaints = stage.browser.complaints().await.unwrap();
    assert!(
        complaints.iter().any(|entry| entry.message.contains("Content Security Policy")),
        "the kept page keeps its policy: {complaints:?}"
    );
}

/// Gives `answered`, or the error that the page's policy causes.
pub(super) const ASK_THE_ENDPOINT: &str =
    "fetch('/api/v1/workspaces').then(() => done('answered'), error => done(String(error)));";

/// OR-13: the app's own files are kept, and no evidence.
#[tokio::test]
async fn only_the_app_is_kept_for_offline_use_and_it_can_be_installed() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    stage.is_kept_for_offline_use().await;
    stage.open(paths::TENANTS).await;
    let script = "(async () => { const all = []; for (const name of await caches.keys()) \
                  for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname); done(all); })();";
    let names = stage.run_async(script).await;
    let names: Vec<_> = names.as_array().unwrap().iter().map(string).collect();
    assert!(
        names.iter().any(|name| name.ends_with(".wasm")) && names.contains(&"/open".to_owned()),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.starts_with("/api")), "{names:?}");
    let errors = stage.browser.devtools("Page.getInstallabilityErrors", json!({})).await.unwrap();
    assert_eq!(errors["installabilityErrors"], json!([]));
}

/// OR-13: a newer version is kept next to the old one and offered; the page keeps the old one until the reader takes the new one.
#[tokio::test]
async fn a_newer_version_is_offered_and_taken_when_the_reader_says_so() {
    let stage = Stage::demo().await;
    let proxy = Proxy::start(&stage.server.url("")).unwrap();
    stage.goto(&proxy.url(paths::OVERVIEW)).await;
    stage.is_ready().await;
    stage.is_kept_for_offline_use().await;
    stage.browser.client().refresh().await.unwrap();
    stage.until(&format!("navigator.serviceWorker.controller && {READY}")).await;
    assert!(!stage.shows_now(text::NEWER_VERSION).await);

    let version = version_kept(&stage).await;
    let newer: String = version.chars().rev().collect();
    proxy.replace("/sw.js", &version, &newer);
    stage.browser.client().refresh().await.unwrap();
    stage.shows(text::NEWER_VERSION).await;
    stage.is_ready().await;
    stage.run("window.before = true;").await;
    stage.push(text::RELOAD).await;
    stage.until(&format!("!window.before && {READY}")).await;
    let forgotten = format!(
        "const look = async () => (await caches.keys()).join() === 'posture-app-{newer}' ? done(true) : requestAnimationFrame(look); look();"
    );
    stage.run_async(&forgotten).await;
}

/// OR-13: of two windows that offer a newer version, the second reloads after the first has taken it.
#[tokio::test]
async fn a_newer_version_that_another_window_has_taken_is_loaded() {
    let stage = Stage::demo().await;
    let proxy = Proxy::start(&stage.server.url("")).unwrap();
    stage.goto(&proxy.url(paths::OVERVIEW)).await;
    stage.is_ready().await;
    stage.is_kept_for_offline_use().await;
    let version = version_kept(&stage).await;
    let newer: String = version.chars().rev().collect();
    proxy.replace("/sw.js", &version, &newer);
    stage.reload().await;
    stage.shows(text::NEWER_VERSION).await;
    stage.run("window.before = true;").await;

    let client = stage.browser.client();
    let first = client.window().await.unwrap();
    let second = client.new_window(true).await.unwrap().handle;
    client.switch_to_window(second).await.unwrap();
    stage.goto(&proxy.url(paths::OVERVIEW)).await;
    stage.shows(text::NEWER_VERSION).await;
    stage.run("window.before = true;").await;
    stage.push(text::RELOAD).await;
    stage.until(&format!("!window.before && {READY}")).await;
    client.switch_to_window(first).await.unwrap();
    stage.push(text::RELOAD).await;
    stage.until(&format!("!window.before && {READY}")).await;
}

/// OR-13: a reload takes damaged files of the cache from the server and caches them again.
#[tokio::test]
async fn a_reload_renews_damaged_files_of_the_cache() {
    let stage = Stage::own_demo().await;
    stage.open(paths::OVERVIEW).await;
    stage.is_kept_for_offline_use().await;
    for damaged in ["/admin", "/theme.js", "/boot.js", "_later.wasm", "_adapters.wasm", ".css"] {
        let whole = stage.run_async(&DAMAGE.replace("WHICH", damaged)).await;
        stage.goto(&stage.server.url(paths::OVERVIEW)).await;
        stage.reload().await;
        assert_eq!(stage.run_async(&DAMAGE.replace("WHICH", "none")).await, whole, "{damaged}");
    }
}

/// OR-13: if damaged files keep the app from starting, the page says so, and the next load takes them from the server.
#[tokio::test]
async fn an_app_that_could_not_start_from_the_cache_starts_from_the_server() {
    for damaged in ["_bg.wasm", "posture-web"] {
        let stage = Stage::own_demo().await;
        stage.open(paths::OVERVIEW).await;
        stage.is_kept_for_offline_use().await;
        stage.run_async(&DAMAGE.replace("WHICH", damaged)).await;
        stage.goto("about:blank").await;
        // The browser keeps whole files besides.
        stage.browser.devtools("Network.clearBrowserCache", json!({})).await.unwrap();
        stage.goto(&stage.server.url(paths::OVERVIEW)).await;
        stage.shows("The dashboard could not start").await;
        stage.reload().await;
        stage.heading().await;
    }
}

/// Gives the size of each cached file, and leaves only half of those with this in their names.
const DAMAGE: &str = "(async () => {
    const sizes = {};
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const path = new URL(request.url).pathname, kept = await cache.match(request), bytes = await kept.arrayBuffer();
            sizes[path] = bytes.byteLength;
            if (!path.includes('WHICH')) continue;
            await cache.put(request, new Response(bytes.slice(0, bytes.byteLength / 2), { headers: kept.headers }));
        }
    }
    done(sizes);
})();";

/// OR-13: a reload shows what a proxy answers in place of the page, so that its reader can sign in again. A link opens the kept page.
#[tokio::test]
async fn a_reload_shows_that_a_proxy_wants_its_reader_to_sign_in() {
    let stage = Stage::demo().await;
    let proxy = Proxy::start(&stage.server.url("")).unwrap();
    stage.goto(&proxy.url(paths::OVERVIEW)).await;
    stage.is_ready().await;
    stage.is_kept_for_offline_use().await;
    proxy.replace(paths::OVERVIEW, "HTTP/1.1 200 OK", "HTTP/1.1 401 No");
    let status = "performance.getEntriesByType('navigation')[0].responseStatus";
    stage.goto(&proxy.url(paths::OVERVIEW)).await;
    stage.until(&format!("navigator.serviceWorker.controller && {READY}")).await;
    assert_eq!(stage.eval(status).await, 200);
    stage.browser.client().refresh().await.unwrap();
    stage.until(&format!("{status} === 401")).await;
}

/// The version of the app that is kept, if only one is.
async fn version_kept(stage: &Stage) -> String {
    let names = stage.run_async("caches.keys().then(names => done(names.join()));").await;
    string(&names).strip_prefix("posture-app-").unwrap().to_owned()
}
