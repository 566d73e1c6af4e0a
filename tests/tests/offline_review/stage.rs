//! A server, a browser, files to open, and what the command line says of them.

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

/// A server over the demo, a browser, and a folder for files.
pub(crate) struct Stage {
    pub(crate) browser: Browser,
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        Self {
            server: Server::start::<&str>(&[]).unwrap(),
            browser: Browser::start().await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        write(&self.folder, name, bytes)
    }

    /// Opens `/open`, and waits until the app is kept for offline use, so that later requests are the page's own.
    pub(crate) async fn open_page(&self) {
        self.browser.goto(&self.server.url(paths::OPEN)).await.unwrap();
        self.browser.wait_for("the page", READY).await.unwrap();
        kept_for_offline_use(&self.browser).await;
    }

    pub(crate) async fn choose(&self, file: &Path) {
        choose(&self.browser, file).await;
    }

    pub(crate) async fn go(&self, route: &str) {
        self.browser
            .client()
            .execute(&format!("location.hash = {};", Value::from(route)), Vec::new())
            .await
            .unwrap();
    }

    pub(crate) async fn press(&self, selector: &str) {
        press(&self.browser, selector).await;
    }

    /// The file that a button of the menu offers.
    pub(crate) async fn saved(&self, button: usize, name: &str) -> PathBuf {
        let act = async {
            self.press(&format!(".exports li:nth-child({button}) button")).await;
            Ok(())
        };
        self.browser.downloaded(self.folder.path(), name, act).await.unwrap();
        self.folder.path().join(name)
    }

    pub(crate) async fn refused(&self, name: &str, called: &str, says: &str) {
        let shown = format!(
            "[...document.querySelectorAll('.refusal')].some(card => [{}, {}, {}].every(text => card.innerText.includes(text)))",
            Value::from(name),
            Value::from(called),
            Value::from(says)
        );
        self.browser.wait_for(&format!("the refusal of {name}"), &shown).await.unwrap();
    }

    /// Drags files from the system over the middle of the page, or drops them there.
    pub(crate) async fn drag(&self, kind: &str, files: &[&Path]) {
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        let event = json!({ "type": kind, "x": 400, "y": 400, "data": data });
        self.browser.devtools("Input.dispatchDragEvent", event).await.unwrap();
    }
}

pub(crate) async fn press(browser: &Browser, selector: &str) {
    browser.client().find(Locator::Css(selector)).await.unwrap().click().await.unwrap();
}

/// Waits until the app's files are kept for use without a network.
pub(crate) async fn kept_for_offline_use(browser: &Browser) {
    let kept = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true));";
    browser.client().execute_async(kept, Vec::new()).await.unwrap();
}

pub(crate) async fn choose(browser: &Browser, file: &Path) {
    browser.wait_for("the chooser", "document.getElementById('file-picker')").await.unwrap();
    let picker = browser.client().find(Locator::Id("file-picker")).await.unwrap();
    picker.send_keys(file.to_str().unwrap()).await.unwrap();
}

/// The demo's first workspace, as the endpoint exports it.
pub(crate) fn demo_snapshot(server: &Server) -> Value {
    let workspaces = get(&server.url(paths::API_WORKSPACES)).unwrap();
    let id = &workspaces["workspaces"][0]["id"];
    get(&server.url(&format!("{}/{id}/snapshot", paths::API_WORKSPACES))).unwrap()
}

pub(crate) fn head(name: &str) -> Value {
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-04-08T12:00:00Z", "policy": {}, "workspace": { "id": 1, "name": name } })
}

pub(crate) fn snapshot(tenants: &Value) -> Value {
    let mut whole = head("Contoso");
    whole["tenants"] = tenants.clone();
    whole
}

pub(crate) fn tenant(id: u64, more: Value) -> Value {
    let mut whole = json!({ "id": id, "external_id": format!("t{id}"), "name": format!("Tenant {id}"), "status": "active" });
    if let (Value::Object(whole), Value::Object(more)) = (&mut whole, more) {
        whole.extend(more);
    }
    whole
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// What `posture` prints about a file.
pub(crate) fn posture(args: &[&str], file: &Path) -> String {
    let output = Command::new(posture_binary().unwrap()).args(args).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn sha256_of(file: &Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

/// A new file in a folder.
#[expect(clippy::disallowed_methods, reason = "files to be opened")]
pub(crate) fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Asked before the file was opened from disk: by the page that saved it, or by the browser for its first tab (`chrome:`, `chrome-untrusted:`).
pub(crate) fn is_served_or_the_browsers_own(url: &str) -> bool {
    url.starts_with("http://127.0.0.1") || url.starts_with("chrome")
}

/// Nothing in any storage but the app's own files.
pub(crate) async fn assert_kept_nothing(browser: &Browser) {
    let script = "const done = arguments[0]; (async () => done([localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, \
                  document.cookie.length]))();";
    let kept = browser.client().execute_async(script, Vec::new()).await.unwrap();
    assert_eq!(kept, json!([0, 0, 0, 0]));
}

pub(crate) async fn assert_silent(browser: &Browser) {
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "the browser complains: {complaints:?}");
}
