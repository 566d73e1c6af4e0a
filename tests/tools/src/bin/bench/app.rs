//! The app with a workspace of 10,000 tenants: bytes over the wire, time to the first view, and response times.

use std::path::Path;

use anyhow::{Context as _, Result};
use posture_core::paths;
use posture_tests::harness::{Browser, READY, Role, Server};
use posture_tests::table::{Budget, Table};
use serde::Deserialize;
use serde_json::json;

use crate::Subject;
use crate::browser::{TENANTS, median};
use crate::native::made;
use crate::trace;

/// The emulated line for the first view: 10 Mbit/s and this latency in milliseconds.
const BYTES_A_SECOND: u32 = 10_000_000 / 8;
const LATENCY: u32 = 50;

/// Number of measurements of each wait.
const ROUNDS: usize = 3;

/// Evaluated once a page has finished loading.
const PAGE: &str = r"(() => {
  // Without evidence, and without the program's further parts and their sheet, which load after the first view.
  const own = ({ name }) => !new URL(name).pathname.startsWith('/api/') && !/_(later|shared|adapters)\.wasm$|\/later-[^/]*\.css$/.test(name);
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource').filter(own)];
  return {
    wire: entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0),
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    program: Math.max(...entries.filter((entry) => entry.name.endsWith('.wasm')).map((entry) => entry.responseEnd)),
  };
})()";

/// Watches from now on for long tasks, and for the first frame that shows the overview.
const WATCH: &str = r"
window.seen = { task: 0, painted: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.task = Math.max(window.seen.task, entry.duration);
}).observe({ type: 'longtask', buffered: true });
new MutationObserver((_, observer) => {
  if (!document.querySelector('.calmness')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.seen.painted = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
";

/// The requests for evidence that a page made, and their compressed bytes.
const REQUESTS: &str = r"(() => {
  const requests = performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname.startsWith('/api/'));
  return { paths: requests.map(({ name }) => name.replace(location.origin, '')), wire: requests.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) };
})()";

/// A page that only makes the same requests, one after the other, and parses what comes.
const BARE: &str = r"
(async () => {
  for (const path of PATHS) JSON.parse(await (await fetch(path)).text());
  window.parsed = performance.now();
})();
";

/// Resolves once the page has been idle for a while.
const QUIET: &str = r"
const done = arguments[0];
setTimeout(done, 1500);
";

/// How many turns of the wheel go through all rows, and by how many pixels.
const TURNS: u32 = 60;
const TURN: i64 = 6_000;

/// Number of tenants of a file near the app's size limit.
const FULL_FILE_TENANTS: u64 = 1_100;
const SLIM_FILE_TENANTS: u64 = 50_000;

/// Notes when a file is chosen.
const CHOOSE: &str = r"
window.seen.task = 0;
document.addEventListener('change', () => { window.chosen = performance.now(); }, { capture: true, once: true });
";

/// The milliseconds from choosing a file until its overview is painted; null before its digest is computed too.
const OPENED: &str = r"
/^[0-9a-f]{64}$/.test(document.getElementById('file-digest')?.textContent) ? window.seen.painted - window.chosen : null
";

/// A page that only parses a chosen file.
const BARE_FILE: &str = r"
const picker = Object.assign(document.createElement('input'), { type: 'file', id: 'file-picker' });
picker.onchange = async () => {
  const chosen = performance.now();
  JSON.parse(await picker.files[0].text());
  window.parsed = performance.now() - chosen;
};
document.body.append(picker);
";

#[derive(Deserialize)]
struct Requests {
    paths: Vec<String>,
    wire: f64,
}

#[derive(Deserialize)]
struct Page {
    wire: f64,
    painted: f64,
    program: f64,
}

