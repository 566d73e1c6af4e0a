//! The source of evidence that `posture serve` serves.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use posture_server::sources::EvidenceSource;
use posture_server::sources::demo::DemoSource;
use posture_server::sources::files::{FileOptions, FileSource};
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use posture_server::sources::sqlite::SqliteSource;

use crate::clock::now;
use crate::failure::Failure;

/// The default store.
pub(crate) const STORE: &str = "posture.sqlite";

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
        self.store.clone().or_else(|| Path::new(STORE).is_file().then(|| STORE.into()))
    }

    /// Opens the source. A database need not be reachable yet.
    pub(crate) async fn open(
        self,
        files: FileOptions,
        connections: NonZeroU32,
    ) -> Result<Arc<dyn EvidenceSource>, Failure> {
        if let Some(url) = &self.database_url {
            let options = PostgresOptions { connections: connections.get(), ..PostgresOptions::default() };
            return Ok(Arc::new(PostgresSource::new(url, options)?));
        }
        if let Some(path) = self.source.clone() {
            return tokio::task::spawn_blocking(move || open_files(path, files)).await?;
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

fn open_files(path: PathBuf, options: FileOptions) -> Result<Arc<dyn EvidenceSource>, Failure> {
    let name = path.display().to_string();
    let is_file = !path.is_dir();
    let source = FileSource::open_with(path, options).map_err(|error| Failure::unopened(&name, &error))?;
    for (file, refusal) in source.refusals() {
        if is_file {
            return Err(Failure::Refused(format!("{name}: {refusal}")));
        }
        tracing::warn!(file, refusal, "a file is not served");
    }
    Ok(Arc::new(source))
}
