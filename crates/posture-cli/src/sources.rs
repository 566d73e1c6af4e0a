//! The source of evidence that `posture serve` serves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
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
#[derive(Args, Clone, Default)]
#[group(multiple = false)]
pub(crate) struct SourceArgs {
    /// Snapshot file, or folder of snapshot files, each a workspace. Without a source, serves the store posture.sqlite if it exists, else
    /// the embedded demo.
    pub(crate) source: Option<PathBuf>,
    /// Store that snapshots were imported into.
    #[arg(long, value_name = "STORE", env = "POSTURE_STORE")]
    pub(crate) store: Option<PathBuf>,
    /// PostgreSQL database with the product's tables, such as postgres://posture@db.example/product. It is only read.
    #[arg(long, value_name = "URL", env = "POSTURE_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

impl SourceArgs {
    /// Whether a source is named.
    pub(crate) fn is_given(&self) -> bool {
        self.named() > 0
    }

    /// Whether at most one source is named.
    pub(crate) fn is_single(&self) -> bool {
        self.named() <= 1
    }

    fn named(&self) -> usize {
        [self.source.is_some(), self.store.is_some(), self.database_url.is_some()]
            .into_iter()
            .filter(|is_some| *is_some)
            .count()
    }

    /// Opens the source. A database need not be reachable yet.
    pub(crate) async fn open(self, allow_replacement: bool) -> Result<Arc<dyn EvidenceSource>, Failure> {
        if let Some(url) = self.database_url {
            return Ok(Arc::new(PostgresSource::new(&url, PostgresOptions::default())?));
        }
        if let Some(path) = self.source {
            return tokio::task::spawn_blocking(move || open_files(path, allow_replacement)).await?;
        }
        let store = self.store.or_else(|| Path::new(STORE).is_file().then(|| STORE.into()));
        match store {
            Some(store) => {
                let opened = SqliteSource::open(&store).await;
                Ok(Arc::new(opened.map_err(|error| Failure::Refused(error.to_string()))?))
            }
            None => tokio::task::spawn_blocking(open_demo).await?,
        }
    }
}

fn open_demo() -> Result<Arc<dyn EvidenceSource>, Failure> {
    Ok(Arc::new(DemoSource::new(now()?).context("deriving the demo")?))
}

fn open_files(path: PathBuf, allow_replacement: bool) -> Result<Arc<dyn EvidenceSource>, Failure> {
    let name = path.display().to_string();
    let is_file = !path.is_dir();
    let source = FileSource::open_with(path, FileOptions { allow_replacement, ..FileOptions::default() })
        .map_err(|error| Failure::unopened(&name, &error))?;
    for (file, refusal) in source.refusals() {
        if is_file {
            return Err(Failure::Refused(format!("{name}: {refusal}")));
        }
        tracing::warn!(file, refusal, "a file is not served");
    }
    Ok(Arc::new(source))
}