pub(crate) async fn measure(subject: &Subject, table: &mut Table) -> Result<()> {
    eprintln!("== the app");
    let snapshot = made(subject, "slim", TENANTS.into())?;
    let demo = Server::start_binary::<&str>(&subject.posture, &[])?;
    let browser = Browser::start().await?;
    // Without an emulated line, the program arrives before anything can be painted.
    let line = json!({ "offline": false, "latency": LATENCY, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND });
    browser.devtools("Network.enable", json!({})).await?;
    browser.devtools("Network.emulateNetworkConditions", line).await?;
    browser.goto(&demo.url(paths::OVERVIEW)).await?;
    browser.wait_for("the overview", READY).await?;
    let page: Page = serde_json::from_value(browser.wait_for("the page's entries", PAGE).await?)
        .context("the page's entries")?;
    table.add(
        "app: bytes of the first view over the wire",
        page.wire / 1e3,
        "KB",
        Some(Budget::AtMost(275.0)),
        "encoded bodies, without evidence and what loads later".to_owned(),
    );
    let from = format!(
        "over an emulated line of 10 Mbit/s and {LATENCY} ms: painted at {:.0} ms, the program arrived at {:.0} ms",
        page.painted, page.program
    );
    table.add(
        "app: first paint, relative to the time until the program arrives",
        page.painted / page.program,
        "",
        Some(Budget::AtMost(1.0)),
        from,
    );

    let large = Server::start_binary(&subject.posture, &[snapshot.as_os_str()])?;
    let mut opened = Rounds::default();
    let mut painted = Vec::new();
    let mut parsed = Vec::new();
    let mut wire = 0.0_f64;
    for _ in 0..ROUNDS {
        let browser = Browser::start().await?;
        browser.run_before_pages(WATCH).await?;
        browser.goto(&large.url(paths::OVERVIEW)).await?;
        painted.push(number(&browser, "window.seen.painted").await?);
        let requests: Requests = serde_json::from_value(browser.wait_for("the requests", REQUESTS).await?)
            .context("the requests of the overview")?;
        browser.wait_for("the whole app", READY).await?;
        opened.add(longest_task(&browser).await?);
        wire = wire.max(requests.wire);

        let bare = Browser::start().await?;
        bare.run_before_pages(&BARE.replace("PATHS", &json!(requests.paths).to_string())).await?;
        bare.goto(&large.url(paths::HEALTH)).await?;
        parsed.push(number(&bare, "window.parsed").await?);
    }
    let (painted, parsed) = (median(painted), median(parsed));
    table.add(
        "app: overview of 10,000 tenants painted, relative to a bare page that parses the same responses",
        painted / parsed,
        "",
        Some(Budget::AtMost(1.5)),
        format!("from navigation: painted at {painted:.0} ms, parsed by the bare page at {parsed:.0} ms"),
    );
    table.add(
        "app: evidence of 10,000 tenants over the wire",
        wire / 1e6,
        "MB",
        Some(Budget::AtMost(3.0)),
        "compressed bodies of all responses until the overview is painted".to_owned(),
    );
    opened.tell(table, "app: longest task while opening 10,000 tenants", 50.0, "long tasks");

    open_file(subject, &large, table).await?;
    let sort = Role::Link.named("Recovery evidence").within(Role::ColumnHeader);
    let filter = Role::Link.named("Stale").within(Role::Group.named("Backup posture"));
    for (what, link) in [("sort", sort), ("filter", filter)] {
        let mut painted = Rounds::default();
        for _ in 0..ROUNDS {
            let browser = traced_registry(&large).await?;
            browser.client().execute_async(QUIET, Vec::new()).await?;
            browser.click(&link).await?;
            browser.client().execute_async(QUIET, Vec::new()).await?;
            painted.add(
                trace::painted_after_click(&browser)
                    .await
                    .with_context(|| format!("painting after a {what}"))?,
            );
        }
        let name = format!("app: {what} of 10,000 rows, painted");
        painted.tell(
            table,
            &name,
            100.0,
            "traced: from the click until the frame with the rows is on screen",
        );
    }
    let mut longest = Rounds::default();
    for _ in 0..ROUNDS {
        let browser = traced_registry(&large).await?;
        scroll_through(&browser).await?;
        longest.add(trace::longest_frame(&browser, "scroll-begins", "scroll-ends").await?);
    }
    let from = "traced: longest time between two frames on screen, one turn of the wheel after the other through all rows";
    longest.tell(table, "app: scrolling 10,000 rows", 50.0, from);
    Ok(())
}

/// Several measurements of one wait, in milliseconds. Other load only adds to it, so the shortest counts; the table shows all.
#[derive(Default)]
struct Rounds(Vec<f64>);

impl Rounds {
    fn add(&mut self, milliseconds: f64) {
        self.0.push(milliseconds);
    }

