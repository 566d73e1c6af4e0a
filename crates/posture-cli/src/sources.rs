//! The source of evidence that `posture serve` serves.

use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use posture_server::sources::EvidenceSource;
use posture_server::sources::demo::DemoSource;
use posture_server::sources::files::{FileOptions, FileSource};
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use posture_server::sources::sqlite::SqliteSource;
use tokio::time::timeout;

use crate::clock::now;
use crate::failure::Failure;

/// The default store.
pub(crate) const STORE: &str = "posture.sqlite";

/// How long a folder is read before the endpoint listens. Its reading goes on afterwards.
const BEFORE_LISTENING: Duration = Duration::from_secs(1);

/// At most one source; by default the store `posture.sqlite` if it exists, else the embedded demo.
#[derive(Clone, Default)]
pub(crate) struct SourceArgs {
    pub(crate) source: Option<PathBuf>,
    pub(crate) store: Option<PathBuf>,
    pub(crate) database_url: Option<String>,
}

impl SourceArgs {
    /// The store that is served; `None` if the evidence comes from elsewhere.
    pub(crate) fn store_path(&self) -> Option<PathBuf> {
        if self.database_url.is_some() || self.source.is_some() {
            return None;
        }
        // A store that cannot be seen, or a link that leads nowhere, is never replaced by the demo.
        let is_missing = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
        let is_there = || !Path::new(STORE).symlink_metadata().is_err_and(is_missing);
        self.store.clone().or_else(|| is_there().then(|| STORE.into()))
    }

    /// Opens the source. A database need not be reachable yet.
    pub(crate) async fn open(
        self,
        files: FileOptions,
        connections: NonZeroU32,
    ) -> Result<Arc<dyn EvidenceSource>, Failure> {
        if let Some(url) = self.database_url {
            let options = PostgresOptions { connections: connections.get(), ..PostgresOptions::default() };
            // The driver reads a file of passwords, which may be a pipe.
            let source = tokio::task::spawn_blocking(move || PostgresSource::new(&url, options));
            return Ok(Arc::new(source.await??));
        }
        if let Some(path) = self.source.clone() {
            let source = Arc::new(tokio::task::spawn_blocking(move || open_files(path, files)).await??);
            // A small folder is read before the endpoint listens, a large one while it does.
            let _still_read = timeout(BEFORE_LISTENING, tokio::spawn(read_files(Arc::clone(&source)))).await;
            return Ok(source);
        }
        match self.store_path() {
            Some(store) => {
                let opened = SqliteSource::open(&store).await;
                Ok(Arc::new(opened.map_err(|error| Failure::Refused(error.to_string()))?))
            }
            None => tokio::task::spawn_blocking(open_demo).await?,
        }
    }
}

fn open_demo() -> Result<Arc<dyn EvidenceSource>, Failure> {
    Ok(Arc::new(DemoSource::new(now()?).context("Failed to derive the demo")?))
}

/// Opens a folder, which is read later, or a file, which must be a snapshot.
fn open_files(path: PathBuf, options: FileOptions) -> Result<FileSource, Failure> {
    let name = path.display().to_string();
    let unopened = |error| Failure::unopened(&name, &error);
    if path.is_dir() {
        return FileSource::open_unread(path, options).map_err(unopened);
    }
    let source = FileSource::open_with(path, options).map_err(unopened)?;
    match source.refusals().first() {
        Some((_, refusal)) => Err(Failure::Refused(format!("{name}: {refusal}"))),
        None => Ok(source),
    }
}

/// Reads the files, which logs those that are not served.
async fn read_files(source: Arc<FileSource>) {
    if let Err(error) = source.read().await {
        tracing::error!(error = &error as &dyn std::error::Error, "failed to read the served files");
    }
}
