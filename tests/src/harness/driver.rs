use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::keeper::Keeper;

/// How often chromedriver is started before it counts as broken.
const ATTEMPTS: usize = 5;

/// Ends the process group `$1`, and removes the folder `$2`, which dying processes may still be writing to for a moment.
const END: &str =
    "kill -s KILL -- \"-$1\"; for _ in $(seq 100); do if rm -rf \"$2\"; then break; fi; sleep 0.1; done";

/// A running chromedriver with its own home folder. It leads a process group, which ends with this value or with the process.
pub(super) struct Driver {
    home: PathBuf,
    pub(super) port: u16,
    /// Ends the group first, so that the child can be waited for.
    keeper: Option<Keeper>,
    child: Child,
}

impl Driver {
    pub(super) fn start() -> Result<Self> {
        let mut last_words = String::new();
        // It takes a port that is free for IPv4, and ends if that port is taken for IPv6.
        for _ in 0..ATTEMPTS {
            match Self::try_to_start()? {
                Ok(driver) => return Ok(driver),
                Err(words) => last_words = words,
            }
        }
        bail!("chromedriver ended {ATTEMPTS} times before it listened; its last words: {last_words}")
    }

    /// A driver that listens, or its last output before it ended.
    fn try_to_start() -> Result<Result<Self, String>> {
        let home =
            TempDir::with_prefix("posture-browser-").context("creating a home for the browser")?.keep();
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", &home)
            .env("TMPDIR", &home)
            .env("XDG_CONFIG_HOME", &home)
            .env("XDG_CACHE_HOME", &home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting chromedriver; `cargo xtask test` installs it")?;
        let keeper = Keeper::start(END, &[child.id().to_string(), home.display().to_string()])?;
        let stdout = child.stdout.take();
        let mut driver = Self { home, port: 0, keeper: Some(keeper), child };
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
    pub(super) fn profile(&self) -> PathBuf {
        self.home.join("profile")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.keeper = None;
        let _ended = self.child.wait();
    }
}

/// The port in chromedriver's line `ChromeDriver was started successfully on port 41234.`
fn started_on(line: &str) -> Option<u16> {
    line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
}
