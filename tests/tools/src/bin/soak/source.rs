//! The evidence: filled, changed while it is served, and unavailable for a while.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use posture_testing::cluster::Cluster;
use tempfile::TempDir;

use crate::gathered::Gathered;

/// Number of tenants.
const TENANTS: &str = "500";
/// How long PostgreSQL stays down.
const GONE: Duration = Duration::from_secs(5);

/// The kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A store that snapshots are imported into.
    Store,
    Database,
    /// A store that the server fills, at which users sign in.
    Gathered,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store => "SQLite",
            Self::Database => "PostgreSQL",
            Self::Gathered => "gathered, signed in",
        })
    }
}

impl Kind {
    /// Whether this response is acceptable. While the database is down, the server says so with 503. A mark is answered with 204,
    /// or with 503 while the store is written.
    pub(crate) fn is_due(self, answer: &str) -> bool {
        let more: &[&str] = match self {
            Self::Store => &[],
            Self::Database => &["503", "200, broken off"],
            Self::Gathered => &["204", "503"],
        };
        ["200", "304", "404"].contains(&answer) || more.contains(&answer)
    }
}

/// A source, removed on drop.
pub(crate) struct Source {
    posture: PathBuf,
    folder: TempDir,
    content: Content,
}

enum Content {
    /// In a store, which is a file of the folder.
    Store,
    Database(Cluster),
    Gathered(Gathered),
}

impl Source {
    /// Creates and fills a source.
    pub(crate) fn start(kind: Kind, posture: &Path) -> Result<Self> {
        let content = match kind {
            Kind::Store => Content::Store,
            Kind::Database => Content::Database(Cluster::large()),
            Kind::Gathered => Content::Gathered(Gathered::start()?),
        };
        let source = Self { posture: posture.to_owned(), folder: tempfile::tempdir()?, content };
        match &source.content {
            Content::Store => source.change(0)?,
            Content::Database(cluster) => source.run(
                &["synth", "--tenants", TENANTS, "--postgres", &cluster.address("postgres", "postgres")],
                true,
            )?,
            Content::Gathered(_) => {}
        }
        Ok(source)
    }

    /// The server's arguments.
    pub(crate) fn args(&self) -> Vec<String> {
        match &self.content {
            Content::Store => vec!["--store".to_owned(), self.file("store.sqlite")],
            Content::Database(cluster) => {
                vec!["--database-url".to_owned(), cluster.address("postgres", "postgres")]
            }
            Content::Gathered(gathered) => gathered.args(),
        }
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> String {
        match &self.content {
            Content::Store | Content::Database(_) => "127.0.0.1:0".to_owned(),
            Content::Gathered(gathered) => gathered.address(),
        }
    }

    /// How many messages about changes were received.
    pub(crate) fn messages(&self) -> u64 {
        match &self.content {
            Content::Store | Content::Database(_) => 0,
            Content::Gathered(gathered) => gathered.messages(),
        }
    }

    /// Changes the evidence: imports the export of another hour, writes as the product would, or replaces a CSV file.
    pub(crate) fn change(&self, turn: u64) -> Result<()> {
        match &self.content {
            Content::Store => {
                let exported_at = format!("2026-04-{:02}T{:02}:00:00Z", 1 + turn / 24 % 28, turn % 24);
                let (export, store) = (self.file("export.json"), self.file("store.sqlite"));
                self.run(
                    &["synth", "--tenants", TENANTS, "--exported-at", &exported_at, "--output", &export],
                    true,
                )?;
                self.run(&["import", &export, "--store", &store], true)
            }
            Content::Database(cluster) => {
                let statements =
                    "UPDATE restore_runs SET completed_at = now() WHERE id % 7 = 0 AND completed_at IS NOT NULL;
                    INSERT INTO backup_sets (tenant_id, name, status, item_count, created_at, completed_at)
                        SELECT id, 'Nightly', 'completed', 1, now(), now() FROM tenants WHERE id % 50 = 0;";
                let script = PathBuf::from(self.file("change.sql"));
                write(&script, statements.as_bytes())?;
                cluster.psql(&script);
                Ok(())
            }
            Content::Gathered(gathered) => gathered.change(turn),
        }
    }

    /// Stops the database for a while; imports a truncated file, which must be rejected; or breaks off a CSV file.
    pub(crate) fn fault(&self, turn: u64) -> Result<()> {
        match &self.content {
            Content::Database(cluster) => {
                cluster.stop();
                thread::sleep(GONE);
                cluster.start();
                Ok(())
            }
            Content::Store => {
                let cut = self.file("cut.json");
                let whole = read(Path::new(&self.file("export.json")))?;
                write(Path::new(&cut), &whole[..whole.len() / 2])?;
                self.run(&["import", &cut, "--store", &self.file("store.sqlite")], false)
            }
            Content::Gathered(gathered) => gathered.fault(turn),
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs the command line and checks whether it succeeded as expected.
    fn run(&self, args: &[&str], succeeds: bool) -> Result<()> {
        let mut command = Command::new(&self.posture);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().with_context(|| format!("starting {command:?}"))?;
        ensure!(status.success() == succeeds, "{command:?} ended with {status}");
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "a soak's evidence is in files")]
fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "a soak's evidence is in files")]
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}
