//! Opened files in a real browser: nothing leaves, hostile files are refused by name, and the server may be gone.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use fantoccini::Locator;
use flate2::Compression;
use flate2::write::GzEncoder;
use posture_core::paths;
use posture_tests::harness::{Browser, READY, Server, posture_binary};
use posture_tests::pages::get;
use serde_json::{Value, json};
use tempfile::TempDir;

/// OR-1, OR-2, OR-4, OR-7: opened by the picker, every page, the mark, the digests, and no request.
#[tokio::test]
async fn an_opened_file_fills_every_page_and_no_request_leaves() {
    let stage = Stage::start().await;
    let file = stage.write("contoso.json", demo_snapshot(&stage.server).to_string().as_bytes());
    stage.open_page().await;
    stage.browser.requests().await.unwrap();

    stage.choose(&file).await;
    stage.browser.wait_for("the overview", "location.hash === '#/admin' && document.querySelector('.calmness')").await.unwrap();
    let digest = posture(&["derive", "--digest"], &file);
    stage.browser.wait_for_text(&digest).await.unwrap();
    let sha256 = stage.browser.wait_for("the file's digest", "document.getElementById('file-digest')?.textContent").await.unwrap();
    assert_eq!(sha256, sha256_of(&file));
    stage.browser.wait_for_text("contoso.json").await.unwrap();

    let report: Value = serde_json::from_str(&posture(&["derive", "--format", "json"], &file)).unwrap();
    let stale = report["tenants"].as_array().unwrap().iter().find(|tenant| tenant["backup_health"]["posture"] == "stale").unwrap();
    let key = stale["tenant_route_key"].as_str().unwrap();
    let set = stale["backup_health"]["primary_action_target"]["url"].as_str().unwrap();
    for (route, shows) in [
        (paths::TENANTS.to_owned(), "Download as CSV".to_owned()),
        (paths::tenant(key), "Recovery readiness".to_owned()),
        (set.to_owned(), "Opened because: latest backup is stale.".to_owned()),
        (paths::backup_schedules(key, None), "Backup schedules".to_owned()),
        (paths::restore_runs(key, None), "Restore runs".to_owned()),
        (paths::WORKSPACES.to_owned(), "contoso.json".to_owned()),
    ] {
        stage.go(&route).await;
        stage.browser.wait_for_text(&shows).await.unwrap();
        stage.browser.wait_for("the page", READY).await.unwrap();
        stage.browser.wait_for("the mark", "document.querySelector('.review')?.innerText.includes('contoso.json')").await.unwrap();
    }
    let requests: Vec<_> = stage.browser.requests().await.unwrap();
    assert!(requests.is_empty(), "{requests:?}");
    assert_kept_nothing(&stage.browser).await;
    assert_silent(&stage.browser).await;
}

/// OR-3: the policy itself forbids it.
#[tokio::test]
async fn a_review_page_cannot_ask_the_endpoint() {
    let stage = Stage::start().await;
    stage.open_page().await;
    let script = "const done = arguments[0]; fetch('/api/v1/workspaces').then(() => done('answered'), error => done(String(error)));";
    let outcome = stage.browser.client().execute_async(script, Vec::new()).await.unwrap();
    assert!(outcome.as_str().unwrap().contains("TypeError"), "{outcome}");
    let complaints = stage.browser.complaints().await.unwrap();
    assert!(complaints.iter().any(|entry| entry.message.contains("Content Security Policy")), "{complaints:?}");
}

