//! `posture serve --gather`: gathers into the store that is served, again and again.
//!
//! Each gathering is a process of its own, with bounds of its own: the files may come from anyone, and if they break the reader, the
//! endpoint continues.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use super::config::Config;
use crate::exit_code;
use crate::failure::Failure;

/// What a process says that gets no more memory: Rust's allocator, SQLite, and the system.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of", "out of memory", "Cannot allocate memory"];
/// As much of what a gathering says about its failure as is logged, in bytes.
const MOST_SAID: usize = 4000;

/// What is gathered, where to, how often, and within which limits.
#[derive(Clone)]
pub(crate) struct Repeat {
    pub(crate) config: PathBuf,
    pub(crate) store: PathBuf,
    pub(crate) every: Duration,
    /// A gathering that takes longer is ended.
    pub(crate) timeout: Duration,
    /// How much memory a gathering may take, in MB.
    pub(crate) memory: u32,
}

/// A note as `posture gather --format json` writes it.
#[derive(Deserialize)]
struct Note {
    #[serde(default)]
    tenant: String,
    kind: String,
    severity: String,
    path: Option<String>,
    message: String,
}

/// A line of a gathering.
enum Said {
    Result(String),
    Note(String),
}

impl Repeat {
    /// Gathers once, so that there is a store to serve. A configuration that is refused ends the command, and so does any failure before
    /// there is a store.
    pub(crate) fn first(&self) -> Result<(), Failure> {
        Config::read(&self.config)?;
        let is_store_there = self.store.exists();
        match self.gather() {
            Err(failure) if is_store_there => {
                failed(&failure);
                Ok(())
            }
            gathered => gathered,
        }
    }

    /// Gathers again after each interval for as long as the process lives. A failure is logged, and the store stays as it was.
    pub(crate) fn start(self) {
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(self.every);
                if let Err(failure) = self.gather() {
                    failed(&failure);
                }
            }
        });
    }

    /// The configuration is read each time, so that a change needs no restart.
    fn gather(&self) -> Result<(), Failure> {
        let mut gathering = Command::new(own_program()?)
            .args(["gather", "--format", "json", "--part-of-serve", &self.memory.to_string()])
            .args(["--started-by", &std::process::id().to_string(), "--config"])
            .arg(&self.config)
            .arg("--store")
            .arg(&self.store)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("Failed to start a gathering")?;
        let (heard, said) = channel();
        listen(gathering.stdout.take(), heard.clone(), Said::Result);
        listen(gathering.stderr.take(), heard, Said::Note);
        let (result, failure) = hear(&said, &mut gathering, self.timeout)?;
        let status = gathering.wait().context("Failed to wait for a gathering")?;
        if status.success() {
            tracing::info!(gathered = result, "gathered");
            return Ok(());
        }
        let failure = failure.trim().trim_start_matches("error: ").to_owned();
        if status.code() == Some(exit_code::REFUSED.into()) {
            return Err(Failure::Refused(failure));
        }
        if OUT_OF_MEMORY.iter().any(|said| failure.contains(said)) {
            let memory = self.memory;
            return Err(anyhow!(
                "The gathering needed more than {memory} MB of memory. Raise --gather-memory, or divide the tenants among several stores."
            )
            .into());
        }
        Err(anyhow!("{status}. {failure}").context("The gathering ended").into())
    }
}

/// This program. A newer one may have taken its place on disk.
fn own_program() -> anyhow::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() {
        return Ok(running.to_owned());
    }
    std::env::current_exe().context("Failed to find the program itself")
}

fn failed(failure: &Failure) {
    tracing::error!(why = failure.message(), "gathering failed; the store is as it was");
}

/// Hands over the lines of a stream until it ends.
fn listen(stream: Option<impl Read + Send + 'static>, heard: Sender<Said>, said: fn(String) -> Said) {
    let Some(stream) = stream else { return };
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if heard.send(said(line)).is_err() {
                return;
            }
        }
    });
}

/// Logs notes as they come, and returns the result and what else was said. Ends a gathering that takes too long.
#[expect(clippy::disallowed_methods, reason = "a gathering is bounded in time")]
fn hear(said: &Receiver<Said>, gathering: &mut Child, timeout: Duration) -> anyhow::Result<(String, String)> {
    let (mut result, mut failure) = (String::new(), String::new());
    let until = Instant::now() + timeout;
    loop {
        match said.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Said::Result(line)) => result = line,
            Ok(Said::Note(line)) => match serde_json::from_str(&line) {
                Ok(note) => log(&note),
                Err(_) if failure.len() + line.len() < MOST_SAID => failure = format!("{failure}{line} "),
                Err(_) => {}
            },
            Err(RecvTimeoutError::Disconnected) => return Ok((result, failure)),
            Err(RecvTimeoutError::Timeout) => {
                gathering.kill().context("Failed to end a gathering")?;
                gathering.wait().context("Failed to wait for a gathering")?;
                let seconds = timeout.as_secs();
                return Err(anyhow!(
                    "The gathering took more than {seconds} s and was ended. Raise --gather-timeout, or divide the tenants among several stores."
                ));
            }
        }
    }
}

/// Bad news only.
fn log(Note { tenant, kind, severity, path, message }: &Note) {
    match severity.as_str() {
        "error" => tracing::error!(tenant, kind, path, message),
        "warning" => tracing::debug!(tenant, kind, path, message),
        _ => {}
    }
}
