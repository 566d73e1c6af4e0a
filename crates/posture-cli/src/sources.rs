//! Where `posture serve` finds its evidence.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::Args;
use posture_core::Timestamp;
use posture_server::sources::EvidenceSource;
use posture_server::sources::demo::DemoSource;
use posture_server::sources::files::FileSource;
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use posture_server::sources::sqlite::SqliteSource;

use crate::failure::Failure;

/// The store that is used where none is named.
pub(crate) const STORE: &str = "posture.sqlite";

/// One of three places; none is the store `posture.sqlite` where it is there, else the embedded demo.
#[derive(Args, Clone, Default)]
#[group(multiple = false)]
pub(crate) struct SourceArgs {
    /// Snapshot file, or folder of snapshot files, each a workspace; where no source is named, the store posture.sqlite, or, where there is
    /// none, the embedded demo.
    pub(crate) source: Option<PathBuf>,
    /// Store that snapshots were imported into.
    #[arg(long, value_name = "STORE", env = "POSTURE_STORE")]
    pub(crate) store: Option<PathBuf>,
    /// PostgreSQL database with the product's tables, which is only read, such as postgres://posture@db.example/product.
    #[arg(long, value_name = "URL", env = "POSTURE_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

impl SourceArgs {
    /// Whether a place is named.
    pub(crate) fn is_given(&self) -> bool {
        self.named() > 0
    }

    /// Whether at most one place is named.
    pub(crate) fn is_single(&self) -> bool {
        self.named() <= 1
    }

    fn named(&self) -> usize {
        [self.source.is_some(), self.store.is_some(), self.database_url.is_some()]
            .into_iter()
            .filter(|is_some| *is_some)
            .count()
    }

    /// Opens the place. A database need not be there yet.
    pub(crate) async fn open(self) -> Result<Arc<dyn EvidenceSource>, Failure> {
        if let Some(url) = self.database_url {
            return Ok(Arc::new(PostgresSource::new(&url, PostgresOptions::default())?));
        }
        if let Some(path) = self.source {
            return tokio::task::spawn_blocking(|| open_files(path)).await?;
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

fn open_files(path: PathBuf) -> Result<Arc<dyn EvidenceSource>, Failure> {
    let name = path.display().to_string();
    let is_file = path.is_file();
    let source = FileSource::open(path).map_err(|error| Failure::unopened(&name, &error))?;
    for (file, refusal) in source.refusals() {
        if is_file {
            return Err(Failure::Refused(format!("{name}: {refusal}")));
        }
        tracing::warn!(file, refusal, "a file is not served");
    }
    Ok(Arc::new(source))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo's times are relative to its start, and a gathering is of now"
)]
pub(crate) fn now() -> anyhow::Result<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).context("reading the clock")?;
    let seconds = i64::try_from(since_epoch.as_secs()).context("reading the clock")?;
    Timestamp::from_unix_seconds(seconds).context("the clock stands outside the calendar")
}