/// OR-5: links, the browser's way back, and a reload.
#[tokio::test]
async fn links_and_history_stay_in_the_document_and_a_reload_asks_for_the_file_again() {
    let stage = Stage::start().await;
    let file = stage.write("contoso.json", demo_snapshot(&stage.server).to_string().as_bytes());
    stage.open_page().await;
    stage.choose(&file).await;
    let link = "document.querySelector(\"main a[href*='/admin/t/']\")";
    stage.browser.wait_for("a tenant's link", link).await.unwrap();
    stage.browser.client().find(Locator::Css("main a[href*='/admin/t/']")).await.unwrap().click().await.unwrap();
    stage.browser.wait_for("the tenant", "location.pathname === '/open' && location.hash.startsWith('#/admin/t/')").await.unwrap();
    stage.browser.wait_for_text("Recovery readiness").await.unwrap();
    stage.browser.client().back().await.unwrap();
    stage.browser.wait_for("the overview", "location.hash === '#/admin' && document.querySelector('.calmness')").await.unwrap();
    stage.browser.client().forward().await.unwrap();
    stage.browser.wait_for_text("Recovery readiness").await.unwrap();

    stage.browser.client().refresh().await.unwrap();
    stage.browser.wait_for_text("Open the file to see this page").await.unwrap();
    stage.choose(&file).await;
    stage.browser.wait_for_text("Recovery readiness").await.unwrap();
    stage.browser.wait_for("the same tenant", "location.hash.startsWith('#/admin/t/')").await.unwrap();
}

/// OR-6: several files, packed and plain, and the switch between them.
#[tokio::test]
async fn several_files_are_open_and_the_reader_switches_between_them() {
    let stage = Stage::start().await;
    let first = stage.write("first.json", snapshot(&json!([tenant(1, json!({}))])).to_string().as_bytes());
    let lines = format!("{}\n{}\n", head("Second"), tenant(2, json!({})));
    let second = stage.write("second.ndjson.gz", &gzip(lines.as_bytes()));
    stage.open_page().await;
    stage.choose(&first).await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &first)).await.unwrap();
    stage.go(paths::OPEN).await;
    stage.choose(&second).await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &second)).await.unwrap();
    let sha256 = stage.browser.wait_for("the file's digest", "document.getElementById('file-digest')?.textContent").await.unwrap();
    assert_eq!(sha256, sha256_of(&second), "of the file as it lies on disk, packed");

    stage.go(paths::WORKSPACES).await;
    stage.press("main .rows li:first-child button").await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &first)).await.unwrap();
}

/// OR-8, OR-9, OR-10: each refusal by its name, with what to do.
#[tokio::test]
async fn what_is_no_snapshot_is_refused_by_name() {
    let stage = Stage::start().await;
    let whole = snapshot(&json!([tenant(1, json!({}))])).to_string();
    let packed = gzip(whole.as_bytes());
    let wide: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = whole.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(10_000), "]".repeat(10_000)), 1);
    let huge = stage.folder.path().join("huge.json");
    let file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).open(&huge).unwrap();
    file.set_len(2_000_000_000).unwrap();
    let cases = [
        ("cut.json.gz", packed[..packed.len() - 9].to_vec(), "Compressed file cut off", "Copy or export the file again"),
        ("behind.json.gz", [&packed[..], b"garbage"].concat(), "Compressed file damaged", "something follows after its end"),
        ("wide.json", wide, "UTF-16 or UTF-32", "Write the export as UTF-8"),
        ("mark.json", format!("\u{feff}{whole}").into_bytes(), "Byte-order mark", "Line 1, column 1."),
        ("empty.json", Vec::new(), "Empty", "The document is empty."),
        ("cut.json", whole.as_bytes()[..whole.len() - 20].to_vec(), "Cut off", "column"),
        ("nan.json", whole.replacen("\"version\":1", "\"version\":NaN", 1).into_bytes(), "Not JSON", "column"),
        ("twice.json", whole.replacen("\"version\":1", "\"version\":1,\"version\":1", 1).into_bytes(), "A key stands twice", "version"),
        ("deep.json", deep.into_bytes(), "Nested too deep", "64 levels"),
        ("book.xlsx", b"PK\x03\x04\x14\x00\x06\x00".to_vec(), "A ZIP archive", "Unpack it"),
        ("page.json", b"\n<!doctype html><title>Sign in</title>".to_vec(), "A web page or XML", "sign-in page"),
        ("new.json", whole.replacen("\"version\":1", "\"version\":2", 1).into_bytes(), "Version too new", "Use a release of this program"),
        ("array.json", b"[]".to_vec(), "Not JSON", "does not start with an object"),
    ];
    stage.open_page().await;
    for (name, bytes, called, says) in cases {
        let file = stage.write(name, &bytes);
        stage.choose(&file).await;
        stage.refused(name, called, says).await;
    }
    stage.choose(&huge).await;
    stage.refused("huge.json", "Too large for this browser", "posture slim").await;
    assert_silent(&stage.browser).await;
}