    fn tell(&self, table: &mut Table, name: &str, budget: f64, from: &str) {
        let least = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        let all: Vec<_> = self.0.iter().map(|one| format!("{one:.0}")).collect();
        let from = format!("{from}; the least of {} ms", all.join(", "));
        table.add(name, least, "ms", Some(Budget::AtMost(budget)), from);
    }
}

/// The registry in a browser of its own, because the driver returns a trace only once.
async fn traced_registry(server: &Server) -> Result<Browser> {
    let browser = Browser::start_traced(trace::CATEGORIES).await?;
    browser.goto(&server.url(paths::TENANTS)).await?;
    browser.wait_for("the registry", READY).await?;
    Ok(browser)
}

/// Turns the wheel until the last row is in view, and marks the beginning and the end for the trace.
async fn scroll_through(browser: &Browser) -> Result<()> {
    // The head of the table stays in view.
    let head = browser.element(&Role::Link.named("Tenant").within(Role::ColumnHeader)).await?;
    browser.turn_wheel(&head, TURN).await?;
    browser.client().execute_async(QUIET, Vec::new()).await?;
    browser.client().execute("performance.mark('scroll-begins')", Vec::new()).await?;
    for _ in 1..TURNS {
        browser.turn_wheel(&head, TURN).await?;
    }
    browser.client().execute("performance.mark('scroll-ends')", Vec::new()).await?;
    browser.client().execute_async(QUIET, Vec::new()).await.map(drop).context("waiting after the last turn")
}

/// Opens files near the size limit, as a reviewer does.
async fn open_file(subject: &Subject, server: &Server, table: &mut Table) -> Result<()> {
    for (detail, tenants) in [("full", FULL_FILE_TENANTS), ("slim", SLIM_FILE_TENANTS)] {
        let file = made(subject, detail, tenants)?;
        let megabytes = file.metadata()?.len() as f64 / 1e6;
        let (mut tasks, mut taken, mut parsed) = (Rounds::default(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let browser = Browser::start().await?;
            browser.run_before_pages(WATCH).await?;
            browser.goto(&server.url(paths::OPEN)).await?;
            browser.wait_for("the chooser", "document.getElementById('file-picker')").await?;
            browser.client().execute(CHOOSE, Vec::new()).await?;
            choose(&browser, &file).await?;
            taken.push(number(&browser, OPENED).await?);
            browser.client().execute_async(QUIET, Vec::new()).await?;
            tasks.add(longest_task(&browser).await?);
            if detail == "full" {
                let bare = Browser::start().await?;
                bare.goto(&server.url(paths::HEALTH)).await?;
                bare.client().execute(BARE_FILE, Vec::new()).await?;
                choose(&bare, &file).await?;
                parsed.push(number(&bare, "window.parsed").await?);
            }
        }
        let taken = median(taken);
        if detail == "full" {
            let parsed = median(parsed);
            table.add(
                &format!("app: a file of {tenants} tenants (full) on screen, relative to a bare page that parses it"),
                taken / parsed,
                "",
                Some(Budget::AtMost(0.7)),
                format!("{megabytes:.0} MB, from choosing the file: painted after {taken:.0} ms, parsed by the bare page after {parsed:.0} ms"),
            );
        }
        let name = format!("app: longest task while opening a file of {tenants} tenants ({detail})");
        tasks.tell(
            table,
            &name,
            50.0,
            &format!("long tasks, until the file's digest is computed; {megabytes:.0} MB, on screen after {taken:.0} ms"),
        );
    }
    Ok(())
}

async fn choose(browser: &Browser, file: &Path) -> Result<()> {
    let picker = browser.client().find(fantoccini::Locator::Id("file-picker")).await?;
    picker.send_keys(&file.to_string_lossy()).await.context("choosing the file")
}

/// The longest task that Chromium reported, in milliseconds. It reports tasks of 50 ms and more; 0 means none.
async fn longest_task(browser: &Browser) -> Result<f64> {
    let task = browser.client().execute("return window.seen.task", Vec::new()).await?;
    task.as_f64().context("the longest task is not a number")
}

async fn number(browser: &Browser, expression: &str) -> Result<f64> {
    browser
        .wait_for(expression, expression)
        .await?
        .as_f64()
        .with_context(|| format!("{expression} is not a number"))
}
