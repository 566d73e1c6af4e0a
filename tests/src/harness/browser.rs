use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;
use url::{ParseError, Url};

use super::deadline::{Deadline, PATIENCE, PAUSE};
use super::driver::Driver;

/// A headless Chromium with a fresh profile.
pub struct Browser {
    client: Client,
    _driver: Driver,
}

/// The value of `prefers-color-scheme`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorScheme {
    /// `light`
    Light,
    /// `dark`
    Dark,
}

/// One message of the browser's console: a page's own, an uncaught error, a failed request or a violation of the
/// content-security policy.
#[derive(Debug, Deserialize)]
pub struct ConsoleEntry {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// The source: `javascript`, `network`, `security`, `console-api` and others.
    #[serde(default)]
    pub source: String,
    /// The text, after its place.
    pub message: String,
}

impl fmt::Display for ConsoleEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.level, self.source, self.message)
    }
}

impl Browser {
    /// Starts a browser with one empty page of 1440 by 900 pixels.
    ///
    /// # Errors
    ///
    /// If Chromium or its driver is missing or does not start.
    pub async fn start() -> Result<Self> {
        Self::start_with(json!({})).await
    }

    /// The same, with trace events of some categories, separated by commas; see [`Browser::traced`].
    ///
    /// # Errors
    ///
    /// If Chromium or its driver is missing or does not start.
    pub async fn start_traced(categories: &str) -> Result<Self> {
        Self::start_with(json!({ "perfLoggingPrefs": { "traceCategories": categories } })).await
    }

    /// Starts a browser with more options of Chromium's driver.
    async fn start_with(mut options: Value) -> Result<Self> {
        let driver = Driver::start()?;
        let profile = driver.profile();
        let mut args = FLAGS.map(str::to_owned).to_vec();
        args.push(format!("--user-data-dir={}", profile.display()));
        options["args"] = json!(args);
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .context("opening a session in Chromium")?;
        let browser = Self { client, _driver: driver };
        browser.set_viewport(1440, 900).await?;
        Ok(browser)
    }