/// OR-11: what reads in part opens, names what was set aside, and is not calm.
#[tokio::test]
async fn what_is_set_aside_is_listed_with_its_path_and_blocks_calm() {
    let stage = Stage::start().await;
    let text = snapshot(&json!([tenant(1, json!({})), tenant(2, json!({ "name": "?" })), tenant(3, json!({ "domain": "?" }))])).to_string();
    // A lone surrogate in one tenant, and a known key twice in another.
    let text =
        text.replacen("\"name\":\"?\"", "\"name\":\"\\ud800\"", 1).replacen("\"domain\":\"?\"", "\"domain\":\"a\",\"domain\":\"b\"", 1);
    let file = stage.write("partly.json", text.as_bytes());
    stage.open_page().await;
    stage.choose(&file).await;
    stage.browser.wait_for_text("Some evidence was set aside").await.unwrap();
    stage.press(".banner a[href='#evidence']").await;
    stage.browser.wait_for_text("tenants[1].name").await.unwrap();
    stage.browser.wait_for_text("tenants[2]").await.unwrap();
    stage.browser.wait_for("the route is kept", "location.hash === '#/admin'").await.unwrap();
    stage.browser.wait_for("no calm", "document.querySelector('.calmness .blockers li')").await.unwrap();
}

/// OR-1, OR-9: dropped on the page, a folder among them; the page says that files may be dropped.
#[tokio::test]
async fn files_are_dropped_anywhere_and_a_folder_is_refused_as_one() {
    let stage = Stage::start().await;
    let file = stage.write("dropped.json", snapshot(&json!([tenant(1, json!({}))])).to_string().as_bytes());
    let folder = stage.folder.path().join("exports");
    std::fs::create_dir(&folder).unwrap();
    stage.open_page().await;
    stage.drag("dragEnter", &[&file]).await;
    stage.drag("dragOver", &[&file]).await;
    stage.browser.wait_for("the hint", "document.querySelector('.drop-hint')").await.unwrap();
    stage.drag("drop", &[&file]).await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &file)).await.unwrap();

    stage.drag("dragEnter", &[&folder]).await;
    stage.drag("dragOver", &[&folder]).await;
    stage.drag("drop", &[&folder]).await;
    stage.refused("exports", "A folder", "choose the snapshots in it").await;
}

/// OR-1: a large file says how far it is, and a cancelled one is not opened.
#[tokio::test]
async fn reading_shows_its_progress_and_is_cancelled() {
    let stage = Stage::start().await;
    let tenants: Vec<_> = (1..=60_000).map(|id| tenant(id, json!({}))).collect();
    let file = stage.write("large.json", snapshot(&json!(tenants)).to_string().as_bytes());
    stage.open_page().await;
    stage.choose(&file).await;
    stage.browser.wait_for("progress", "document.querySelector('.opener progress')?.value > 0").await.unwrap();
    stage.press(".opener button").await;
    stage.browser.wait_for("the chooser", "document.getElementById('file-picker')").await.unwrap();
    let opened = stage.browser.client().execute("return document.querySelectorAll('.rows li').length;", Vec::new()).await.unwrap();
    assert_eq!(opened, 0);
    stage.browser.wait_for("the same page", "location.hash === ''").await.unwrap();
}

