use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::deadline::{Deadline, PAUSE};

/// A headless Firefox with a fresh profile, driven by its own remote protocol, Marionette: no package registry has its WebDriver.
pub struct Firefox {
    child: Child,
    connection: TcpStream,
    commands: u64,
    _profile: TempDir,
}

impl Firefox {
    /// Starts a browser with one empty page.
    ///
    /// # Errors
    ///
    /// If Firefox is missing or does not start.
    #[expect(clippy::disallowed_methods, reason = "a profile is a folder of files")]
    pub fn start() -> Result<Self> {
        let profile = TempDir::with_prefix("posture-firefox-").context("creating a profile")?;
        std::fs::write(profile.path().join("user.js"), PREFERENCES).context("writing the profile")?;
        let child = Command::new("firefox-esr")
            .args(["--headless", "--marionette", "--no-remote", "--profile"])
            .arg(profile.path())
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting firefox-esr; `cargo xtask test` installs it")?;
        let mut child = Ended(Some(child));
        let connection = connect(profile.path())?;
        let Some(child) = child.0.take() else { bail!("the browser is gone") };
        let mut firefox = Self { child, connection, commands: 0, _profile: profile };
        firefox.receive().context("waiting for Firefox's greeting")?;
        firefox.send(
            "WebDriver:NewSession",
            &json!({ "capabilities": { "alwaysMatch": { "timeouts": { "script": 60_000 } } } }),
        )?;
        Ok(firefox)
    }

    /// Opens a URL and waits for the page's `load` event.
    ///
    /// # Errors
    ///
    /// If the page cannot be reached.
    pub fn goto(&mut self, url: &str) -> Result<()> {
        self.send("WebDriver:Navigate", &json!({ "url": url }))
            .map(drop)
            .with_context(|| format!("opening {url}"))
    }

    /// Waits until a JavaScript expression is truthy, and gives its value. `what` names the condition.
    ///
    /// # Errors
    ///
    /// If that does not happen within a minute.
    pub fn wait_for(&mut self, what: &str, expression: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[0]; const look = () => {{ const value = ({expression}); value ? done(value) : requestAnimationFrame(look); }}; look();"
        );
        let answer = self.send("WebDriver:ExecuteAsyncScript", &json!({ "script": script, "args": [] }));
        answer.map(|answer| answer["value"].clone()).with_context(|| format!("waiting for {what}"))
    }

    /// Sends a command: `[0, number, name, parameters]`, answered by `[1, number, error, result]`.
    fn send(&mut self, command: &str, parameters: &Value) -> Result<Value> {
        self.commands += 1;
        let message = json!([0, self.commands, command, parameters]).to_string();
        write!(self.connection, "{}:{message}", message.len())
            .with_context(|| format!("sending {command}"))?;
        let mut answer = self.receive().with_context(|| format!("waiting for the answer to {command}"))?;
        ensure!(answer[1] == self.commands, "an answer to another command than {command}: {answer}");
        ensure!(answer[2].is_null(), "{command} failed: {}", answer[2]);
        Ok(answer[3].take())
    }

    /// The next message: its length in decimal digits, a colon, and JSON.
    fn receive(&mut self) -> Result<Value> {
        let mut length = 0;
        loop {
            let mut byte = [0];
            self.connection.read_exact(&mut byte)?;
            match byte[0] {
                b':' => break,
                digit @ b'0'..=b'9' => length = length * 10 + usize::from(digit - b'0'),
                other => bail!("byte {other} where a message's length was expected"),
            }
        }
        let mut message = vec![0; length];
        self.connection.read_exact(&mut message)?;
        Ok(serde_json::from_slice(&message)?)
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends the browser unless it was taken.
struct Ended(Option<Child>);

impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            end(child);
        }
    }
}

fn end(child: &mut Child) {
    // Both fail only if it has already ended.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

/// Connects to the port that Firefox writes into its profile once it listens.
#[expect(clippy::disallowed_methods, reason = "a profile is a folder of files")]
fn connect(profile: &Path) -> Result<TcpStream> {
    let (file, deadline) = (profile.join("MarionetteActivePort"), Deadline::start());
    loop {
        let port = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse::<u16>().ok());
        if let Some(port) = port {
            return TcpStream::connect(("127.0.0.1", port)).context("connecting to Firefox");
        }
        if deadline.has_passed() {
            bail!("Firefox never said where it listens");
        }
        std::thread::sleep(PAUSE);
    }
}

/// Any free port for the remote protocol, and no connections to anything else.
const PREFERENCES: &str = r#"
user_pref("marionette.port", 0);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
"#;
