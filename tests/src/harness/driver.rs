use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use super::deadline::{Deadline, PAUSE};

/// How often chromedriver is started before it is said not to start.
const ATTEMPTS: usize = 5;

/// A running chromedriver with a home of its own. It leads a process group, so that no browser outlives it.
pub(super) struct Driver {
    child: Child,
    home: Option<TempDir>,
    pub(super) port: u16,
}

impl Driver {
    pub(super) fn start() -> Result<Self> {
        let mut last_words = String::new();
        // It takes a port that is free for IPv4, and ends where that port is taken for IPv6.
        for _ in 0..ATTEMPTS {
            match Self::try_to_start()? {
                Ok(driver) => return Ok(driver),
                Err(words) => last_words = words,
            }
        }
        bail!("chromedriver ended {ATTEMPTS} times before it listened, the last time saying: {last_words}")
    }

    /// A driver that listens, or what it said before it ended.
    fn try_to_start() -> Result<Result<Self, String>> {
        let home = TempDir::with_prefix("posture-browser-").context("creating a home for the browser")?;
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_CACHE_HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting chromedriver; `cargo xtask test` installs it")?;
        let stdout = child.stdout.take();
        let mut driver = Self { child, home: Some(home), port: 0 };
        let mut lines = BufReader::new(stdout.context("chromedriver has no standard output")?).lines();
        let mut said = Vec::new();
        for line in lines.by_ref() {
            let line = line?;
            if let Some(port) = started_on(&line) {
                driver.port = port;
                thread::spawn(move || lines.for_each(drop));
                return Ok(Ok(driver));
            }
            said.push(line);
        }
        Ok(Err(said.join(" ")))
    }

    /// The folder for the browser's profile.
    pub(super) fn profile(&self) -> Option<std::path::PathBuf> {
        self.home.as_ref().map(|home| home.path().join("profile"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Each of these fails only for what has ended or gone already.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        if let Some(home) = self.home.take() {
            remove(home.path());
        }
    }
}

/// Removes a folder that dying processes may still be writing to.
fn remove(folder: &Path) {
    let deadline = Deadline::start();
    while std::fs::remove_dir_all(folder).is_err() && folder.exists() && !deadline.has_passed() {
        thread::sleep(PAUSE);
    }
}

/// The port in chromedriver's line `ChromeDriver was started successfully on port 41234.`
fn started_on(line: &str) -> Option<u16> {
    line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
}