/// OR-12: the server may be gone once a page was there.
#[tokio::test]
async fn with_the_server_stopped_the_app_starts_and_opens_files() {
    let Stage { browser, server, folder } = Stage::start().await;
    let open = server.url(paths::OPEN);
    browser.goto(&open).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
    let kept = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true));";
    browser.client().execute_async(kept, Vec::new()).await.unwrap();
    drop(server);

    browser.goto("about:blank").await.unwrap();
    browser.goto(&open).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
    let file = folder.path().join("offline.json");
    write_file(&file, snapshot(&json!([tenant(1, json!({}))])).to_string().as_bytes());
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
    let kept = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true));";
    stage.browser.client().execute_async(kept, Vec::new()).await.unwrap();
    stage.browser.goto(&stage.server.url(paths::TENANTS)).await.unwrap();
    stage.browser.wait_for("the page", READY).await.unwrap();
    let script = "const done = arguments[0]; (async () => { const all = []; for (const name of await caches.keys()) \
                  for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname); done(all); })();";
    let names = stage.browser.client().execute_async(script, Vec::new()).await.unwrap();
    let names: Vec<_> = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert!(names.iter().any(|name| name.ends_with(".wasm")) && names.contains(&"/open".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("/api")), "{names:?}");
    let errors = stage.browser.devtools("Page.getInstallabilityErrors", json!({})).await.unwrap();
    assert_eq!(errors["installabilityErrors"], json!([]));
}

/// OR-14, OR-15, OR-16: saved from the menu, opened from disk, with the server stopped.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a downloaded file is read")]
async fn a_file_saved_from_the_menu_opens_from_disk_and_makes_no_request() {
    let stage = Stage::start().await;
    let snapshot = demo_snapshot(&stage.server);
    let file = stage.write("contoso.json", snapshot.to_string().as_bytes());
    stage.open_page().await;
    stage.choose(&file).await;
    let digest = posture(&["derive", "--digest"], &file);
    stage.browser.wait_for_text(&digest).await.unwrap();
    stage.press(".review button[popovertarget]").await;
    let report = stage.saved(1, "contoso.html").await;
    let json = stage.saved(2, "report.json").await;
    assert_eq!(sha256_of(&json), digest, "the report's bytes are what the digest is of");
    stage.saved(3, "tenants.csv").await;
    stage.saved(4, "findings.csv").await;

    let Stage { browser, server, folder } = stage;
    drop(server);
    browser.goto(&format!("file://{}", report.display())).await.unwrap();
    browser.wait_for_text(&digest).await.unwrap();
    browser.wait_for("the overview", "document.querySelector('.calmness')").await.unwrap();
    browser.wait_for_text("contoso.json").await.unwrap();
    browser.client().find(Locator::Css("main a[href*='/admin/t/']")).await.unwrap().click().await.unwrap();
    browser.wait_for("the tenant", "location.hash.startsWith('#/admin/t/')").await.unwrap();
    browser.wait_for_text("Recovery readiness").await.unwrap();
    browser.client().refresh().await.unwrap();
    browser.wait_for_text("Recovery readiness").await.unwrap();
    let asked = browser.requests().await.unwrap();
    let own = format!("file://{}", report.display());
    assert!(
        asked.iter().filter(|url| !is_served_or_the_browsers_own(url)).all(|url| url.starts_with(&own) || url.starts_with("data:")),
        "{asked:?}"
    );
    assert_silent(&browser).await;

    let other = folder.path().join("other.html");
    let text = std::fs::read_to_string(&report).unwrap().replace(&digest, &"0".repeat(64));
    write_file(&other, text.as_bytes());
    browser.goto(&format!("file://{}", other.display())).await.unwrap();
    browser.wait_for_text("differs from the one this file states").await.unwrap();
}

/// A server over the demo, a browser, and a folder for files.
struct Stage {
    browser: Browser,
    server: Server,
    folder: TempDir,
}