    /// The session itself, for finding, clicking and typing.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Opens a URL and waits for the page's `load` event.
    ///
    /// # Errors
    ///
    /// If the page cannot be reached.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("opening {url}"))
    }

    /// Waits until a JavaScript expression is truthy, and gives its value. `what` names the condition.
    ///
    /// # Errors
    ///
    /// If that never happens; the error shows the page's text and console.
    pub async fn wait_for(&self, what: &str, expression: &str) -> Result<Value> {
        let script = format!("return ({expression});");
        let deadline = Deadline::start();
        loop {
            let value = self
                .client
                .execute(&script, Vec::new())
                .await
                .with_context(|| format!("waiting for {what}"))?;
            if !matches!(&value, Value::Null | Value::Bool(false)) && value != json!("") && value != json!(0)
            {
                return Ok(value);
            }
            if deadline.has_passed() {
                return Err(self.in_vain(what).await?);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The error that a condition never became true, with the page's text and console.
    pub(super) async fn in_vain(&self, what: &str) -> Result<anyhow::Error> {
        let text = self.client.execute("return document.body.innerText;", Vec::new()).await?;
        let console: String = self.console().await?.iter().map(|entry| format!("\n  {entry}")).collect();
        let url = self.client.current_url().await?;
        Ok(anyhow!("timed out waiting for {what} at {url}\npage: {text}\nconsole:{console}"))
    }

    /// Waits until the page shows this text.
    ///
    /// # Errors
    ///
    /// If that never happens; the error shows the page's text and console.
    pub async fn wait_for_text(&self, text: &str) -> Result<()> {
        let expression = format!("document.body.innerText.includes({})", Value::from(text));
        self.wait_for(&format!("the text {text:?}"), &expression).await.map(drop)
    }

    /// The console's messages since the last call.
    ///
    /// # Errors
    ///
    /// If the driver does not answer as expected.
    pub async fn console(&self) -> Result<Vec<ConsoleEntry>> {
        let entries = self.issue("se/log", json!({ "type": "browser" })).await?;
        serde_json::from_value(entries).context("reading the browser's console")
    }

    /// The errors and warnings among [`Browser::console`], violations of the content-security policy included.
    ///
    /// # Errors
    ///
    /// If the driver does not answer as expected.
    pub async fn complaints(&self) -> Result<Vec<ConsoleEntry>> {
        let mut entries = self.console().await?;
        entries.retain(|entry| entry.level == "SEVERE" || entry.level == "WARNING");
        Ok(entries)
    }

    /// Runs a script in every page before the page's own.
    ///
    /// # Errors
    ///
    /// If the driver refuses.
    pub async fn run_before_pages(&self, script: &str) -> Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await.map(drop)
    }

    /// Lets pages download into a folder, runs `act`, waits for a file of this name there, and gives its text.
    ///
    /// # Errors
    ///
    /// If the driver refuses, or no such file appears.
    #[expect(clippy::disallowed_methods, reason = "a download is a file")]
    pub async fn downloaded(
        &self,
        folder: &Path,
        name: &str,
        act: impl Future<Output = Result<()>>,
    ) -> Result<String> {
        let allowed = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", allowed).await?;
        act.await?;
        let (file, partial) = (folder.join(name), folder.join(format!("{name}.crdownload")));
        let deadline = Deadline::start();
        // Chromium makes an empty file of this name, then moves the whole one over it (`BaseFile::MoveFileAndAdjustPermissions`).
        while !file.is_file() || partial.exists() {
            if deadline.has_passed() {
                bail!("{} never came", file.display());
            }
            tokio::time::sleep(PAUSE).await;
        }
        std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
    }

    /// The addresses that the page has requested since the last call, from the network or a cache, without blobs.
    ///
    /// # Errors
    ///
    /// If the driver does not answer as expected.
    pub async fn requests(&self) -> Result<Vec<String>> {
        let sent = self.logged("Network.requestWillBeSent").await?;
        let urls = sent.iter().filter_map(|event| event["request"]["url"].as_str());
        Ok(urls.filter(|url| !url.starts_with("blob:")).map(str::to_owned).collect())
    }

    /// The trace events since the last call, or since the browser started, in no order.
    ///
    /// # Errors
    ///
    /// If the driver does not answer as expected.
    pub async fn traced(&self) -> Result<Vec<Value>> {
        self.logged("Tracing.dataCollected").await
    }

    /// The driver's log entries with this name in the DevTools protocol. All others are dropped.
    async fn logged(&self, name: &str) -> Result<Vec<Value>> {
        let entries = self.issue("se/log", json!({ "type": "performance" })).await?;
        let entries: Vec<ConsoleEntry> =
            serde_json::from_value(entries).context("reading the browser's log")?;
        let events = entries.iter().filter_map(|entry| {
            let mut event: Value = serde_json::from_str(&entry.message).ok()?;
            (event["message"]["method"] == name).then(|| event["message"]["params"].take())
        });
        Ok(events.collect())
    }

    /// Sets the size of the page's viewport, in CSS pixels.
    ///
    /// # Errors
    ///
    /// If the driver refuses.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
    }

    /// Sets what `prefers-color-scheme` answers.
    ///
    /// # Errors
    ///
    /// If the driver refuses.
    pub async fn set_color_scheme(&self, scheme: ColorScheme) -> Result<()> {
        let value = match scheme {
            ColorScheme::Light => "light",
            ColorScheme::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", media).await.map(drop)
    }

    /// Writes a PNG of the viewport, or of the whole page if `whole_page` is true.
    ///
    /// # Errors
    ///
    /// If the picture cannot be taken or written.
    #[expect(clippy::disallowed_methods, reason = "a screenshot is a file")]
    pub async fn screenshot(&self, path: &Path, whole_page: bool) -> Result<()> {
        let mut options = json!({ "format": "png" });
        if whole_page {
            let metrics = self.devtools("Page.getLayoutMetrics", json!({})).await?;
            let size = &metrics["cssContentSize"];
            options["captureBeyondViewport"] = json!(true);
            options["clip"] =
                json!({ "x": 0, "y": 0, "scale": 1, "width": size["width"], "height": size["height"] });
        }
        let picture = self.devtools("Page.captureScreenshot", options).await?;
        let data = picture["data"].as_str().ok_or_else(|| anyhow!("a screenshot without data"))?;
        std::fs::write(path, BASE64_STANDARD.decode(data)?)
            .with_context(|| format!("writing {}", path.display()))
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    ///
    /// If Chromium refuses it.
    pub async fn devtools(&self, command: &str, params: Value) -> Result<Value> {
        self.issue("goog/cdp/execute", json!({ "cmd": command, "params": params }))
            .await
            .with_context(|| format!("sending {command}"))
    }

    async fn issue(&self, path: &str, body: Value) -> Result<Value> {
        let command = Command { path: path.to_owned(), body: Some(body.to_string()) };
        let answer = timeout(PATIENCE, self.client.issue_cmd(command)).await;
        answer
            .with_context(|| format!("POST {path} without an answer"))?
            .with_context(|| format!("POST {path}"))
    }

    /// The answer to a command of the driver that changes nothing.
    pub(super) async fn get(&self, path: String) -> Result<Value> {
        let command = Command { path: path.clone(), body: None };
        let answer = timeout(PATIENCE, self.client.issue_cmd(command)).await;
        answer
            .with_context(|| format!("GET {path} without an answer"))?
            .with_context(|| format!("GET {path}"))
    }
}

/// Chromium's options in a container. It talks only to the page's own server.
const FLAGS: [&str; 16] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--password-store=basic",
    "--hide-scrollbars",
    "--lang=en-GB",
];

/// A command below the session that the client has no method for: a POST with a body, or a GET.
#[derive(Debug)]
struct Command {
    path: String,
    body: Option<String>,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _request_url: &Url) -> (http::Method, Option<String>) {
        let method = if self.body.is_some() { http::Method::POST } else { http::Method::GET };
        (method, self.body.clone())
    }
}
