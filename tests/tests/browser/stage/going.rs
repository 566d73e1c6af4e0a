use posture_core::paths;
use posture_tests::harness::{Locator, READY, Role};
use serde_json::Value;

use super::Stage;

/// Going places.
impl Stage {
    pub(crate) async fn open(&self, path: &str) {
        self.goto(&self.server.url(path)).await;
        self.is_ready().await;
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.browser.goto(url).await.unwrap();
    }

    pub(crate) async fn is_ready(&self) {
        self.browser.wait_for("the page", READY).await.unwrap();
    }

    pub(crate) async fn reload(&self) {
        self.browser.client().refresh().await.unwrap();
        self.is_ready().await;
    }

    pub(crate) async fn back(&self) {
        self.browser.client().back().await.unwrap();
    }

    pub(crate) async fn forward(&self) {
        self.browser.client().forward().await.unwrap();
    }

    /// Writes another page of an opened document into the address.
    pub(crate) async fn go(&self, route: &str) {
        self.run(&format!("location.hash = {};", Value::from(route))).await;
    }

    /// Clicks the first link of the page's content to an address, and waits for its page.
    pub(crate) async fn follow(&self, url: &str) {
        self.follow_in(Role::Main, url).await;
    }

    /// As [`Stage::follow`], within a part of the page.
    pub(crate) async fn follow_in(&self, part: impl Into<Locator>, url: &str) {
        self.click(Role::Link.leading_to(url).within(part)).await;
        self.arrives_at(url).await;
    }

    /// Waits for the page at an address.
    pub(crate) async fn arrives_at(&self, url: &str) {
        self.until(&format!("location.pathname + location.search === {}", Value::from(url))).await;
        self.is_ready().await;
    }

    /// Opens `/open`, and waits until the adapters are loaded and the app is kept for offline use, so that later requests are the
    /// page's own.
    pub(crate) async fn open_chooser(&self) {
        self.open(paths::OPEN).await;
        self.until(
            "performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.endsWith('_adapters.wasm') && responseEnd > 0)",
        )
        .await;
        self.is_kept_for_offline_use().await;
    }

    /// Waits until the app's files are kept for use without a network.
    pub(crate) async fn is_kept_for_offline_use(&self) {
        self.run_async("navigator.serviceWorker.ready.then(() => done(true));").await;
    }
}