impl Stage {
    async fn start() -> Self {
        Self { server: Server::start::<&str>(&[]).unwrap(), browser: Browser::start().await.unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        write_file(&path, bytes);
        path
    }

    /// Opens `/open`, and waits until the app is kept for offline use, so that later requests are the page's own.
    async fn open_page(&self) {
        self.browser.goto(&self.server.url(paths::OPEN)).await.unwrap();
        self.browser.wait_for("the page", READY).await.unwrap();
        let kept = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true));";
        self.browser.client().execute_async(kept, Vec::new()).await.unwrap();
    }

    async fn choose(&self, file: &Path) {
        choose(&self.browser, file).await;
    }

    async fn go(&self, route: &str) {
        self.browser.client().execute(&format!("location.hash = {};", Value::from(route)), Vec::new()).await.unwrap();
    }

    async fn press(&self, selector: &str) {
        self.browser.client().find(Locator::Css(selector)).await.unwrap().click().await.unwrap();
    }

    /// The file that a button of the menu offers.
    async fn saved(&self, button: usize, name: &str) -> PathBuf {
        let act = async {
            self.press(&format!(".exports li:nth-child({button}) button")).await;
            Ok(())
        };
        self.browser.downloaded(self.folder.path(), name, act).await.unwrap();
        self.folder.path().join(name)
    }

    async fn refused(&self, name: &str, called: &str, says: &str) {
        let shown = format!(
            "[...document.querySelectorAll('.refusal')].some(card => [{}, {}, {}].every(text => card.innerText.includes(text)))",
            Value::from(name),
            Value::from(called),
            Value::from(says)
        );
        self.browser.wait_for(&format!("the refusal of {name}"), &shown).await.unwrap();
    }

    /// Drags files from the system over the middle of the page, or drops them there.
    async fn drag(&self, kind: &str, files: &[&Path]) {
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        let event = json!({ "type": kind, "x": 400, "y": 400, "data": data });
        self.browser.devtools("Input.dispatchDragEvent", event).await.unwrap();
    }
}

async fn choose(browser: &Browser, file: &Path) {
    browser.wait_for("the chooser", "document.getElementById('file-picker')").await.unwrap();
    let picker = browser.client().find(Locator::Id("file-picker")).await.unwrap();
    picker.send_keys(file.to_str().unwrap()).await.unwrap();
}

/// The demo's first workspace, as the endpoint exports it.
fn demo_snapshot(server: &Server) -> Value {
    let workspaces = get(&server.url(paths::API_WORKSPACES)).unwrap();
    let id = &workspaces["workspaces"][0]["id"];
    get(&server.url(&format!("{}/{id}/snapshot", paths::API_WORKSPACES))).unwrap()
}

fn head(name: &str) -> Value {
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-04-08T12:00:00Z", "policy": {}, "workspace": { "id": 1, "name": name } })
}

fn snapshot(tenants: &Value) -> Value {
    let mut whole = head("Contoso");
    whole["tenants"] = tenants.clone();
    whole
}

fn tenant(id: u64, more: Value) -> Value {
    let mut whole = json!({ "id": id, "external_id": format!("t{id}"), "name": format!("Tenant {id}"), "status": "active" });
    if let (Value::Object(whole), Value::Object(more)) = (&mut whole, more) {
        whole.extend(more);
    }
    whole
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// What `posture` prints about a file.
fn posture(args: &[&str], file: &Path) -> String {
    let output = Command::new(posture_binary().unwrap()).args(args).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn sha256_of(file: &Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "files to be opened")]
fn write_file(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

/// Nothing in any storage but the app's own files.
/// Asked before the file was opened from disk: by the page that saved it, or by the browser for its first tab (`chrome:`, `chrome-untrusted:`).
fn is_served_or_the_browsers_own(url: &str) -> bool {
    url.starts_with("http://127.0.0.1") || url.starts_with("chrome")
}

async fn assert_kept_nothing(browser: &Browser) {
    let script = "const done = arguments[0]; (async () => done([localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, \
                  document.cookie.length]))();";
    let kept = browser.client().execute_async(script, Vec::new()).await.unwrap();
    assert_eq!(kept, json!([0, 0, 0, 0]));
}

async fn assert_silent(browser: &Browser) {
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "the browser complains: {complaints:?}");
}
