use std::ops::Deref;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::browser::Browser;

/// How long a browser may take to become as new. One that takes longer, as some do that still hold a connection to a server that has
/// stopped, is replaced.
const CLEANING: Duration = Duration::from_secs(15);

/// Browsers that no test is using.
static IDLE: Mutex<Vec<Browser>> = Mutex::new(Vec::new());

/// Runs the connections to browsers, since a browser outlives the test that started it.
static RUNTIME: LazyLock<Option<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().ok());

/// A browser for one test, which another test uses after it. It is as if it were new: one empty page, nothing stored, nothing
/// logged. The browser of a test that failed is not used again.
pub struct LentBrowser(Option<Browser>);

impl LentBrowser {
    /// Takes a browser that is free, or starts one.
    ///
    /// # Errors
    ///
    /// If Chromium or its driver is missing or does not start.
    pub async fn borrow() -> Result<Self> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(browser) = idle
            && matches!(timeout(CLEANING, browser.forget()).await, Ok(Ok(())))
        {
            return Ok(Self(Some(browser)));
        }
        let runtime = RUNTIME.as_ref().context("starting a runtime for browsers")?;
        let browser = runtime.spawn(Browser::start()).await.context("starting a browser")??;
        Ok(Self(Some(browser)))
    }
}

impl Deref for LentBrowser {
    type Target = Browser;

    #[expect(clippy::expect_used, reason = "only dropping takes the browser away")]
    fn deref(&self) -> &Browser {
        self.0.as_ref().expect("a browser is there until it is given back")
    }
}

impl Drop for LentBrowser {
    fn drop(&mut self) {
        if let Some(browser) = self.0.take()
            && !thread::panicking()
        {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(browser);
        }
    }
}

impl Browser {
    /// Replaces the page by an empty one, and drops everything stored, logged and set for the page.
    async fn forget(&self) -> Result<()> {
        let client = self.client();
        let everywhere = json!({ "origin": "*", "storageTypes": "all" });
        let old = client.windows().await?;
        let new = client.new_window(true).await?.handle;
        for window in old {
            client.switch_to_window(window).await?;
            client.close_window().await?;
        }
        client.switch_to_window(new).await?;
        self.devtools("Storage.clearDataForOrigin", everywhere).await?;
        self.set_viewport(1440, 900).await?;
        self.console().await?;
        self.requests().await?;
        Ok(())
    }
}
