//! When a page had painted its response to a click, by Chromium's trace.

use anyhow::{Context as _, Result};
use posture_tests::harness::Browser;
use serde_json::Value;

/// Traced categories: styles, frames, and the page's own marks.
pub(crate) const CATEGORIES: &str =
    "devtools.timeline,disabled-by-default-devtools.timeline,blink.user_timing";

/// A style update of fewer elements only follows the pointer or the focus.
const ELEMENTS: u64 = 100;

/// Milliseconds from the last click to the frame that shows its large style update.
pub(crate) async fn painted_after_click(browser: &Browser) -> Result<f64> {
    let events = browser.traced().await?;
    let at = |event: &&Value| event["ts"].as_f64().unwrap_or(0.0);
    let of_name = |name: &'static str| events.iter().filter(move |event| event["name"] == name);
    let clicks = of_name("EventDispatch").filter(|event| event["args"]["data"]["type"] == "click");
    let click = clicks.map(|event| at(&event)).reduce(f64::max).context("no click was traced")?;
    let is_much =
        |event: &&Value| event["args"]["elementCount"].as_u64().is_some_and(|elements| elements >= ELEMENTS);
    let styled = of_name("UpdateLayoutTree").filter(is_much).map(|event| at(&event)).filter(|at| *at > click);
    let styled = styled.reduce(f64::max).context("no style update followed the click")?;
    let shown = of_name("AnimationFrame::Presentation")
        .map(|event| at(&event))
        .filter(|at| *at > styled)
        .reduce(f64::min);
    Ok((shown.context("no frame was shown after the click")? - click) / 1000.0)
}

/// The longest time between two frames on screen, in milliseconds, between two of the page's own marks.
pub(crate) async fn longest_frame(browser: &Browser, from: &str, until: &str) -> Result<f64> {
    let events = browser.traced().await?;
    let mark =
        |name: &str| events.iter().find(|event| event["name"] == name).and_then(|event| event["ts"].as_f64());
    let (from, until) =
        (mark(from).context("no beginning was traced")?, mark(until).context("no end was traced")?);
    let shown = events
        .iter()
        .filter(|event| event["name"] == "AnimationFrame::Presentation")
        .filter_map(|event| event["ts"].as_f64());
    let mut shown: Vec<_> = shown.filter(|at| (from..=until).contains(at)).collect();
    shown.sort_by(f64::total_cmp);
    shown
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) / 1000.0)
        .reduce(f64::max)
        .context("no frames were traced")
}
