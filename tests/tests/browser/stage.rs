//! A server, a browser on it, the report of the server's evidence, and the actions of a user.

use std::ffi::OsStr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::key::Key;
use posture_core::{Id, paths};
use posture_tests::harness::{LentBrowser, READY, Role, Server, posture_binary};
use posture_tests::pages::get;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::evidence::write;

/// The most presses of the Tab key that reach a control on a page.
const TAB_STEPS: usize = 100;

/// One test's server, browser and folder.
pub(crate) struct Stage {
    pub(crate) server: Serving,
    pub(crate) browser: LentBrowser,
    /// The report of the server's first workspace when it started.
    pub(crate) report: Value,
    /// Where the snapshot is, and a folder to download into.
    folder: TempDir,
}

/// A server of the test's own, or the one over the demo that all tests share.
pub(crate) enum Serving {
    Own(Server),
    Shared(&'static Server),
}

impl Deref for Serving {
    type Target = Server;

    fn deref(&self) -> &Server {
        match self {
            Self::Own(server) => server,
            Self::Shared(server) => server,
        }
    }
}

impl Serving {
    /// The server of the test's own, to stop or start it.
    pub(crate) fn own(&mut self) -> &mut Server {
        match self {
            Self::Own(server) => server,
            Self::Shared(_) => panic!("other tests use this server too"),
        }
    }
}

impl Stage {
    /// Over the embedded demo, by the server that all tests share.
    pub(crate) async fn demo() -> Self {
        static REPORT: OnceLock<Value> = OnceLock::new();
        let server = Server::demo().unwrap();
        let report = REPORT.get_or_init(|| report(server)).clone();
        Self::with(Serving::Shared(server), report, tempfile::tempdir().unwrap()).await
    }

    /// Over the embedded demo, by a server of its own, which may be stopped.
    pub(crate) async fn own_demo() -> Self {
        let server = Server::start::<&str>(&[]).unwrap();
        let report = report(&server);
        Self::with(Serving::Own(server), report, tempfile::tempdir().unwrap()).await
    }

    /// Over a file with this snapshot.
    pub(crate) async fn over(snapshot: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("snapshot.json");
        write(&file, snapshot.to_string());
        let server = Server::start(&[file]).unwrap();
        let report = report(&server);
        Self::with(Serving::Own(server), report, folder).await
    }

    /// Over a store that this snapshot is imported into.
    pub(crate) async fn over_store(snapshot: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (file, store) = (folder.path().join("snapshot.json"), folder.path().join("store.sqlite"));
        write(&file, snapshot.to_string());
        let imported =
            posture(&[OsStr::new("import"), file.as_os_str(), OsStr::new("--store"), store.as_os_str()]);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        let server = Server::start(&[OsStr::new("--store"), store.as_os_str()]).unwrap();
        let report = report(&server);
        Self::with(Serving::Own(server), report, folder).await
    }

    /// Over a folder with these snapshots.
    pub(crate) async fn over_all(snapshots: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (index, snapshot) in snapshots.iter().enumerate() {
            write(&folder.path().join(format!("{index}.json")), snapshot.to_string());
        }
        let server = Server::start(&[folder.path()]).unwrap();
        let report = report(&server);
        Self::with(Serving::Own(server), report, folder).await
    }

    async fn with(server: Serving, report: Value, folder: TempDir) -> Self {
        Self { server, browser: LentBrowser::borrow().await.unwrap(), report, folder }
    }

    /// Ends the server, whose pages stay open.
    pub(crate) fn stop_server(&mut self) {
        self.server.own().stop();
    }

    /// Puts another snapshot in the served one's place, in one step.
    pub(crate) fn rewrite(&self, snapshot: &Value) {
        let new = self.write("new", snapshot.to_string());
        std::fs::rename(new, self.folder.path().join("snapshot.json")).unwrap();
    }

    /// A new file to open.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        write(&path, content);
        path
    }

    /// A folder for files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Going places.
impl Stage {
    pub(crate) async fn open(&self, path: &str) {
        self.goto(&self.server.url(path)).await;
        self.is_ready().await;
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.browser.goto(url).await.unwrap();
    }

    pub(crate) async fn is_ready(&self) {
        self.browser.wait_for("the page", READY).await.unwrap();
    }

    pub(crate) async fn reload(&self) {
        self.browser.client().refresh().await.unwrap();
        self.is_ready().await;
    }

    pub(crate) async fn back(&self) {
        self.browser.client().back().await.unwrap();
    }

    pub(crate) async fn forward(&self) {
        self.browser.client().forward().await.unwrap();
    }

