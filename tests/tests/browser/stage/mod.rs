//! A server, a browser on it, the report of the server's evidence, and the actions of a user.

mod acting;
mod command_line;
mod going;
mod reported;
mod seeing;

use std::ffi::OsStr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use posture_core::{Id, paths};
use posture_tests::harness::{LentBrowser, Server};
use posture_tests::pages::get;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) use command_line::{posture, printed, saved_name, string};
pub(crate) use reported::key;
pub(crate) use seeing::governing_set;

use crate::evidence::write;

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

fn report(server: &Server) -> Value {
    let workspaces = get(&server.url(paths::API_WORKSPACES)).unwrap();
    let workspace = workspaces["workspaces"][0]["id"].as_u64().and_then(Id::new).unwrap();
    get(&server.url(&paths::api_report(workspace))).unwrap()
}
