//! `posture serve --gather`: gathers into the store that is served, again and again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::config::Config;
use super::output::NoteFormat;
use super::store;
use crate::failure::Failure;

/// What is gathered, where to, and how often.
#[derive(Clone)]
pub(crate) struct Repeat {
    pub(crate) config: PathBuf,
    pub(crate) store: PathBuf,
    pub(crate) every: Duration,
}

impl Repeat {
    /// Gathers once, so that there is a store to serve. A configuration that is refused ends the command.
    pub(crate) fn first(&self) -> Result<(), Failure> {
        gather(&self.config, &self.store)
    }

    /// Gathers again after each interval for as long as the process lives. A failure is logged, and the store stays as it was.
    pub(crate) fn start(self) {
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(self.every);
                if let Err(failure) = gather(&self.config, &self.store) {
                    let message = failure.message();
                    tracing::error!(message, "gathering failed; the store is as it was");
                }
            }
        });
    }
}

/// Reads the configuration each time, so that a change needs no restart.
fn gather(config: &Path, store: &Path) -> Result<(), Failure> {
    let config = Config::read(config)?;
    let line = store::gather_into(&config, crate::clock::now()?, store, NoteFormat::Log)?;
    tracing::info!(gathered = line, "gathered");
    Ok(())
}