    /// Writes another page of an opened document into the address.
    pub(crate) async fn go(&self, route: &str) {
        self.run(&format!("location.hash = {};", Value::from(route))).await;
    }

    /// Clicks the first link of the page's content to an address, and waits for its page.
    pub(crate) async fn follow(&self, url: &str) {
        self.follow_in("main", url).await;
    }

    /// As [`Stage::follow`], within a part of the page.
    pub(crate) async fn follow_in(&self, part: &str, url: &str) {
        self.browser.click_link_to(part, url).await.unwrap();
        self.arrives_at(url).await;
    }

    /// Waits for the page at an address.
    pub(crate) async fn arrives_at(&self, url: &str) {
        self.until(&format!("location.pathname + location.search === {}", Value::from(url))).await;
        self.is_ready().await;
    }

    /// Opens `/open`, and waits until the app is kept for offline use, so that later requests are the page's own.
    pub(crate) async fn open_chooser(&self) {
        self.open(paths::OPEN).await;
        self.is_kept_for_offline_use().await;
    }

    /// Waits until the app's files are kept for use without a network.
    pub(crate) async fn is_kept_for_offline_use(&self) {
        self.run_async("navigator.serviceWorker.ready.then(() => done(true));").await;
    }
}

/// Acting on what is there.
impl Stage {
    /// Clicks the button of this name.
    pub(crate) async fn push(&self, name: &str) {
        self.browser.click(Role::Button, name).await.unwrap();
    }

    /// Waits until the overview's line about the past is shown, after which nothing on that page moves.
    pub(crate) async fn past_is_told(&self) {
        let told = format!(
            "![null, undefined, {}].includes(document.querySelector('.past-line b')?.innerText)",
            Value::from(posture_web::text::LOADING_SHORT)
        );
        self.until(&told).await;
    }

    /// Presses the mouse in the middle of the element of a selector, whatever covers it.
    pub(crate) async fn press_mouse_on(&self, selector: &str) {
        let middle = format!(
            "(({{ x, y, width, height }}) => [x + width / 2, y + height / 2])(document.querySelector({}).getBoundingClientRect())",
            Value::from(selector)
        );
        let middle = self.eval(&middle).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({ "type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1 });
            self.browser.devtools("Input.dispatchMouseEvent", event).await.unwrap();
        }
    }

    /// Clicks the link of this name in the page's content.
    pub(crate) async fn click_link(&self, name: &str) {
        self.browser.click_in("main", Role::Link, name).await.unwrap();
    }

    /// Types into the search field of this name.
    pub(crate) async fn search(&self, field: &str, words: &str) {
        self.browser.click(Role::Searchbox, field).await.unwrap();
        self.press(words).await;
    }

    pub(crate) async fn element(&self, role: Role, name: &str) -> Element {
        self.browser.by_role(role, name).await.unwrap()
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
        for _ in 0..TAB_STEPS {
            self.press_key(Key::Tab).await;
            let reached = format!("(focused => !!({condition}))(document.activeElement)");
            if self.eval(&reached).await == true {
                return;
            }
        }
        panic!("{TAB_STEPS} steps of the Tab key did not reach {condition}");
    }

    /// Chooses files in the page's chooser.
    pub(crate) async fn choose(&self, files: &[&Path]) {
        self.choose_in("file-picker", files).await;
    }

    /// Chooses files in the chooser of this id.
    pub(crate) async fn choose_in(&self, id: &str, files: &[&Path]) {
        self.until(&format!("document.getElementById('{id}')")).await;
        let picker = self.browser.client().find(Locator::Id(id)).await.unwrap();
        let files: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
        picker.send_keys(&files.join("\n")).await.unwrap();
    }

    /// Drags files from the system over the middle of the page, or drops them there.
    pub(crate) async fn drag(&self, kind: &str, files: &[&Path]) {
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        let event = json!({ "type": kind, "x": 400, "y": 400, "data": data });
        self.browser.devtools("Input.dispatchDragEvent", event).await.unwrap();
    }

    /// The file that a button offers.
    pub(crate) async fn saved(&self, button: &str, name: &str) -> PathBuf {
        let act = async {
            self.push(button).await;
            Ok(())
        };
        self.browser.downloaded(self.folder.path(), name, act).await.unwrap();
        self.folder.path().join(name)
    }
}

/// Seeing what is there.
impl Stage {
    /// Waits until an expression is truthy, and gives its value.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        self.browser.wait_for(expression, expression).await.unwrap()
    }

    pub(crate) async fn shows(&self, text: &str) {
        self.browser.wait_for_text(text).await.unwrap();
    }

