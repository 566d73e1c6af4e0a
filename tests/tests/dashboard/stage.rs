//! A server, a browser before it, and what the server's evidence comes to.

use std::path::PathBuf;

use fantoccini::Locator;
use fantoccini::key::Key;
use posture_core::{Id, paths};
use posture_tests::harness::{Browser, READY, Server};
use posture_tests::pages::get;
use serde_json::{Value, json};
use tempfile::TempDir;

const CALM: &str = include_str!("../../cases/calm.json");

/// The route key of the tenant of `calm.json`.
pub(crate) const CALM_KEY: &str = "00000007-1111-4222-8333-444455556666";

/// How many steps of the Tab key may lie before a control on a page.
const TAB_STEPS: usize = 100;

pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) browser: Browser,
    /// The report of the server's first workspace when it started.
    pub(crate) report: Value,
    /// Where the snapshot lies, and a folder to download into.
    folder: TempDir,
}

/// The snapshot of `calm.json`.
pub(crate) fn calm() -> Value {
    let case: Value = serde_json::from_str(CALM).unwrap();
    case["snapshot"].clone()
}

/// A snapshot of so many tenants.
pub(crate) fn many(tenants: u64) -> Value {
    let mut snapshot = calm();
    let one = snapshot["tenants"][0].clone();
    let tenant = |id: u64| {
        let mut tenant = one.clone();
        (tenant["id"], tenant["external_id"], tenant["name"]) =
            (id.into(), format!("t-{id}").into(), format!("Tenant {id}").into());
        (tenant["backup_sets"], tenant["backup_schedules"], tenant["restore_runs"]) =
            (json!([]), json!([]), json!([]));
        tenant
    };
    snapshot["tenants"] = (1..=tenants).map(tenant).collect();
    snapshot
}

impl Stage {
    /// Over the embedded demo.
    pub(crate) async fn demo() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::with(Server::start::<&str>(&[]).unwrap(), folder).await
    }

    /// Over a file with this snapshot.
    pub(crate) async fn over(snapshot: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join("snapshot.json"), snapshot);
        Self::with(Server::start(&[folder.path().join("snapshot.json")]).unwrap(), folder).await
    }

    /// Over a folder with these snapshots.
    pub(crate) async fn over_all(snapshots: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (index, snapshot) in snapshots.iter().enumerate() {
            write(folder.path().join(format!("{index}.json")), snapshot);
        }
        Self::with(Server::start(&[folder.path()]).unwrap(), folder).await
    }

    async fn with(server: Server, folder: TempDir) -> Self {
        let workspaces = get(&server.url(paths::API_WORKSPACES)).unwrap();
        let workspace = workspaces["workspaces"][0]["id"].as_u64().and_then(Id::new).unwrap();
        let report = get(&server.url(&paths::api_report(workspace))).unwrap();
        Self { server, browser: Browser::start().await.unwrap(), report, folder }
    }

    /// Puts another snapshot in the served one's place, in one step.
    pub(crate) fn rewrite(&self, snapshot: &Value) {
        let (new, served) = (self.folder.path().join("new"), self.folder.path().join("snapshot.json"));
        write(new.clone(), snapshot);
        std::fs::rename(new, served).unwrap();
    }

    /// A folder for downloads.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) async fn open(&self, path: &str) {
        self.browser.goto(&self.server.url(path)).await.unwrap();
        self.browser.wait_for("the page", READY).await.unwrap();
    }

    pub(crate) async fn reload(&self) {
        self.browser.client().refresh().await.unwrap();
        self.browser.wait_for("the page", READY).await.unwrap();
    }

    /// Clicks the first link of the page's content to an address, and waits for its page.
    pub(crate) async fn follow(&self, url: &str) {
        self.follow_in("main", url).await;
    }

    /// As [`Stage::follow`], within a part of the page.
    pub(crate) async fn follow_in(&self, part: &str, url: &str) {
        let link = format!("{part} a[href='{url}']");
        self.click(&link).await;
        self.arrives_at(url).await;
    }

    /// Waits for the page at an address.
    pub(crate) async fn arrives_at(&self, url: &str) {
        self.until(&format!("location.pathname + location.search === '{url}'")).await;
        self.browser.wait_for("the page", READY).await.unwrap();
    }

    pub(crate) async fn click(&self, css: &str) {
        self.browser.wait_for(css, &format!("document.querySelector({})", Value::from(css))).await.unwrap();
        self.browser.client().find(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    /// Clicks the button of this name.
    pub(crate) async fn push(&self, name: &str) {
        let button = format!(
            "[...document.querySelectorAll('button')].find(button => button.innerText.trim() === {})",
            Value::from(name)
        );
        self.browser.wait_for(name, &button).await.unwrap();
        self.browser.client().execute(&format!("{button}.click()"), Vec::new()).await.unwrap();
    }

    /// Types into the element that has the focus.
    pub(crate) async fn press(&self, keys: &str) {
        self.browser.client().active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    pub(crate) async fn press_key(&self, key: Key) {
        self.press(&char::from(key).to_string()).await;
    }

    /// Steps with the Tab key until the focused element fulfils a condition on `focused`.
    pub(crate) async fn tab_to(&self, condition: &str) {
        let reached = format!("const focused = document.activeElement; return !!({condition});");
        for _ in 0..TAB_STEPS {
            self.press_key(Key::Tab).await;
            if self.browser.client().execute(&reached, Vec::new()).await.unwrap() == true {
                return;
            }
        }
        panic!("{TAB_STEPS} steps of the Tab key did not reach {condition}");
    }

    /// Waits until an expression is truthy, and gives its value.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        self.browser.wait_for(expression, expression).await.unwrap()
    }

    pub(crate) async fn shows(&self, text: &str) {
        self.browser.wait_for_text(text).await.unwrap();
    }

    /// The value of an expression now.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        self.browser.client().execute(&format!("return ({expression});"), Vec::new()).await.unwrap()
    }

    pub(crate) async fn heading(&self) -> String {
        text(&self.eval("document.querySelector('main h1').innerText").await)
    }

    pub(crate) async fn address(&self) -> String {
        text(&self.eval("location.pathname + location.search").await)
    }

    /// Waits until the focus is on the heading with this text.
    pub(crate) async fn focus_is_on_heading(&self, heading: &str) {
        self.until(&format!(
            "document.activeElement.tagName === 'H1' && document.activeElement.innerText === {}",
            Value::from(heading)
        ))
        .await;
    }

    /// Holds that the browser's console has no error, warning or policy violation since it was last asked.
    pub(crate) async fn is_silent(&self) {
        let complaints = self.browser.complaints().await.unwrap();
        assert!(complaints.is_empty(), "the browser complains: {complaints:?}");
    }

    /// The first tenant of whose report a pointer gives this value.
    #[track_caller]
    pub(crate) fn tenant(&self, pointer: &str, value: impl Into<Value>) -> &Value {
        let value = value.into();
        self.tenants()
            .find(|tenant| tenant.pointer(pointer) == Some(&value))
            .unwrap_or_else(|| panic!("no tenant has {value} at {pointer}"))
    }

    pub(crate) fn tenants(&self) -> impl Iterator<Item = &Value> {
        self.report["tenants"].as_array().into_iter().flatten()
    }
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The route key of a tenant's report.
#[track_caller]
pub(crate) fn key(tenant: &Value) -> String {
    text(&tenant["tenant_route_key"])
}

#[expect(clippy::disallowed_methods, reason = "a snapshot is a file")]
fn write(file: PathBuf, snapshot: &Value) {
    std::fs::write(file, snapshot.to_string()).unwrap();
}