    /// Whether the page shows a text now.
    pub(crate) async fn shows_now(&self, text: &str) -> bool {
        self.eval(&format!("document.body.innerText.includes({})", Value::from(text))).await == true
    }

    /// Waits until the page no longer shows a text.
    pub(crate) async fn no_longer_shows(&self, text: &str) {
        self.until(&format!("!document.body.innerText.includes({})", Value::from(text))).await;
    }

    /// The value of an expression now.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});")).await
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.browser.client().execute(script, Vec::new()).await.unwrap()
    }

    /// Runs a script that calls `done` with its value.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; {script}");
        self.browser.client().execute_async(&script, Vec::new()).await.unwrap()
    }

    pub(crate) async fn heading(&self) -> String {
        string(&self.eval("document.querySelector('main h1').innerText").await)
    }

    pub(crate) async fn address(&self) -> String {
        string(&self.eval("location.pathname + location.search").await)
    }

    /// Waits until the focus is on the heading with this text.
    pub(crate) async fn focus_is_on_heading(&self, heading: &str) {
        self.until(&format!(
            "document.activeElement.tagName === 'H1' && document.activeElement.innerText === {}",
            Value::from(heading)
        ))
        .await;
    }

    /// Waits for the card that says that a file was refused, and why.
    pub(crate) async fn refuses(&self, file: &str, kind: &str, says: &str) {
        let shown = format!(
            "[...document.querySelectorAll('.refusal')].some(card => {}.every(text => card.innerText.includes(text)))",
            json!([file, kind, says])
        );
        self.browser.wait_for(&format!("the refusal of {file}"), &shown).await.unwrap();
    }

    /// Asserts that the browser's console has no error, warning or policy violation since it was last asked.
    pub(crate) async fn is_silent(&self) {
        let complaints = self.browser.complaints().await.unwrap();
        assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
    }

    /// Asserts that nothing is in any storage but the app's own files.
    pub(crate) async fn stored_nothing(&self) {
        let script = "(async () => done([localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, \
                      document.cookie.length]))();";
        assert_eq!(self.run_async(script).await, json!([0, 0, 0, 0]));
    }
}

/// What the report says.
impl Stage {
    /// The first tenant in whose report a pointer leads to this value.
    #[track_caller]
    pub(crate) fn tenant(&self, pointer: &str, value: impl Into<Value>) -> &Value {
        let value = value.into();
        self.tenants()
            .find(|tenant| tenant.pointer(pointer) == Some(&value))
            .unwrap_or_else(|| panic!("no tenant has {value} at {pointer}"))
    }

    /// The name of the first tenant that an attention item leads to; a signal's own link leads elsewhere.
    pub(crate) fn tenant_in_attention(&self) -> String {
        let items = self.report["overview"]["attention_items"].as_array().into_iter().flatten();
        let item = items.into_iter().find(|item| item["destination"]["kind"] == "tenant_dashboard");
        string(&item.unwrap()["tenant_label"])
    }

    /// A tenant with healthy checks.
    pub(crate) fn quiet_tenant(&self) -> &Value {
        self.tenants().find(|tenant| tenant["needs_attention"]["healthy_checks"][0].is_object()).unwrap()
    }

    pub(crate) fn tenants(&self) -> impl Iterator<Item = &Value> {
        self.report["tenants"].as_array().into_iter().flatten()
    }
}

fn report(server: &Server) -> Value {
    let workspaces = get(&server.url(paths::API_WORKSPACES)).unwrap();
    let workspace = workspaces["workspaces"][0]["id"].as_u64().and_then(Id::new).unwrap();
    get(&server.url(&paths::api_report(workspace))).unwrap()
}

/// Runs the `posture` binary.
pub(crate) fn posture<S: AsRef<OsStr>>(args: &[S]) -> Output {
    Command::new(posture_binary().unwrap()).args(args).output().unwrap()
}

/// What a successful `posture` prints about a file, without the space around it.
pub(crate) fn printed(args: &[&str], file: &Path) -> String {
    let args: Vec<_> = args.iter().map(OsStr::new).chain([file.as_os_str()]).collect();
    let output = posture(&args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[track_caller]
pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}

/// What the browser calls a file that is saved of a report, judged at an instant.
pub(crate) fn saved_name(report: &Value, as_of: &str, what: &str, extension: &str) -> String {
    let name = string(&report["workspace"]["name"]).to_lowercase().replace(' ', "-");
    let instant = as_of.replace(':', "");
    format!("{name}_{what}_{}Z.{extension}", &instant[..15])
}

/// The route key of a tenant's report.
#[track_caller]
pub(crate) fn key(tenant: &Value) -> String {
    string(&tenant["tenant_route_key"])
}
